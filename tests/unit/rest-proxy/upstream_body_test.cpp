// What of a 200's body reaches a device.
#include "rest-proxy/upstream_answer.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::rest_proxy;
using Catch::Contains;
namespace json = boost::json;

namespace {

verdict answered(call c, std::string body, std::string_view device = "pump-7") {
    return judge(c, device, {.status = 200, .body = std::move(body)});
}

std::string message_of(const std::string& members) {
    return R"({"device-configuration": {)" + members + "}}";
}

// A whole one, of which `more` replaces or adds members: the last one of a name holds.
std::string configuration_with(const std::string& more) {
    return message_of(R"("device_id": "pump-7", "version": "9",
        "configuration": {"heartbeat": {"hardware_profile": {"include": true}, "period_seconds": 60}},
        "workloads": [{"name": "web", "specification": "containers: []", "namespace": "plant-1"}])" +
                      (more.empty() ? "" : ", " + more));
}

bool is_fault(const verdict& v) { return v.status == ECP_UNAVAILABLE && v.is_fault && v.body.empty(); }

} // namespace

TEST_CASE("upstream body: of no read is anything taken but JSON of the right kind", "[rest-proxy][answer]") {
    const std::vector<std::string> bodies{
        "",
        " ",
        "garbage",
        "<html>200</html>",
        "\"registered\"",
        "7",
        "true",
        "{}",
        "[[]]",
        "[null]",
        "[7]",
        "[] []",
        "{} x",
        R"({"status": "registered", "namespace": "plant-1"} trailing)",
        R"({"status": "registered", "namespace": "pla)",
        R"({"device-configuration": null})",
        R"({"device-configuration": []})",
        R"({"device-configuration": {}})",
        R"({"device-configuration": "x"})",
        R"({"message": "all is well"})",
        "\xef\xbb\xbf[]",
        "[\"\xff\"]",
        std::string("\0\0\0\0", 4),
        std::string(100'000, '['),
        std::string(100, '[') + std::string(100, ']'),
    };
    for (const auto& body : bodies) {
        CAPTURE(body.substr(0, 60), body.size());
        for (const auto c : {call::get_configuration, call::get_registration, call::get_playbooks}) {
            CAPTURE(shape_of(c).resource);
            const auto given = answered(c, body);
            CHECK(is_fault(given));
            CHECK_FALSE(given.message.empty());
            CHECK(given.message.size() < 400);
        }
    }
    CHECK(is_fault(answered(call::get_configuration, "null")));
    CHECK(is_fault(answered(call::get_registration, "null")));
    CHECK(is_fault(answered(call::get_configuration, "[]")));
    CHECK(is_fault(answered(call::get_registration, "[]")));
}

TEST_CASE("upstream body: every cut of a whole answer is a fault", "[rest-proxy][answer]") {
    const auto whole = configuration_with({});
    REQUIRE(answered(call::get_configuration, whole).status == ECP_OK);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(is_fault(answered(call::get_configuration, whole.substr(0, length))));
    }
}

TEST_CASE("upstream body: a complete configuration is passed on whole", "[rest-proxy][answer]") {
    const auto given =
        answered(call::get_configuration, configuration_with(R"("secrets": [{"name": "s", "data": "{}"}])"));
    REQUIRE(given.status == ECP_OK);
    CHECK_FALSE(given.is_fault);
    CHECK(given.message.empty());
    CHECK(json::parse(given.body) == json::parse(R"({"device_id": "pump-7", "version": "9",
        "configuration": {"heartbeat": {"hardware_profile": {"include": true}, "period_seconds": 60}},
        "workloads": [{"name": "web", "specification": "containers: []", "namespace": "plant-1"}],
        "secrets": [{"name": "s", "data": "{}"}]})"));
}

TEST_CASE("upstream body: what the proxy does not know of a configuration stays in it",
          "[rest-proxy][answer]") {
    const auto given =
        answered(call::get_configuration, configuration_with(R"("new": {"a": [1, null, "\u00e9"]})"));
    CHECK(json::parse(given.body).at("new") == json::parse(R"({"a": [1, null, "\u00e9"]})"));
}

TEST_CASE("upstream body: a configuration names the device that asks, in either case",
          "[rest-proxy][answer]") {
    const auto whole = configuration_with({});
    CHECK(answered(call::get_configuration, whole, "PUMP-7").status == ECP_OK);
    for (const auto* other : {"pump-8", "pump-70", "pump-", "ump-7", ""}) {
        CAPTURE(other);
        const auto given = answered(call::get_configuration, whole, other);
        CHECK(is_fault(given));
        CHECK_THAT(given.message, Contains("/device_id"));
    }
}

TEST_CASE("upstream body: an empty list as Go writes it is an empty list", "[rest-proxy][answer]") {
    const auto given = answered(call::get_configuration,
                                configuration_with(R"("workloads": null, "secrets": null, "configuration":
                                    {"heartbeat": {"hardware_profile": {}}, "mounts": null})"));
    REQUIRE(given.status == ECP_OK);
    const auto body = json::parse(given.body);
    CHECK(body.at("workloads") == json::parse("[]"));
    CHECK(body.at("secrets") == json::parse("[]"));
    CHECK(body.at("configuration").at("mounts") == json::parse("[]"));
}

TEST_CASE("upstream body: a configuration from which a device would crash or wipe is a fault",
          "[rest-proxy][answer]") {
    struct row {
        std::string members; // that replace those of a whole one
        const char* place;
    };
    const std::vector<row> rows{
        {R"("device_id": null)", "/device_id"},
        {R"("device_id": 7)", "/device_id"},
        {R"("device_id": "pump-8")", "/device_id"},
        {R"("configuration": null)", "hardware_profile"},
        {R"("configuration": [])", "hardware_profile"},
        {R"("configuration": {})", "hardware_profile"},
        {R"("configuration": {"heartbeat": null})", "hardware_profile"},
        {R"("configuration": {"heartbeat": {}})", "hardware_profile"},
        {R"("configuration": {"heartbeat": {"hardware_profile": null}})", "hardware_profile"},
        {R"("configuration": {"heartbeat": {"hardware_profile": []}})", "hardware_profile"},
        {R"("configuration": {"heartbeat": {"hardware_profile": {}}, "mounts": {}})",
         "/configuration/mounts"},
        {R"("configuration": {"heartbeat": {"hardware_profile": {}}, "mounts": "x"})",
         "/configuration/mounts"},
        {R"("secrets": {})", "/secrets"},
        {R"("secrets": "x")", "/secrets"},
        {R"("workloads": {})", "/workloads is not a list"},
        {R"("workloads": "x")", "/workloads is not a list"},
        {R"("workloads": false)", "/workloads is not a list"},
        {R"("workloads": [null])", "item of /workloads"},
        {R"("workloads": ["web"])", "item of /workloads"},
        {R"("workloads": [{}])", "item of /workloads"},
        {R"("workloads": [{"name": "web"}])", "item of /workloads"},
        {R"("workloads": [{"specification": "x"}])", "item of /workloads"},
        {R"("workloads": [{"name": "", "specification": "x"}])", "item of /workloads"},
        {R"("workloads": [{"name": "web", "specification": ""}])", "item of /workloads"},
        {R"("workloads": [{"name": "web", "specification": {}}])", "item of /workloads"},
        {R"("workloads": [{"name": "a", "specification": "x"}, {"name": 7, "specification": "x"}])",
         "item of /workloads"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.members);
        const auto given = answered(call::get_configuration, configuration_with(r.members));
        CHECK(is_fault(given));
        CHECK_THAT(given.message, Contains("incomplete") && Contains(r.place));
    }
    const auto without =
        message_of(R"("device_id": "pump-7", "configuration": {"heartbeat": {"hardware_profile": {}}})");
    CHECK_THAT(answered(call::get_configuration, without).message, Contains("/workloads is not a list"));
}

TEST_CASE("upstream body: a revision is the content's, however it is written", "[rest-proxy][answer]") {
    const auto revision = [](const std::string& body) {
        return answered(call::get_configuration, body).revision;
    };
    const auto one = revision(configuration_with({}));
    CHECK(one.size() == 32);
    CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(revision(json::serialize(json::parse(configuration_with({})))) == one);
    CHECK(revision(configuration_with(R"("version": "10")")) != one);
}

TEST_CASE("upstream body: what a registration says", "[rest-proxy][answer]") {
    struct row {
        const char* body;
        ecp_status status;
        bool is_fault;
        const char* gives; // the host's body
    };
    const std::vector<row> rows{
        {R"({"status": "registered", "namespace": "plant-1"})", ECP_OK, false, R"({"namespace":"plant-1"})"},
        {R"({"namespace": "p", "status": "registered", "message": "x"})", ECP_OK, false,
         R"({"namespace":"p"})"},
        {R"({"status": "unregistered"})", ECP_REMOVED, false, ""},
        {R"({"status": "unregistered", "namespace": "plant-1"})", ECP_REMOVED, false, ""},
        {R"({"status": "unknown"})", ECP_NOT_FOUND, false, ""},
        {R"({"status": "unknown", "namespace": "plant-1"})", ECP_NOT_FOUND, false, ""},
        {R"({"status": "registered"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": null})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": ["plant-1"]})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": ""})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "Plant-1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "-plant"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "plant-"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "plant.1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "../plant"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "registered", "namespace": "plant\u00001"})", ECP_UNAVAILABLE, true, ""},
        {R"({"namespace": "plant-1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": null, "namespace": "plant-1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": true, "namespace": "plant-1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "", "namespace": "plant-1"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "Unregistered"})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": "unregistered "})", ECP_UNAVAILABLE, true, ""},
        {R"({"status": ["unregistered"]})", ECP_UNAVAILABLE, true, ""},
        {R"(["unregistered"])", ECP_UNAVAILABLE, true, ""},
        {R"("unregistered")", ECP_UNAVAILABLE, true, ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.body);
        const auto given = answered(call::get_registration, r.body);
        CHECK(given.status == r.status);
        CHECK(given.is_fault == r.is_fault);
        CHECK(given.body == r.gives);
    }
    const auto named = [](std::size_t length) {
        return answered(
            call::get_registration,
            fmt::format(R"({{"status": "registered", "namespace": "{}"}})", std::string(length, 'a')));
    };
    CHECK(named(63).status == ECP_OK);
    CHECK(is_fault(named(64)));
}

TEST_CASE("upstream body: a status that no registration has is told on one short line",
          "[rest-proxy][answer]") {
    const auto said =
        answered(call::get_registration, R"({"status": "a\nb\u0000)" + std::string(70'000, 'c') + "\"}")
            .message;
    CHECK(said.size() < 400);
    CHECK_THAT(said, Contains("\"a b ccc"));
}

TEST_CASE("upstream body: playbooks are a list of whole ones", "[rest-proxy][answer]") {
    const auto good = R"([{"name":"p","ansible_playbook_string":"- hosts: all","more":7}])";
    CHECK(answered(call::get_playbooks, good).body == good);
    CHECK(answered(call::get_playbooks, " [ ] ").body == "[]");
    CHECK(answered(call::get_playbooks, "null").body == "[]");
    CHECK(answered(call::get_playbooks, "null").status == ECP_OK);
    for (const auto* bad : {
             R"({"items": []})",
             R"([{}])",
             R"([{"name": "p"}])",
             R"([{"ansible_playbook_string": "x"}])",
             R"([{"name": "p", "ansible_playbook_string": null}])",
             R"([{"name": "p", "ansible_playbook_string": ""}])",
             R"([{"name": 7, "ansible_playbook_string": "x"}])",
             R"([{"name": "p", "ansible_playbook_string": "x"}, null])",
         }) {
        CAPTURE(bad);
        CHECK(is_fault(answered(call::get_playbooks, bad)));
    }
}

TEST_CASE("upstream body: no message repeats what may be a secret", "[rest-proxy][answer]") {
    const std::string secret = R"("hunter2": "hunter2")";
    CHECK_THAT(answered(call::get_configuration, configuration_with(secret + R"(, "workloads": 7)")).message,
               !Contains("hunter2"));
    CHECK_THAT(answered(call::get_configuration, configuration_with(secret) + "x").message,
               !Contains("hunter2"));
    for (const unsigned status : {201U, 203U, 206U, 226U}) {
        CAPTURE(status);
        const auto given =
            judge(call::get_configuration, "pump-7", {.status = status, .body = configuration_with(secret)});
        CHECK(is_fault(given));
        CHECK_THAT(given.message, Contains(std::to_string(status)) && !Contains("hunter2"));
    }
}
