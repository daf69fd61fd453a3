// The operator's page says of every option of this provider's own what the schema says.
#include "ldap/options_schema.hpp"

#include "support/catch.hpp"
#include "support/options_page.hpp"
#include "support/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace json = boost::json;
namespace test = edgeconf::test;

TEST_CASE("options page: it has every option that only this provider has, with its default",
          "[ldap][settings]") {
    auto own = json::parse(edgeconf::ldap::options_schema).at("properties").as_object();
    const auto shared = json::parse(edgeconf::fleet::options_schema);
    for (const auto& [name, property] : shared.at("properties").as_object()) own.erase(name);
    const auto options = test::options_in(own);
    CHECK(options.size() == 30);
    CHECK(test::missing_in(test::read_file(EDGECONF_LDAP_PAGE), options).empty());
}
