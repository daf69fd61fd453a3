#include "support/catch.hpp"

#include "codec/playbooks_check.hpp"

#include <string>

using edgeconf::errc;
using edgeconf::codec::check_playbooks;

TEST_CASE("playbooks_check: an array of playbooks passes", "[codec][playbooks_check]") {
    CHECK(check_playbooks("[]").has_value());
    CHECK(check_playbooks(R"([{"name":"d-c","ansible_playbook_string":"- hosts: all\n"}])").has_value());
    CHECK(
        check_playbooks(
            R"([{"name":"","ansible_playbook_string":"","more":1},{"name":"b","ansible_playbook_string":"x"}])")
            .has_value());
}

TEST_CASE("playbooks_check: anything else is refused", "[codec][playbooks_check]") {
    const auto body = GENERATE(as<std::string>{}, "", "null", "{}", "[", "[]x", "[null]", "[1]", "[[]]",
                               "[{}]", R"([{"name":"a"}])", R"([{"ansible_playbook_string":"x"}])",
                               R"([{"name":1,"ansible_playbook_string":"x"}])",
                               R"([{"name":"a","ansible_playbook_string":null}])",
                               R"([{"name":"a","ansible_playbook_string":"x"},null])");
    INFO(body);
    const auto checked = check_playbooks(body);
    REQUIRE(checked.has_error());
    CHECK(checked.error().code == errc::internal);
    CHECK_FALSE(checked.error().detail.empty());
}
