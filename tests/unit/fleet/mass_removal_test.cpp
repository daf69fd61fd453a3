#include "fleet/mass_removal.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace edgeconf::fleet;

namespace {

template <class Object>
void add(object_map<Object>& to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        auto object = std::make_shared<Object>();
        object->name = {"plant-1", std::to_string(i)};
        to.emplace(object->name, std::move(object));
    }
}

struct counts {
    std::size_t devices = 0;
    std::size_t workloads = 0;
    std::size_t config_maps = 0;
};

object_set fleet_of(const counts& numbers) {
    object_set made;
    add(made.devices, numbers.devices);
    add(made.workloads, numbers.workloads);
    add(made.config_maps, numbers.config_maps);
    return made;
}

std::vector<object_key> first(const counts& numbers) {
    std::vector<object_key> keys;
    const auto take = [&](object_kind kind, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) keys.push_back({kind, {"plant-1", std::to_string(i)}});
    };
    take(object_kind::edge_device, numbers.devices);
    take(object_kind::edge_workload, numbers.workloads);
    take(object_kind::config_map, numbers.config_maps);
    return keys;
}

} // namespace

TEST_CASE("mass removal: R7a each kind is judged by itself", "[fleet][unit]") {
    struct example {
        counts before;
        counts gone;
        bool folder_emptied;
        std::string expected;
    };
    const auto each = GENERATE(values<example>({
        {{1000, 10, 5}, {}, false, ""},
        {{1000, 10, 5}, {500, 5, 2}, false, ""}, // half
        {{1000, 10, 5}, {1, 5, 2}, true, ""},
        {{1000, 10, 5}, {2, 0, 1}, true, "2 of 1000 EdgeDevice, 1 of 5 ConfigMap"}, // a site
        {{1000, 10, 5}, {0, 10, 0}, true, "10 of 10 EdgeWorkload"},
        {{1000, 10, 5}, {0, 6, 0}, false, "6 of 10 EdgeWorkload"},
        {{1000, 10, 5}, {501, 0, 3}, false, "501 of 1000 EdgeDevice, 3 of 5 ConfigMap"},
        {{1000, 10, 5}, {500, 6, 1}, false, "500 of 1000 EdgeDevice, 6 of 10 EdgeWorkload, 1 of 5 ConfigMap"},
        {{1000, 10, 1}, {0, 0, 1}, false, ""}, // the only one
        {{1000, 10, 1}, {0, 0, 1}, true, "1 of 1 ConfigMap"},
        {{1000, 10, 1}, {0, 1, 0}, true, ""}, // a folder for each workload
        {{2, 1, 0}, {1, 1, 0}, true, "1 of 2 EdgeDevice, 1 of 1 EdgeWorkload"},
        {{3, 0, 0}, {2, 0, 0}, false, "2 of 3 EdgeDevice"},
    }));
    CAPTURE(each.expected);
    CHECK(to_string(mass_removals(fleet_of(each.before), first(each.gone), each.folder_emptied)) ==
          each.expected);
}

TEST_CASE("mass removal: R7a what went lately counts as if it went now", "[fleet][unit]") {
    struct example {
        counts before;
        counts gone;
        bool folder_emptied;
        counts lately;
        std::string expected;
    };
    const auto each = GENERATE(values<example>({
        {{0, 6, 0}, {0, 2, 0}, false, {0, 2, 0}, ""}, // half of 8
        {{0, 6, 0}, {0, 3, 0}, false, {0, 2, 0}, "3 of 6 EdgeWorkload (2 more before)"},
        {{0, 6, 0}, {0, 3, 0}, false, {0, 0, 2}, ""}, // another kind
        {{0, 1, 0}, {0, 1, 0}, false, {0, 1, 0}, "1 of 1 EdgeWorkload (1 more before)"},
        {{9, 6, 0}, {1, 0, 0}, true, {1, 0, 0}, "1 of 9 EdgeDevice (1 more before)"},
        {{9, 6, 0}, {0, 1, 0}, true, {5, 0, 0}, ""},
    }));
    CAPTURE(each.expected);
    const removal_counts lately{{object_kind::edge_device, each.lately.devices},
                                {object_kind::edge_workload, each.lately.workloads},
                                {object_kind::config_map, each.lately.config_maps}};
    CHECK(to_string(mass_removals(fleet_of(each.before), first(each.gone), each.folder_emptied, lately)) ==
          each.expected);
}
