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
        CHECK(read->hardware.empty());
    }
    const auto read = read_enrolment(
        R"({"features":{"modelName":"m","hardware":{"hostname":"h","disks":null,"other":1}}})");
    REQUIRE(read.has_value());
    CHECK(read->model_name == "m");
    CHECK(boost::json::serialize(read->hardware) == R"({"hostname":"h"})");
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
