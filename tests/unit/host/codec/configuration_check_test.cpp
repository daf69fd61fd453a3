#include "support/catch.hpp"

#include "codec/configuration_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>

using Catch::Contains;
using edgeconf::errc;
using edgeconf::codec::check_configuration;
namespace json = boost::json;

namespace {

constexpr auto complete = R"({
  "device_id": "Camera-1",
  "version": "7",
  "configuration": {
    "heartbeat": {"hardware_profile": {"include": true, "scope": "delta"}, "period_seconds": 60},
    "mounts": [],
    "log_collection": null
  },
  "workloads": [{"name": "hello", "namespace": "default", "specification": "containers: []\n"}],
  "secrets": []
})";

std::string complaint(const std::string& message, std::string_view id = "Camera-1") {
    const auto checked = check_configuration(message, id);
    if (checked) return "";
    CHECK(checked.error().code == errc::internal);
    return checked.error().detail;
}

// `complete` with the value at `pointer` replaced, or taken out.
std::string changed(const std::string& pointer, const char* value) {
    auto whole = json::parse(complete);
    const auto slash = pointer.rfind('/');
    auto& parent = whole.at_pointer(pointer.substr(0, slash)).as_object();
    const auto key = pointer.substr(slash + 1);
    if (value == nullptr)
        parent.erase(key);
    else
        parent[key] = json::parse(value);
    return json::serialize(whole);
}

} // namespace

TEST_CASE("configuration_check: a complete message passes", "[codec][configuration_check]") {
    CHECK(complaint(complete).empty());
}

TEST_CASE("configuration_check: what a device does without may be left out", "[codec][configuration_check]") {
    CHECK(
        complaint(
            R"({"device_id":"Camera-1","configuration":{"heartbeat":{"hardware_profile":{}}},"workloads":[]})")
            .empty());
}

TEST_CASE("configuration_check: nothing that a device needs may be missing or of another type",
          "[codec][configuration_check]") {
    struct row {
        std::string pointer;
        std::string named;
        bool may_be_absent = false;
    };
    const auto r = GENERATE(values<row>({
        {"/device_id", "/device_id"},
        {"/configuration", "/configuration is"},
        {"/configuration/heartbeat", "/configuration/heartbeat is"},
        {"/configuration/heartbeat/hardware_profile", "/configuration/heartbeat/hardware_profile"},
        {"/configuration/mounts", "/configuration/mounts", true},
        {"/secrets", "/secrets", true},
        {"/workloads", "/workloads"},
    }));
    const auto value = GENERATE(as<const char*>{}, nullptr, "null", "true", "7", "\"text\"");
    INFO(r.pointer << " = " << (value == nullptr ? "absent" : value));
    const auto said = complaint(changed(r.pointer, value));
    if (value == nullptr && r.may_be_absent)
        CHECK(said.empty());
    else
        CHECK_THAT(said, Contains("incomplete: " + r.named));
}

TEST_CASE("configuration_check: an object is no array, and an array no object",
          "[codec][configuration_check]") {
    CHECK_THAT(complaint(changed("/workloads", "{}")), Contains("/workloads"));
    CHECK_THAT(complaint(changed("/configuration", "[]")), Contains("/configuration"));
    CHECK_THAT(complaint(changed("/configuration/heartbeat", "[]")), Contains("/heartbeat"));
    CHECK_THAT(complaint(changed("/configuration/heartbeat/hardware_profile", "[]")),
               Contains("hardware_profile"));
    CHECK_THAT(complaint(changed("/configuration/mounts", "{}")), Contains("mounts"));
}

TEST_CASE("configuration_check: every workload has a name and a specification",
          "[codec][configuration_check]") {
    const auto workload =
        GENERATE(as<std::string>{}, "null", "1", "[]", "{}", R"({"name":"a"})", R"({"specification":"s"})",
                 R"({"name":"","specification":"s"})", R"({"name":"a","specification":""})",
                 R"({"name":1,"specification":"s"})", R"({"name":"a","specification":{}})",
                 R"({"name":null,"specification":"s"})");
    INFO(workload);
    CHECK_THAT(complaint(changed("/workloads", ("[" + workload + "]").c_str())),
               Contains("item of /workloads"));
    const auto behind = R"([{"name":"good","specification":"s"},)" + workload + "]";
    CHECK_THAT(complaint(changed("/workloads", behind.c_str())), Contains("item of /workloads"));
}

TEST_CASE("configuration_check: the message is for this device, without regard to case",
          "[codec][configuration_check]") {
    CHECK(complaint(complete, "camera-1").empty());
    CHECK(complaint(complete, "CAMERA-1").empty());
    for (const auto* other : {"camera-2", "camera-", "camera-11", "", "kamera-1"})
        CHECK_THAT(complaint(complete, other), Contains("/device_id does not name this device"));
}

// '[' and '{' differ in the same bit as 'A' and 'a' do.
TEST_CASE("configuration_check: only letters have case", "[codec][configuration_check]") {
    CHECK_THAT(complaint(changed("/device_id", R"("a@")"), "a`"), Contains("/device_id"));
    CHECK_THAT(complaint(changed("/device_id", R"("a[")"), "a{"), Contains("/device_id"));
}

TEST_CASE("configuration_check: what is no JSON object is refused", "[codec][configuration_check]") {
    const auto message =
        GENERATE(as<std::string>{}, "", " ", "null", "[]", "\"text\"", "{", "{}x", "not json");
    INFO(message);
    CHECK_THAT(complaint(message), Contains("incomplete"));
}

TEST_CASE("configuration_check: a refusal names no content", "[codec][configuration_check]") {
    CHECK_THAT(complaint(changed("/secrets", R"("hush")")), !Contains("hush"));
    CHECK_THAT(complaint(changed("/workloads", R"([{"name":"hush"}])")), !Contains("hush"));
}
