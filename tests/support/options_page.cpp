#include "support/options_page.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace edgeconf::test {

namespace json = boost::json;

namespace {

void add(const json::object& properties, const std::string& above, std::vector<listed_option>& to) {
    for (const auto& [name, property] : properties) {
        const auto& about = property.as_object();
        const auto path = above + std::string{name};
        if (const auto* inner = about.if_contains("properties")) {
            add(inner->as_object(), path + ".", to);
            continue;
        }
        const auto* value = about.if_contains("default");
        to.push_back({path, value == nullptr     ? std::string{}
                            : value->is_string() ? std::string{value->get_string()}
                                                 : json::serialize(*value)});
        const auto* items = about.if_contains("items");
        const auto* inner = items == nullptr ? nullptr : items->as_object().if_contains("properties");
        if (inner != nullptr) add(inner->as_object(), path + "[].", to);
    }
}

} // namespace

std::vector<listed_option> options_in(const json::object& properties) {
    std::vector<listed_option> made;
    add(properties, "", made);
    return made;
}

std::vector<std::string> missing_in(const std::string& page, const std::vector<listed_option>& options) {
    std::vector<std::string> missing;
    for (const auto& [path, value] : options) {
        const auto at = page.find("\n| `" + path + "` | ");
        const auto row = at == std::string::npos ? "" : page.substr(at, page.find('\n', at + 1) - at);
        const bool has_default = value.empty() || row.find(" | `" + value + "` | ") != std::string::npos;
        if (row.empty() || !has_default) missing.push_back(path);
    }
    return missing;
}

} // namespace edgeconf::test
