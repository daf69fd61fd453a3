#include "check/refused_options.hpp"

#include "check/instance.hpp"
#include "check/prepared_options.hpp"
#include "provider/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

constexpr std::string_view nowhere = "/nowhere/at/all";

// The schema's properties that are paths; others may be as well, behind a $ref.
std::vector<std::string> paths_of(const char* schema) {
    std::vector<std::string> found;
    boost::system::error_code ec;
    const auto parsed = schema == nullptr ? json::value(nullptr) : json::parse(schema, ec);
    const auto* root = parsed.if_object();
    const auto* properties = root == nullptr ? nullptr : root->if_contains("properties");
    if (ec || properties == nullptr || !properties->is_object()) return found;
    for (const auto& [name, about] : properties->get_object()) {
        const auto* format = about.is_object() ? about.get_object().if_contains("format") : nullptr;
        if (format != nullptr && *format == "path") found.emplace_back(name);
    }
    return found;
}

// Each with one thing wrong that would be wrong for most.
std::vector<json::object> spoiled(const json::object& sound, const char* schema) {
    std::vector<json::object> all;
    const auto add = [&](json::string_view member, const json::value& value) {
        auto made = sound;
        made[member] = value;
        all.push_back(std::move(made));
    };
    for (const auto& name : paths_of(schema)) add(name, json::value(nowhere));
    for (const auto& [name, value] : sound) {
        if (value.is_string()) add(name, json::value(nowhere));
        add(name, json::value(-1));
        add(name, json::value(json::array{json::value(nullptr)}));
    }
    add("edgeconf-provider-check", json::value("an option that nobody has"));
    return all;
}

bool refuses(trial& in, const ecp_provider& table, const std::string& options) {
    if (table.validate != nullptr) return validate_options(table, options).status != ECP_OK;
    if ((table.flags & ECP_PROVIDER_EXCLUSIVE) != 0) return false; // there is one already
    instance other{in, "an instance with wrong options"};
    return other.create(options).status != ECP_OK;
}

} // namespace

std::optional<std::string> find_refused_options(trial& in, const ecp_provider& table) {
    const auto sound = json::parse(prepared_options(in, table)).as_object();
    std::optional<std::string> unfit;
    for (auto& each : spoiled(sound, table.config_schema)) {
        const auto findings = provider::fit_options(each, table.config_schema, in.about().folder);
        const bool fits =
            std::none_of(findings.begin(), findings.end(), [](const auto& f) { return f.is_error; });
        if (unfit && !fits) continue;
        auto text = json::serialize(each);
        if (!refuses(in, table, text)) continue;
        if (fits) return text;
        unfit = std::move(text);
    }
    return unfit;
}

} // namespace edgeconf::check
