#include "fleet/hardware_record.hpp"

#include "hardware_samples.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

constexpr std::size_t limit = hardware_text_limit;

hardware_report report(std::string_view text) { return hardware_report{json::parse(text).get_object()}; }

json::value known(const hardware_record& record, const hardware_codec& codec) {
    return json::parse(codec.unpack(record.known).value());
}

} // namespace

TEST_CASE("hardware_record: R36 what a device sends is merged", "[fleet][unit]") {
    hardware_codec codec;
    hardware_record record;
    CHECK(absorb_report(record, report(R"({"hostname":"h","cpu":{"count":4}})"), limit, codec) ==
          hardware_change::changed);
    CHECK(absorb_report(record, report(R"({"mounts":[{"device":"x"}]})"), limit, codec) ==
          hardware_change::changed);
    CHECK(known(record, codec) ==
          json::parse(R"({"hostname":"h","cpu":{"count":4},"mounts":[{"device":"x"}]})"));
}

TEST_CASE("hardware_record: what changes nothing is recognised", "[fleet][unit]") {
    hardware_codec codec;
    hardware_record record;
    const hardware_report full{sample_hardware(1)};
    REQUIRE(absorb_report(record, full, limit, codec) == hardware_change::changed);
    const auto before = record.known;

    CHECK(absorb_report(record, full, limit, codec) == hardware_change::none);
    CHECK(absorb_report(record, report("{}"), limit, codec) == hardware_change::none);
    CHECK(absorb_report(record, report(R"({"hostname":"","disks":[]})"), limit, codec) ==
          hardware_change::none);
    json::object part;
    part["mounts"] = full.hardware().at("mounts");
    CHECK(absorb_report(record, hardware_report{part}, limit, codec) == hardware_change::none);
    CHECK(record.known == before);
}

TEST_CASE("hardware_record: a report that comes again after another counts again", "[fleet][unit]") {
    hardware_codec codec;
    hardware_record record;
    const auto first = report(R"({"hostname":"a"})");
    absorb_report(record, first, limit, codec);
    absorb_report(record, report(R"({"hostname":"b"})"), limit, codec);
    CHECK(absorb_report(record, first, limit, codec) == hardware_change::changed);
    CHECK(known(record, codec) == json::parse(R"({"hostname":"a"})"));
}

TEST_CASE("hardware_record: the same report gives more under a higher limit", "[fleet][unit]") {
    hardware_codec codec;
    hardware_record record;
    const hardware_report full{sample_hardware(1)};
    REQUIRE(absorb_report(record, full, 16u << 10, codec) == hardware_change::changed);
    CHECK_FALSE(known(record, codec).as_object().contains("host_devices"));
    CHECK(absorb_report(record, full, limit, codec) == hardware_change::changed);
    CHECK(known(record, codec).as_object().contains("host_devices"));
}

TEST_CASE("hardware_record: more than is kept, sent differently each time, is no change", "[fleet][unit]") {
    hardware_codec codec;
    hardware_record record;
    const auto large = [](std::string path) {
        json::object made{{"hostname", "h"}};
        made["host_devices"] = json::array(100, json::value{{"path", path}});
        return hardware_report{made};
    };
    REQUIRE(absorb_report(record, large("/dev/a"), 1024, codec) == hardware_change::changed);
    CHECK(absorb_report(record, large("/dev/b"), 1024, codec) == hardware_change::none);
    CHECK(known(record, codec) == json::parse(R"({"hostname":"h"})"));
}

TEST_CASE("hardware_record: what cannot be unpacked is replaced, and said to be", "[fleet][unit]") {
    hardware_codec codec;
    for (const auto& stored : {compact_hardware{"\x01 damaged"}, compact_hardware{"\x7f newer"},
                               codec.pack("no JSON"), codec.pack("[]")}) {
        hardware_record record{stored};
        CHECK(absorb_report(record, report(R"({"hostname":"h"})"), limit, codec) ==
              hardware_change::replaced);
        CHECK(known(record, codec) == json::parse(R"({"hostname":"h"})"));
        CHECK(absorb_report(record, report(R"({"hostname":"i"})"), limit, codec) == hardware_change::changed);
    }
}

TEST_CASE("hardware_record: reports that differ have different fingerprints", "[fleet][unit]") {
    const auto of = [](std::string_view text) { return report(text).fingerprint(); };
    CHECK(of(R"({"major":240,"minor":1})") == of(R"({"major":240,"minor":1})"));
    CHECK(of(R"({"major":240,"minor":1})") != of(R"({"major":241,"minor":0})"));
    CHECK(of(R"({"major":240,"minor":1})") != of(R"({"major":1,"minor":240})"));
}
