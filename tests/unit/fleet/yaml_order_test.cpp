#include "fleet/yaml_order.hpp"

#include "support/catch.hpp"

#include <string_view>
#include <vector>

using namespace edgeconf::fleet;

TEST_CASE("yaml order: R38 keys come in go-yaml's natural order", "[fleet][unit]") {
    // As go-yaml 2.4 writes them.
    const std::vector<std::string_view> sorted{"-",   ".a", "_",   "8080", "K",    "a-b",  "a.b",
                                               "a_b", "a1", "a11", "a100", "a101", "a110", "a1b",
                                               "ab",  "k",  "k01", "k2",   "k9",   "k10",  "k010"};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        for (std::size_t j = 0; j < sorted.size(); ++j) {
            CAPTURE(sorted[i], sorted[j]);
            CHECK(comes_before(sorted[i], sorted[j]) == (i < j));
        }
    }
}
