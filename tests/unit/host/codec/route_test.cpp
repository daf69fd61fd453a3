#include "support/catch.hpp"

#include "codec/route.hpp"

#include <string>

using namespace edgeconf;
using namespace edgeconf::codec;
using Catch::Contains;

namespace {

unsigned refusal(std::string_view method, std::string_view target) {
    const auto found = find_route(method, target);
    return found ? 0 : found.error().status;
}

std::string device(std::string_view id) {
    return "/namespaces/default/devices/" + std::string{id} + "/heartbeat";
}

} // namespace

TEST_CASE("route: each of the six calls is found below the base path and without it", "[codec][route]") {
    const auto [method, resource, op] = GENERATE(table<std::string, std::string, operation>({
        {"POST", "enrolment", operation::enrol},
        {"GET", "registration", operation::get_registration},
        {"PUT", "registration", operation::put_registration},
        {"GET", "configuration", operation::get_configuration},
        {"PUT", "heartbeat", operation::put_heartbeat},
        {"GET", "playbookexecutions", operation::get_playbooks},
    }));
    const auto base = GENERATE(as<std::string>{}, "/api/flotta-backend/v1", "");
    const auto target = base + "/namespaces/plant-1/devices/Cam:1_a.b/" + resource;
    INFO(method << " " << target);
    const auto found = find_route(method, target);
    REQUIRE(found.has_value());
    CHECK(found->op == op);
    CHECK(found->ns == "plant-1");
    CHECK(found->device_id == "Cam:1_a.b");
}

TEST_CASE("route: a wrong method is told which ones there are", "[codec][route]") {
    const auto [method, resource, allow] = GENERATE(table<std::string, std::string, std::string>({
        {"GET", "enrolment", "POST"},
        {"POST", "registration", "GET, PUT"},
        {"DELETE", "registration", "GET, PUT"},
        {"HEAD", "configuration", "GET"},
        {"POST", "heartbeat", "PUT"},
        {"PATCH", "playbookexecutions", "GET"},
        {"get", "configuration", "GET"},
        {"", "configuration", "GET"},
    }));
    INFO(method << " " << resource);
    const auto found = find_route(method, "/namespaces/a/devices/b/" + resource);
    REQUIRE(found.has_error());
    CHECK(found.error().status == 405);
    CHECK(found.error().allow == allow);
    CHECK_FALSE(found.error().message.empty());
}

TEST_CASE("route: only a 405 carries methods", "[codec][route]") {
    CHECK(find_route("GET", "/nowhere").error().allow.empty());
    CHECK(find_route("GET", "/namespaces//devices/b/configuration").error().allow.empty());
}

TEST_CASE("route: paths that lead nowhere", "[codec][route]") {
    const auto target = GENERATE(
        as<std::string>{}, "/", "/namespaces", "/api/flotta-backend/v1", "/api/flotta-backend/v1/",
        "/namespaces/a/devices/b", "/namespaces/a/devices/b/", "/namespaces/a/devices/b/configuration/",
        "/namespaces/a/devices/b/configuration/x", "/namespaces/a/devices/b/Configuration",
        "/namespaces/a/devices/b/configurations", "/Namespaces/a/devices/b/configuration",
        "/namespaces/a/Devices/b/configuration", "/namespaces/a/devices/configuration",
        "/api/flotta-backend/v2/namespaces/a/devices/b/configuration",
        "/api/flotta-backend/namespaces/a/devices/b/configuration",
        "/v1/namespaces/a/devices/b/configuration",
        "/API/flotta-backend/v1/namespaces/a/devices/b/configuration",
        "/api/flotta-backend/v1/api/flotta-backend/v1/namespaces/a/devices/b/configuration",
        "//namespaces/a/devices/b/configuration", "/namespaces/a//devices/b/configuration",
        "/x/../namespaces/a/devices/b/configuration", "/namespaces/a/devices/b/x/../configuration");
    INFO(target);
    CHECK(refusal("GET", target) == 404);
}

TEST_CASE("route: a 404 says where the calls are", "[codec][route]") {
    CHECK_THAT(find_route("GET", "/v1/devices").error().message,
               Contains("/api/flotta-backend/v1/namespaces/{namespace}/devices/{device-id}"));
}

TEST_CASE("route: targets that are no path at all", "[codec][route]") {
    const auto target =
        GENERATE(as<std::string>{}, "", "*", "namespaces/a/devices/b/configuration",
                 "http://host/namespaces/a/devices/b/configuration", "host:443", "/a b", "/a\tb", "/a\r\nb",
                 "/%", "/%4", "/%zz", "/namespaces/a/devices/%/configuration",
                 "/namespaces/a/devices/b%g1/configuration", "/\xc3\xa4", "/a#fragment", "/<", "/a\\b");
    INFO(target);
    CHECK(refusal("GET", target) == 400);
    CHECK(refusal("GET", std::string{"/a\0b", 4}) == 400);
}

TEST_CASE("route: the query is ignored", "[codec][route]") {
    const auto found = find_route("GET", "/namespaces/a/devices/b/configuration?x=/devices/c&y");
    REQUIRE(found.has_value());
    CHECK(found->device_id == "b");
    CHECK(find_route("GET", "/namespaces/a/devices/b/configuration?").has_value());
    CHECK(refusal("GET", "/namespaces/a/devices/b?/configuration") == 404);
}

TEST_CASE("route: namespace and id are percent-decoded", "[codec][route]") {
    const auto found = find_route("PUT", "/namespaces/%70lant%2D1/devices/%63am%3A1%2e%5f/heartbeat");
    REQUIRE(found.has_value());
    CHECK(found->ns == "plant-1");
    CHECK(found->device_id == "cam:1._");
}

TEST_CASE("route: an id that decodes to what no id may hold is refused", "[codec][route]") {
    const auto id = GENERATE(as<std::string>{}, "a%2Fb", "a%2fb", "%2F", "a%00", "%00", "%2E", "%2e%2E", ".",
                             "..", "%2e.", "a%20b", "a+b", "a%252Fb", "%C3%A4", "%FF", "a@b", "*", "a%0Ab",
                             "(a)", "a;b", "a~b");
    INFO(id);
    const auto found = find_route("PUT", device(id));
    REQUIRE(found.has_error());
    CHECK(found.error().status == 400);
    CHECK_THAT(found.error().message, Contains("device id"));
}

TEST_CASE("route: an id's length counts after decoding", "[codec][route]") {
    std::string escaped;
    for (int i = 0; i < 253; ++i) escaped += "%61";
    CHECK(find_route("PUT", device(escaped))->device_id == std::string(253, 'a'));
    CHECK(refusal("PUT", device(escaped + "a")) == 400);
    CHECK(refusal("PUT", device("")) == 400);
}

TEST_CASE("route: a namespace that is no DNS label is refused", "[codec][route]") {
    const auto ns =
        GENERATE(as<std::string>{}, "", "Default", "a.b", "a_b", "-a", "a-", "%2F", "%00", "a%20", "..");
    INFO(ns);
    const auto found = find_route("GET", "/namespaces/" + ns + "/devices/b/registration");
    REQUIRE(found.has_error());
    CHECK(found.error().status == 400);
    CHECK_THAT(found.error().message, Contains("namespace"));
    CHECK(refusal("GET", "/namespaces/" + std::string(64, 'a') + "/devices/b/registration") == 400);
    CHECK(refusal("GET", "/namespaces/" + std::string(63, 'a') + "/devices/b/registration") == 0);
}

// A place in the path that has a fixed word is no place for escapes: nothing of Flotta's writes them.
TEST_CASE("route: an escaped resource is never mistaken for another path", "[codec][route]") {
    CHECK(refusal("GET", "/namespaces/a/devices/b%2Fconfiguration") == 404);
    CHECK(refusal("GET", "/namespaces%2Fa/devices/b/configuration") == 404);
}

TEST_CASE("route: very long targets are refused", "[codec][route]") {
    CHECK(refusal("GET", "/" + std::string(1'000'000, 'a')) == 404);
    CHECK(refusal("GET", device(std::string(1'000'000, 'a'))) == 400);
    std::string slashes(1'000'000, '/');
    CHECK(refusal("GET", slashes) == 404);
    std::string segments;
    for (int i = 0; i < 100'000; ++i) segments += "/namespaces";
    CHECK(refusal("GET", segments) == 404);
}

TEST_CASE("route: a refusal never repeats what the client sent", "[codec][route]") {
    for (const auto* target : {"/zyx", "/namespaces/ZYX/devices/b/configuration", "/zyx zyx",
                               "/namespaces/a/devices/zyx%20/configuration", "/zyx%"}) {
        const auto found = find_route("GET", target);
        REQUIRE(found.has_error());
        CHECK_THAT(found.error().message, !Contains("zyx", Catch::CaseSensitive::No));
    }
}
