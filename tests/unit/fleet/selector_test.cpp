#include "fleet/label_map.hpp"
#include "fleet/selector.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace edgeconf::fleet;
using enum selector_operator;

TEST_CASE("selector: R33 has the whole of Kubernetes' selector language", "[fleet][unit]") {
    const string_map labels{{"site", "north"}, {"role", "pump"}, {"empty", ""}};
    struct row {
        std::vector<selector_requirement> requirements;
        bool matches;
    };
    const std::vector<row> table{
        {{}, true},
        {{{"site", in, {"north"}}}, true},
        {{{"site", in, {"south", "north"}}}, true},
        {{{"site", in, {"south"}}}, false},
        {{{"absent", in, {"north"}}}, false},
        {{{"empty", in, {""}}}, true},
        {{{"site", not_in, {"north"}}}, false},
        {{{"site", not_in, {"south"}}}, true},
        {{{"absent", not_in, {"north"}}}, true},
        {{{"site", exists, {}}}, true},
        {{{"absent", exists, {}}}, false},
        {{{"site", does_not_exist, {}}}, false},
        {{{"absent", does_not_exist, {}}}, true},
        {{{"site", in, {"north"}}, {"role", in, {"pump"}}}, true},
        {{{"site", in, {"north"}}, {"role", in, {"fan"}}}, false},
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(i);
        CHECK(label_selector{table[i].requirements}.matches(labels) == table[i].matches);
    }
}
