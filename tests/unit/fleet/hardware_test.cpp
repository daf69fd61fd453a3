#include "fleet/hardware.hpp"

#include "hardware_samples.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
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
        {"Raspberry Pi 4 Model B Rev 1.4", "raspberrypi4modelbrev1.4"},
        {"-_.a.-", "a"}, // from the first to the last letter or digit
        {"a-_.b", "a-_.b"},
        {"(a)", "a"},
        {"a b", "ab"},
        {"A/B:C\n", "abc"},
        {"***", ""},
        {"-_.", ""},
        {"", ""},
        {std::string{"a\0b", 3}, "ab"},
        // Letters of ASCII only: Flotta makes "-foo" of the first, which no label may be.
        {"\xc3\xa9-foo", "foo"},
        {"foo-\xc3\xa9", "foo"},
        {"\xc3\x89\xff", ""},
        // At most 63 characters, which Flotta does not see to, and never a separator at the end.
        {std::string(63, 'a'), std::string(63, 'a')},
        {std::string(70, 'A'), std::string(63, 'a')},
        {std::string(62, 'a') + "-b", std::string(62, 'a')},
        {std::string(60, 'a') + "._-b", std::string(60, 'a')},
        {std::string(62, 'a') + "(-)b", std::string(62, 'a')},
        {"a" + std::string(70, '-') + "b", "a"},
    };
    for (const auto& [text, label] : table) {
        CAPTURE(text);
        CHECK(normalised_label(text) == label);
    }
}

TEST_CASE("hardware: R16 normalising twice is normalising once", "[fleet][unit]") {
    for (std::size_t i = 0; i < 20; ++i) {
        for (const auto& [label, value] : hardware_labels(noisy_hardware(i))) {
            CAPTURE(label);
            CHECK(normalised_label(value) == value);
        }
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

TEST_CASE("hardware: R17 what is not reported gives no label, not an empty one", "[fleet][unit]") {
    CHECK(hardware_labels({}).empty());
    CHECK(hardware_labels(object(R"({"hostname":"","cpu":null,"system_vendor":{"serial_number":"S"}})")) ==
          string_map{{"device.system-serial", "s"}});
    CHECK(hardware_labels(object(R"({"hostname":5,"cpu":"x","system_vendor":["y"]})")).empty());
}

TEST_CASE("hardware: R36 a partial report takes nothing away", "[fleet][unit]") {
    json::object known;
    merge_hardware(
        known, object(R"({"hostname":"h","cpu":{"count":4,"architecture":"a"},"mounts":[{"device":"x"}]})"));
    merge_hardware(
        known,
        object(R"({"hostname":"","cpu":{"count":8,"flags":[]},"disks":[],"mounts":[{"device":"z"}]})"));
    const auto merged = bounded_hardware(known, ample);
    CHECK(json::parse(merged) ==
          json::parse(R"({"hostname":"h","cpu":{"count":8,"architecture":"a"},"mounts":[{"device":"z"}]})"));
    merge_hardware(known, {});
    CHECK(bounded_hardware(known, ample) == merged);
}

TEST_CASE("hardware: R36 a merge says whether it changed anything", "[fleet][unit]") {
    const std::vector<std::pair<std::string, bool>> table{
        {R"({})", false},
        {R"({"hostname":"h"})", false},
        {R"({"hostname":"","disks":[],"cpu":{},"boot":null})", false},
        {R"({"cpu":{"count":4,"flags":[]}})", false},
        {R"({"boot":{"pxe_interface":""}})", false},
        {R"({"mounts":[{"device":"x"}],"memory":{"usable_bytes":0}})", false},
        {R"({"hostname":"i"})", true},
        {R"({"cpu":{"count":8}})", true},
        {R"({"cpu":{"count":4,"architecture":"a"}})", true},
        {R"({"mounts":[{"device":"x"},{"device":"y"}]})", true},
        {R"({"memory":{"usable_bytes":1}})", true},
        {R"({"boot":{"pxe_interface":"eth0"}})", true},
    };
    const auto before =
        object(R"({"hostname":"h","cpu":{"count":4},"mounts":[{"device":"x"}],"memory":{"usable_bytes":0}})");
    for (const auto& [reported, changes] : table) {
        CAPTURE(reported);
        auto known = before;
        CHECK(merge_hardware(known, object(reported)) == changes);
        CHECK((known != before) == changes);
        CHECK_FALSE(merge_hardware(known, object(reported)));
    }
}

TEST_CASE("hardware: R36 a part that says nothing leaves no trace", "[fleet][unit]") {
    json::object known;
    merge_hardware(known,
                   object(R"({"cpu":{"flags":[],"model_name":"","count":2},"boot":{"pxe_interface":""}})"));
    CHECK(known == object(R"({"cpu":{"count":2}})"));
}

TEST_CASE("hardware: what is kept is bounded, and what tells most goes last", "[fleet][unit]") {
    json::object large = object(R"({"hostname":"h"})");
    large["host_devices"] = json::array(1000, json::value{{"path", "/dev/something"}});
    large["mounts"] = json::array(10, json::value{{"device", "d"}});
    const auto kept = json::parse(bounded_hardware(large, 4096)).get_object();
    CHECK_FALSE(kept.contains("host_devices"));
    CHECK(kept.contains("mounts"));
    CHECK(kept.at("hostname") == "h");
    for (const std::size_t limit : {100u, 1000u, 5000u, 50'000u})
        CHECK(bounded_hardware(large, limit).size() <= limit);
    const json::object exact{{"hostname", "h"}, {"mounts", json::array(1, json::value{{"device", "d"}})}};
    CHECK(bounded_hardware(exact, json::serialize(exact).size()) == json::serialize(exact));
    CHECK(bounded_hardware(exact, json::serialize(exact).size() - 1) == R"({"hostname":"h"})");
    CHECK(bounded_hardware(exact, 16) == R"({"hostname":"h"})");
    CHECK(bounded_hardware(exact, 15) == "{}");
    large["hostname"] = std::string(5000, 'x');
    CHECK(bounded_hardware(large, 4096) == "{}");
}
