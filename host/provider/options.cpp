#include "provider/options.hpp"

#include "model/spelling.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
// Else valijson ends the process where a schema is wrong.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <regex>

namespace edgeconf::provider {
namespace {

namespace json = boost::json;

std::string text(json::string_view s) { return {s.data(), s.size()}; }

// A key as a step of a JSON Pointer.
std::string step(std::string_view key) {
    std::string made{"/"};
    for (const char c : key) {
        if (c == '~')
            made += "~0";
        else if (c == '/')
            made += "~1";
        else
            made += c;
    }
    return made;
}

bool is_path(const json::object& schema) {
    const auto* format = schema.if_contains("format");
    return format != nullptr && format->is_string() && format->get_string() == "path";
}

// Follows `properties` and `items`; a path that only a combined schema (anyOf ...) describes is left alone.
void make_paths_absolute(json::value& value, const json::object& schema,
                         const std::filesystem::path& folder) {
    if (auto* path = value.if_string(); path != nullptr && !path->empty() && is_path(schema)) {
        *path = (folder / std::filesystem::path{text(*path)}).lexically_normal().string();
    } else if (auto* members = value.if_object()) {
        const auto* properties = schema.if_contains("properties");
        if (properties == nullptr || !properties->is_object()) return;
        for (auto& member : *members)
            if (const auto* inner = properties->get_object().if_contains(member.key());
                inner && inner->is_object())
                make_paths_absolute(member.value(), inner->get_object(), folder);
    } else if (auto* items = value.if_array()) {
        const auto* inner = schema.if_contains("items");
        if (inner == nullptr || !inner->is_object()) return;
        for (auto& item : *items) make_paths_absolute(item, inner->get_object(), folder);
    }
}

// Unknown members of the outermost object, told better than a schema validator can. They are removed
// from `rest`, so that nothing is told twice.
void name_unknown_options(json::object& rest, const json::object& schema, findings& found) {
    const auto* additional = schema.if_contains("additionalProperties");
    const auto* properties = schema.if_contains("properties");
    if (additional == nullptr || !additional->is_bool() || additional->get_bool()) return;
    std::set<std::string, std::less<>> known;
    if (properties != nullptr && properties->is_object())
        for (const auto& p : properties->get_object()) known.insert(text(p.key()));
    for (auto it = rest.begin(); it != rest.end();) {
        const auto key = text(it->key());
        if (known.contains(key)) {
            ++it;
            continue;
        }
        const auto meant = nearest_word(key, known);
        found.push_back({true, step(key),
                         meant.empty() ? "the provider has no such option"
                                       : "the provider has no such option; did you mean '" + meant + "'?"});
        it = rest.erase(it);
    }
}

// valijson's place, `<root>`, `["a"]`, `[0]`, as a JSON Pointer.
std::string pointer(const std::vector<std::string>& context) {
    std::string made;
    for (const auto& part : context) {
        if (part.size() < 2 || part.front() != '[') continue;
        auto inner = std::string_view{part}.substr(1, part.size() - 2);
        if (inner.size() >= 2 && inner.front() == '"') inner = inner.substr(1, inner.size() - 2);
        made += step(inner);
    }
    return made;
}

bool is_at_or_below(std::string_view place, std::string_view parent) {
    return place.starts_with(parent) && (place.size() == parent.size() || place[parent.size()] == '/');
}

// valijson tells the innermost place first, and then for each parent that it does not fit either.
bool is_news(const finding& told, const findings& before) {
    const auto says_the_same = [&](const finding& other) {
        return other.pointer == told.pointer && other.message == told.message;
    };
    if (std::any_of(before.begin(), before.end(), says_the_same)) return false;
    return before.empty() || !told.message.starts_with("Failed to validate") ||
           !is_at_or_below(before.back().pointer, told.pointer);
}

void check(const json::value& options, const json::value& schema_text, findings& found) {
    valijson::Schema schema;
    valijson::adapters::BoostJsonAdapter schema_view{schema_text};
    valijson::SchemaParser{}.populateSchema(schema_view, schema);
    valijson::ValidationResults results;
    valijson::Validator validator;
    if (validator.validate(schema, valijson::adapters::BoostJsonAdapter{options}, &results)) return;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        finding told{true, pointer(error.context), error.description};
        if (is_news(told, found)) found.push_back(std::move(told));
    }
}

// valijson meets these only with a value to compare. What is no schema (a default, an example) is passed
// over.
void compile_patterns(const json::value& schema) {
    if (const auto* items = schema.if_array()) {
        for (const auto& item : *items) compile_patterns(item);
        return;
    }
    const auto* members = schema.if_object();
    if (members == nullptr) return;
    for (const auto& [key, value] : *members) {
        if (key == "default" || key == "enum" || key == "const" || key == "examples") continue;
        if (key == "pattern" && value.is_string()) std::regex{text(value.get_string())};
        if (key == "patternProperties" && value.is_object())
            for (const auto& property : value.get_object()) std::regex{text(property.key())};
        compile_patterns(value);
    }
}

} // namespace

findings fit_options(json::object& options, const char* schema, const std::filesystem::path& folder) {
    findings found;
    if (schema == nullptr) return found;
    boost::system::error_code ec;
    const auto parsed = json::parse(schema, ec);
    if (ec || !parsed.is_object())
        return {{true, "",
                 "the provider's own schema of its options is not valid JSON; its vendor has to mend it"}};

    json::value whole(options);
    make_paths_absolute(whole, parsed.get_object(), folder);
    options = whole.get_object();
    name_unknown_options(whole.get_object(), parsed.get_object(), found);
    try {
        check(whole, parsed, found);
    } catch (const std::exception& e) {
        found.push_back(
            {true, "", std::string{"the provider's own schema of its options cannot be used: "} + e.what()});
    }
    return found;
}

std::string fault_of_schema(const char* schema) {
    boost::system::error_code ec;
    const auto parsed = json::parse(schema, ec);
    if (ec) return "is no JSON: " + ec.message();
    if (!parsed.is_object()) return "is JSON, and no object";
    try {
        valijson::Schema ignored;
        valijson::SchemaParser{}.populateSchema(valijson::adapters::BoostJsonAdapter{parsed}, ignored);
        compile_patterns(parsed);
    } catch (const std::exception& e) {
        return std::string{"is no schema: "} + e.what();
    }
    return {};
}

} // namespace edgeconf::provider
