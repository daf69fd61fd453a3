#include "ldap/attribute_values.hpp"

#include "fleet/encoding.hpp"
#include "fleet/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::ldap {

namespace {

constexpr std::size_t quoted_limit = 100; // bytes

} // namespace

std::string in_quotes(std::string_view text) {
    const auto start = fleet::cut_utf8(text, quoted_limit);
    return fmt::format("{:?}{}", start, start.size() < text.size() ? "..." : "");
}

std::string lower(std::string_view text) {
    std::string made{text};
    std::transform(made.begin(), made.end(), made.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return made;
}

boost::json::object read_map(std::string_view attribute, std::string_view text) {
    // Nobody means one, and readers differ in what they make of it.
    if (text.find('\0') != std::string_view::npos) {
        throw unusable_entry{fmt::format("{} has a NUL, which no text may have", attribute)};
    }
    auto read = fleet::read_yaml(text);
    if (!read.problems.empty()) {
        std::string words;
        for (const auto& each : read.problems) {
            words +=
                fmt::format("{}{}, line {}: {}", words.empty() ? "" : "; ", attribute, each.line, each.text);
        }
        throw unusable_entry{words};
    }
    if (read.documents.empty()) return {};
    if (read.documents.size() > 1 || !read.documents.front().root.is_object()) {
        throw unusable_entry{fmt::format("{} has to be one map, in YAML or JSON", attribute)};
    }
    return std::move(read.documents.front().root.get_object());
}

std::map<std::string_view, std::string_view> read_pairs(std::string_view attribute,
                                                        const std::vector<std::string>& values) {
    std::map<std::string_view, std::string_view> made;
    for (const std::string_view each : values) {
        const auto end = each.find('=');
        if (end == std::string_view::npos) {
            throw unusable_entry{fmt::format("{} is {}; it has to be key=value", attribute, in_quotes(each))};
        }
        const auto key = each.substr(0, end);
        if (!made.emplace(key, each.substr(end + 1)).second) {
            throw unusable_entry{fmt::format("{} has the key {} twice", attribute, in_quotes(key))};
        }
    }
    return made;
}

void add_values(write_request& to, std::string_view attribute, std::vector<std::string> values) {
    std::erase(values, std::string{});
    if (values.empty()) return;
    to.changes.push_back({modification::kind::add, std::string{attribute}, std::move(values)});
}

} // namespace edgeconf::ldap
