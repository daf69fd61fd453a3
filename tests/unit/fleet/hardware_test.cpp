#include "fleet/hardware.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

constexpr std::size_t ample = 1u << 20;

json::object object(std::string_view text) { return json::parse(text).get_object(); }

} // namespace

TEST_CASE("hardware: R16 texts become label values", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "intelrxeonrplatinum8259clcpu2.50ghz"},
        {"x86_64", "x86_64"},
        {"-_.a.-", "a"},
        {"\xc3\xa9-foo", "foo"},
        {"a b", "ab"},
        {"***", ""},
        {"", ""},
        {std::string(70, 'A'), std::string(63, 'a')},
        {std::string(62, 'a') + "-b", std::string(62, 'a')},
    };
    for (const auto& [text, label] : table) {
        CAPTURE(text);
        CHECK(normalised_label(text) == label);
    }
}

TEST_CASE("hardware: R16 six labels come of it, and only those that have a value", "[fleet][unit]") {
    const auto all = object(R"({"hostname":"H1","cpu":{"architecture":"aarch64","model_name":"Cortex-A72"},
        "system_vendor":{"manufacturer":"Acme Inc.","product_name":"P 1","serial_number":"S"}})");
    CHECK(hardware_labels(all) == string_map{{"device.hostname", "h1"},
                                             {"device.cpu-architecture", "aarch64"},
                                             {"device.cpu-model", "cortex-a72"},
                                             {"device.system-manufacturer", "acmeinc"},
                                             {"device.system-product", "p1"},
                                             {"device.system-serial", "s"}});
    CHECK(hardware_labels(object(R"({"hostname":"***","cpu":{}})")).empty());
}

TEST_CASE("hardware: R36 a partial report takes nothing away", "[fleet][unit]") {
    const auto full = merge_hardware(
        "", object(R"({"hostname":"h","cpu":{"count":4,"architecture":"a"},"mounts":[{"device":"x"}]})"),
        ample);
    const auto merged = merge_hardware(
        full, object(R"({"hostname":"","cpu":{"count":8,"flags":[]},"disks":[],"mounts":[{"device":"z"}]})"),
        ample);
    CHECK(json::parse(merged) ==
          json::parse(R"({"hostname":"h","cpu":{"count":8,"architecture":"a"},"mounts":[{"device":"z"}]})"));
    CHECK(merge_hardware(merged, {}, ample) == merged);
}

TEST_CASE("hardware: what is kept is bounded, and what tells most goes last", "[fleet][unit]") {
    json::object large = object(R"({"hostname":"h"})");
    large["host_devices"] = json::array(1000, json::value{{"path", "/dev/something"}});
    large["mounts"] = json::array(10, json::value{{"device", "d"}});
    const auto kept = json::parse(merge_hardware("", large, 4096)).get_object();
    CHECK_FALSE(kept.contains("host_devices"));
    CHECK(kept.contains("mounts"));
    CHECK(kept.at("hostname") == "h");
    large["hostname"] = std::string(5000, 'x');
    CHECK(merge_hardware("", large, 4096) == "{}");
}
