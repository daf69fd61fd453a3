#include "fleet/workload_selection.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

using namespace edgeconf::fleet;

namespace {

std::vector<std::string> names(const workload_selection::workload_list& selected) {
    std::vector<std::string> listed;
    for (const auto* each : selected) listed.push_back(each->name.name);
    return listed;
}

std::vector<std::string> selected(const std::string& yaml, const string_map& labels,
                                  std::string_view ns = "default") {
    const auto objects = objects_of(yaml);
    workload_selection selection;
    for (const auto& [name, each] : objects.workloads) selection.put(*each);
    return names(selection.select("d", ns, labels));
}

} // namespace

TEST_CASE("workload selection: R33 by name, by selector, by nothing", "[fleet][unit]") {
    struct row {
        std::string selection;
        string_map labels;
        bool matches;
    };
    const std::vector<row> table{
        {"device: d", {}, true},
        {"device: D", {}, false},
        {"device: e", {}, false},
        {"device: e, deviceSelector: {}", {}, false},
        {"device: '', deviceSelector: {}", {}, true},
        {"", {{"a", "b"}}, false},
        {"deviceSelector: {}", {}, true},
        {"deviceSelector: {matchLabels: {a: b}}", {{"a", "b"}}, true},
        {"deviceSelector: {matchLabels: {a: b}}", {{"a", "c"}}, false},
        {"deviceSelector: {matchLabels: {a: b}}", {}, false},
        {"deviceSelector: {matchLabels: {a: b, c: d}}", {{"a", "b"}}, false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: In, values: [x, b]}]}", {{"a", "b"}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: In, values: [b, b]}]}", {{"a", "b"}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", {{"a", "b"}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", {{"a", "b"}}, false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", {}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}", {{"a", ""}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}", {}, false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: DoesNotExist}]}", {}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: DoesNotExist}]}", {{"a", "b"}}, false},
        {"deviceSelector: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: DoesNotExist}]}",
         {{"a", "b"}, {"c", "d"}},
         false},
    };
    for (const auto& each : table) {
        CAPTURE(each.selection, each.labels);
        CHECK(selected(workload("w", each.selection), each.labels).size() == (each.matches ? 1 : 0));
    }
}

TEST_CASE("workload selection: R33 in one namespace, sorted by name", "[fleet][unit]") {
    const auto all = workload("z", "deviceSelector: {}") + workload("b", "device: d") +
                     workload("c", "deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}") +
                     workload("a", "deviceSelector: {matchLabels: {a: b}}");
    CHECK(selected(all, {{"a", "b"}}) == std::vector<std::string>{"a", "b", "c", "z"});
    CHECK(selected(all, {{"a", "b"}}, "plant-1").empty());
}

TEST_CASE("workload selection: what is removed is not selected", "[fleet][unit]") {
    for (const auto* selection :
         {"device: d", "deviceSelector: {}", "deviceSelector: {matchLabels: {a: b}}",
          "deviceSelector: {matchExpressions: [{key: a, operator: In, values: [b, c, b]}]}",
          "deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}"}) {
        CAPTURE(selection);
        const auto objects = objects_of(workload("w", selection) + workload("x", selection));
        workload_selection all;
        for (const auto& [name, each] : objects.workloads) all.put(*each);
        all.remove(*objects.workloads.at({"default", "w"}));
        CHECK(names(all.select("d", "default", {{"a", "b"}})) == std::vector<std::string>{"x"});
    }
}
