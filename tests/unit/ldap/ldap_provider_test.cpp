#include "ldap/ldap_provider.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::ldap;

namespace {

// "pointer: what"; empty: nothing is wrong.
std::string problem_with(const std::string& more) {
    const auto read =
        provider_kind().read(R"({"urls": "ldapi://%2Frun%2Fldapi", "base": "dc=a")" + more + "}");
    return read ? std::string{} : read.error().pointer + ": " + read.error().what;
}

std::string mapping(const std::string& more) {
    return R"json(, "mapping": {"base": "dc=b", "filter": "(a=*)", "id": "cn", "namespace": "plant-1")json" +
           more + "}";
}

const std::string inventory_decides = mapping(R"(, "approval": {"attribute": "l", "approved": ["in"]})");
const std::string rule =
    R"(, "approval": "rules", "approval-rules": [{"name": "a", "ids": ["pump-1"], "action": )";

} // namespace

TEST_CASE("ldap provider: nothing may let devices in where mapping.approval says who is approved",
          "[ldap][settings]") {
    const std::string refusal = "/approval: has to be manual where mapping.approval says who is approved";
    CHECK(problem_with(inventory_decides + R"(, "approval": "automatic")") == refusal);
    CHECK(problem_with(inventory_decides + rule + R"("approve"}])") == refusal);
    CHECK(problem_with(inventory_decides + rule + R"("deny"}])") == refusal);
    CHECK(problem_with(inventory_decides) == "");
    CHECK(problem_with(inventory_decides + R"(, "approval": "manual")") == "");
    CHECK(problem_with(mapping("") + R"(, "approval": "automatic")") == "");
    CHECK(problem_with(R"(, "approval": "automatic")") == "");
}
