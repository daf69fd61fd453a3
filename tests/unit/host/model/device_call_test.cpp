#include "support/catch.hpp"

#include "model/device_call.hpp"

#include <set>

using namespace edgeconf;

TEST_CASE("device_call: every operation has a name of its own", "[model][device_call]") {
    std::set<std::string_view> names;
    for (int i = 0; i < operation_count; ++i) names.insert(name(static_cast<operation>(i)));
    CHECK(names.size() == operation_count);
    CHECK(names.count("unknown") == 0);
}

TEST_CASE("device_call: a value that is no operation is called unknown", "[model][device_call]") {
    CHECK(name(static_cast<operation>(operation_count)) == "unknown");
}
