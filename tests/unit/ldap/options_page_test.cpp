// The operator's page says of every option of this provider's own what the schema says.
#include "ldap/options_schema.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string>
#include <vector>

namespace json = boost::json;
namespace test = edgeconf::test;

namespace {

// Each option as the page's table writes it, "mapping.approval.attribute", with its default or "".
void flatten(const json::object& properties, const std::string& above,
             std::vector<std::array<std::string, 2>>& to) {
    for (const auto& [name, property] : properties) {
        const auto& about = property.as_object();
        const auto path = above + std::string{name};
        if (const auto* inner = about.if_contains("properties")) {
            flatten(inner->as_object(), path + ".", to);
            continue;
        }
        const auto* value = about.if_contains("default");
        to.push_back({path, value == nullptr     ? std::string{}
                            : value->is_string() ? std::string{value->get_string()}
                                                 : json::serialize(*value)});
    }
}

} // namespace

TEST_CASE("options page: it has every option that only this provider has, with its default",
          "[ldap][settings]") {
    auto own = json::parse(edgeconf::ldap::options_schema).at("properties").as_object();
    const auto shared = json::parse(edgeconf::fleet::options_schema);
    for (const auto& [name, property] : shared.at("properties").as_object()) own.erase(name);
    std::vector<std::array<std::string, 2>> options;
    flatten(own, "", options);
    CHECK(options.size() == 30);
    const auto page = test::read_file(EDGECONF_LDAP_PAGE);
    std::size_t rows = 0;
    for (const auto& [path, value] : options) {
        CAPTURE(path, value);
        const auto at = page.find("\n| `" + path + "` | ");
        const bool is_there = at != std::string::npos;
        CHECK(is_there);
        if (!is_there) continue;
        ++rows;
        if (!value.empty())
            CHECK_THAT(page.substr(at, page.find('\n', at + 1) - at),
                       Catch::Contains(" | `" + value + "` | "));
    }
    CHECK(rows == options.size());
}
