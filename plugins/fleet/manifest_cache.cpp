#include "fleet/manifest_cache.hpp"

#include "fleet/yaml_reader.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t depth_limit = 100; // more than the YAML reader lets pass

bool has_fraction(const json::value& root) {
    if (root.is_double()) return true;
    if (const auto* list = root.if_array()) return std::any_of(list->begin(), list->end(), has_fraction);
    if (const auto* map = root.if_object()) {
        return std::any_of(map->begin(), map->end(),
                           [](const auto& each) { return has_fraction(each.value()); });
    }
    return false;
}

} // namespace

std::string to_text(const json::value& root) { return json::serialize(root); }

std::optional<json::value> from_text(std::string_view text) {
    json::parse_options options;
    options.max_depth = depth_limit;
    json::error_code error;
    auto root = json::parse(text, error, {}, options);
    if (error) return std::nullopt;
    if (!has_fraction(root)) return root;
    // Boost 1.81 can miss the last bit of a fraction. JSON is YAML, and that reader does not.
    auto yaml = read_yaml(text);
    if (!yaml.problems.empty() || yaml.documents.size() != 1) return std::nullopt;
    return std::move(yaml.documents.front().root);
}

} // namespace edgeconf::fleet
