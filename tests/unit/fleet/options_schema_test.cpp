#include "fleet/options.hpp"
#include "fleet/options_schema.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
// Else valijson ends the process where a schema is wrong.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <string>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

json::value schema_text() { return json::parse(options_schema); }

bool fits(const std::string& options) {
    const auto text = schema_text();
    const auto given = json::parse(options);
    valijson::Schema schema;
    valijson::SchemaParser{}.populateSchema(valijson::adapters::BoostJsonAdapter{text}, schema);
    return valijson::Validator{}.validate(schema, valijson::adapters::BoostJsonAdapter{given}, nullptr);
}

std::string rule(const std::string& text) {
    return R"({"approval": "rules", "approval-rules": [)" + text + "]}";
}

} // namespace

TEST_CASE("options: what the schema takes is read, and its defaults are the ones in use", "[fleet][unit]") {
    const auto schema = schema_text();
    json::object defaults;
    for (const auto& [name, property] : schema.at("properties").as_object()) {
        if (const auto* value = property.as_object().if_contains("default")) defaults[name] = *value;
    }
    CHECK(defaults.size() == 9);
    const auto text = json::serialize(defaults);
    CHECK(fits(text));
    const auto read = read_options(text);
    REQUIRE(read.has_value());
    const model_settings usual;
    CHECK(read->fleet.pending_limit == usual.pending_limit);
    CHECK(read->fleet.pending_expiry == usual.pending_expiry);
    CHECK(read->fleet.offline_after == usual.offline_after);
    CHECK(read->fleet.events.per_object == usual.events.per_object);
    CHECK(read->fleet.events.total == usual.events.total);
    CHECK(defaults.at("automatic-limit").to_number<std::size_t>() == admission_settings{}.automatic_limit);
    CHECK(defaults.at("approval").as_string() == "manual");
}

TEST_CASE("options: the schema takes every option", "[fleet][unit]") {
    CHECK(fits("{}"));
    CHECK(fits(R"({"manifests": "fleet", "approval": "automatic", "allowed-namespaces": ["plant-1"],
                   "automatic-limit": 0, "pending-limit": 1, "pending-expiry": "30m", "offline-after": 1,
                   "events-per-device": 1, "events-total": 1})"));
    const auto all = rule(R"({"namespaces": ["a"], "ids": ["a"], "serial-numbers": ["a"], "set": "a",
        "hardware": {"hostname": "a", "boot.current_boot_mode": "a", "cpu.architecture": ["a", "b"],
                     "cpu.model_name": "a", "system_vendor.manufacturer": "a",
                     "system_vendor.product_name": "a", "system_vendor.serial_number": "a"}},
        {"ids-file": "/dev/null", "serial-numbers-file": "/dev/null", "action": "deny"})");
    CHECK(fits(all));
    const auto read = read_options(all);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().pointer == "/approval-rules/1/ids-file"); // no regular file: the only thing amiss
}

TEST_CASE("options: the schema refuses what it can", "[fleet][unit]") {
    for (const auto& text : {
             std::string{R"({"aproval": "manual"})"},
             std::string{R"({"manifests": ""})"},
             std::string{R"({"approval": "yes"})"},
             std::string{R"({"approval-rules": []})"},
             std::string{R"({"allowed-namespaces": []})"},
             std::string{R"({"automatic-limit": 1.5})"},
             std::string{R"({"pending-limit": 0})"},
             std::string{R"({"pending-expiry": "7 days"})"},
             std::string{R"({"pending-expiry": 7})"},
             std::string{R"({"offline-after": 0})"},
             rule(R"({"id": ["a"]})"),
             rule(R"({"ids": "a"})"),
             rule(R"({"ids": []})"),
             rule(R"({"ids": [42]})"),
             rule(R"({"hardware": {}})"),
             rule(R"({"hardware": {"cpu.count": "4"}})"),
             rule(R"({"hardware": {"hostname": []}})"),
             rule(R"({"hardware": {"hostname": 4}})"),
             rule(R"({"ids": ["a"], "action": "drop"})"),
         }) {
        CAPTURE(text);
        CHECK_FALSE(fits(text));
    }
}
