#include "support/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
// Else valijson ends the process where a schema is wrong.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <utility>

namespace edgeconf::test {

namespace json = boost::json;

bool fits(std::string_view schema, const std::string& value) {
    const auto text = json::parse({schema.data(), schema.size()});
    const auto given = json::parse(value);
    valijson::Schema read;
    valijson::SchemaParser{}.populateSchema(valijson::adapters::BoostJsonAdapter{text}, read);
    return valijson::Validator{}.validate(read, valijson::adapters::BoostJsonAdapter{given}, nullptr);
}

json::object defaults_in(const json::object& properties) {
    json::object made;
    for (const auto& [name, property] : properties) {
        const auto& about = property.as_object();
        if (const auto* value = about.if_contains("default")) {
            made[name] = *value;
        } else if (const auto* inner = about.if_contains("properties")) {
            if (auto below = defaults_in(inner->as_object()); !below.empty()) made[name] = std::move(below);
        }
    }
    return made;
}

} // namespace edgeconf::test
