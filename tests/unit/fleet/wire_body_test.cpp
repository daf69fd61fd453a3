#include "fleet/wire_body.hpp"

#include "support/catch.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

TEST_CASE("wire body: R4 an enrolment may lack anything", "[fleet][unit]") {
    for (const auto* body :
         {"{}", R"({"features":null})", R"({"features":{}})", R"({"features":{"hardware":null}})",
          R"({"target_namespace":"x","unknown":[1]})"}) {
        CAPTURE(body);
        const auto read = read_enrolment(body);
        REQUIRE(read.has_value());
        CHECK(read->hardware.hardware().empty());
    }
    const auto read = read_enrolment(
        R"({"features":{"modelName":"m","hardware":{"hostname":"h","disks":null,"other":1}}})");
    REQUIRE(read.has_value());
    CHECK(read->model_name == "m");
    CHECK(boost::json::serialize(read->hardware.hardware()) == R"({"hostname":"h"})");
}

TEST_CASE("wire body: R37 a heartbeat is read liberally", "[fleet][unit]") {
    const auto read = read_heartbeat(R"({"status":"up","version":"v","events":null,"playbook-executions":null,
        "workloads":[null,{"name":"w","status":"Running","last_data_upload":"0001-01-01T00:00:00.000Z","more":1}],
        "upgrade":{"current_commit_ID":"c"},"hardware":{"cpu":{"frequency":3400}}})");
    REQUIRE(read.has_value());
    REQUIRE(read->workloads.size() == 1);
    CHECK(read->workloads[0].status == "Running");
    CHECK(read->upgrade == upgrade_report{"c", "", ""});
    CHECK(read_heartbeat("{}")->workloads.empty());
    CHECK_FALSE(read_heartbeat(R"({"upgrade":null})")->upgrade);
}

TEST_CASE("wire body: R35 a heartbeat brings events and playbooks", "[fleet][unit]") {
    const auto read =
        read_heartbeat(R"({"events":[{"message":"exited with code 137","reason":"Failed","type":"warn"},
        null,{"reason":"Started"}],"playbook-executions":[null,{"name":"d-baseline","status":"Running",
        "last_data_upload":null}]})");
    REQUIRE(read.has_value());
    REQUIRE(read->events.size() == 2);
    CHECK(read->events[0].reason == "Failed");
    CHECK(read->events[0].message == "exited with code 137");
    CHECK(read->events[0].type == "warn");
    CHECK(read->events[1].message.empty());
    CHECK(read->events_dropped == 0);
    REQUIRE(read->playbooks.size() == 1);
    CHECK(read->playbooks[0].name == "d-baseline");
    CHECK(read->playbooks[0].status == "Running");
}

TEST_CASE("wire body: R37 a workload that never uploaded has no time of it", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"0001-01-01T00:00:00.000Z", ""},
        {"0001-01-01T00:00:00Z", ""},
        {"", ""},
        {"2026-11-22T09:10:09.786Z", "2026-11-22T09:10:09.786Z"},
        {"soon", "soon"}};
    for (const auto& [sent, expected] : table) {
        CAPTURE(sent);
        const auto read = read_heartbeat(R"({"workloads":[{"last_data_upload":")" + sent + "\"}]}");
        REQUIRE(read.has_value());
        CHECK(read->workloads[0].last_data_upload == expected);
    }
}

TEST_CASE("wire body: R20 a certificate request comes whole or not at all", "[fleet][unit]") {
    const auto read = [](std::size_t size) {
        return read_registration(R"({"certificate_request":")" + std::string(size, 'x') + "\"}");
    };
    CHECK(read(16384)->certificate_request == std::string(16384, 'x'));
    REQUIRE_FALSE(read(16385).has_value());
    CHECK(read(16385).error()[0].pointer == "/certificate_request");
    for (const auto* body : {"{}", R"({"certificate_request":null,"hardware":null})"}) {
        CHECK(read_registration(body)->certificate_request.empty());
    }
    CHECK(read_registration(R"({"hardware":{"hostname":"h"}})")->hardware.hardware().size() == 1);
}

TEST_CASE("wire body: wrong types are named by JSON pointers", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"[]", ""},
        {"{\"status\":", ""},
        {"", ""},
        {R"({"status":1})", "/status"},
        {R"({"workloads":{}})", "/workloads"},
        {R"({"workloads":[{"name":"a"},{"name":2}]})", "/workloads/1/name"},
        {R"({"workloads":["x"]})", "/workloads/0"},
        {R"({"events":[{"type":false}]})", "/events/0/type"},
        {R"({"events":[null,{"message":[]}]})", "/events/1/message"},
        {R"({"playbook-executions":"none"})", "/playbook-executions"},
        {R"({"hardware":{"cpu":{"count":1.5}}})", "/hardware/cpu/count"},
        {R"({"hardware":{"interfaces":[{"flags":[1]}]}})", "/hardware/interfaces/0/flags/0"},
        {R"({"hardware":{"system_vendor":{"virtual":"no"}}})", "/hardware/system_vendor/virtual"},
        {R"({"hardware":{"cpu":{"frequency":"3400"}}})", "/hardware/cpu/frequency"},
    };
    for (const auto& [body, pointer] : table) {
        CAPTURE(body);
        const auto read = read_heartbeat(body);
        REQUIRE_FALSE(read.has_value());
        REQUIRE(read.error().size() == 1);
        CHECK(read.error()[0].pointer == pointer);
    }
    CHECK(read_registration(R"({"certificate_request":{}})").error()[0].pointer == "/certificate_request");
}

TEST_CASE("wire body: problems and texts are bounded", "[fleet][unit]") {
    std::string body = R"({"workloads":[0)";
    for (int i = 0; i < 1000; ++i) body += ",1";
    CHECK(read_heartbeat(body + "]}").error().size() == 16);
    CHECK(read_heartbeat(R"({"status":")" + std::string(9000, 'x') + "\"}")->status.size() == 256);
}

TEST_CASE("wire body: lists are cut, and what is said of events is counted", "[fleet][unit]") {
    const auto list = [](std::string_view name, std::size_t size) {
        std::string body = "{\"" + std::string{name} + "\":[null";
        for (std::size_t i = 0; i < size; ++i) body += R"(,{"name":"n"})";
        return *read_heartbeat(body + "]}");
    };
    CHECK(list("workloads", 2000).workloads.size() == heartbeat::workload_limit);
    CHECK(list("playbook-executions", 2000).playbooks.size() == heartbeat::playbook_limit);
    CHECK(list("events", 64).events_dropped == 0);
    const auto beat = list("events", 100);
    CHECK(beat.events.size() == 64);
    CHECK(beat.events_dropped == 36);
}

TEST_CASE("wire body: every text has its own bound", "[fleet][unit]") {
    const std::string long_text(3000, 'x');
    const auto read =
        read_heartbeat(R"({"events":[{"reason":")" + long_text + R"(","message":")" + long_text +
                       R"(","type":")" + long_text + R"("}],"playbook-executions":[{"name":")" + long_text +
                       R"(","status":")" + long_text + "\"}]}");
    REQUIRE(read.has_value());
    CHECK(read->events[0].reason.size() == 128);
    CHECK(read->events[0].message.size() == 1024);
    CHECK(read->events[0].type.size() == 256);
    CHECK(read->playbooks[0].name.size() == 512);
    CHECK(read->playbooks[0].status.size() == 256);
}
