#include "fleet/catalogue.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

std::string workload(const std::string& name, const std::string& selection,
                     const std::string& container = "image: i") {
    return head("EdgeWorkload", name) + "spec: {" + selection + ", pod: {spec: {containers: [{name: c, " +
           container + "}]}}}\n";
}

std::string text_of(const rendering& made) {
    std::string text;
    for (const auto part : made.parts) text += part;
    return text;
}

rendering_result render(const catalogue& from, const string_map& labels, std::string_view id = "d",
                        std::string_view ns = "default", const device_settings& settings = {}) {
    return from.render({id, ns, labels, settings});
}

std::vector<std::string> workloads_for(const std::string& yaml, const string_map& labels,
                                       std::string_view ns = "default") {
    const catalogue from{objects_of(yaml)};
    return render(from, labels, "d", ns).made->workloads;
}

} // namespace

TEST_CASE("catalogue: R33 selects workloads, sorted by name", "[fleet][unit]") {
    const string_map labels{{"site", "north"}};
    const auto all =
        workload("z", "deviceSelector: {}") + workload("a", "deviceSelector: {matchLabels: {site: north}}") +
        workload("m", "device: d") + workload("other", "device: e") + workload("none", "type: pod") +
        workload("south", "deviceSelector: {matchLabels: {site: south}}") +
        workload("late", "deviceSelector: {matchExpressions: [{key: gone, operator: NotIn, values: [x]}]}");
    CHECK(workloads_for(all, labels) == std::vector<std::string>{"a", "late", "m", "z"});
    CHECK(workloads_for(all, {}) == std::vector<std::string>{"late", "m", "z"});
    CHECK(workloads_for(all, labels, "plant-1").empty());
}

TEST_CASE("catalogue: R33 a device name goes before a selector", "[fleet][unit]") {
    CHECK(workloads_for(workload("w", "device: e, deviceSelector: {}"), {}).empty());
    CHECK(workloads_for(workload("w", "device: '', deviceSelector: {}"), {}) ==
          std::vector<std::string>{"w"});
}

TEST_CASE("catalogue: R22 a device set replaces every section", "[fleet][unit]") {
    const catalogue from{objects_of(head("EdgeDeviceSet", "s") + "spec: {osInformation: {commitID: set}}\n")};
    device_settings own;
    own.heartbeat = heartbeat_settings{5, std::nullopt, std::nullopt};
    const auto configuration = [&](const string_map& labels, std::string_view ns) {
        return json::parse(text_of(*render(from, labels, "d", ns, own).made)).at("configuration");
    };
    const auto in_set = configuration({{"flotta/member-of", "s"}}, "default");
    CHECK(in_set.at("os").at("commit_id") == "set");
    CHECK(in_set.at("heartbeat").at("period_seconds") == 60);
    for (const auto& [labels, ns] :
         std::vector<std::pair<string_map, std::string>>{{{}, "default"},
                                                         {{{"flotta/member-of", "s"}}, "plant-1"},
                                                         {{{"flotta/member-of", "gone"}}, "default"}}) {
        const auto alone = configuration(labels, ns);
        CHECK_FALSE(alone.get_object().contains("os"));
        CHECK(alone.at("heartbeat").at("period_seconds") == 5);
    }
}

TEST_CASE("catalogue: the message is one JSON object with its version", "[fleet][unit]") {
    const catalogue from{objects_of(
        workload("w", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}]") +
        workload("v", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}, {secretRef: {name: r}}]") +
        head("Secret", "s") + head("Secret", "r"))};
    const auto made = render(from, {}).made;
    REQUIRE(made);
    const auto message = json::parse(text_of(*made)).get_object();
    CHECK(message.at("device_id") == "d");
    CHECK(message.at("version") == json::string{made->version});
    CHECK(made->version.size() == 32);
    CHECK(message.at("workloads").as_array().size() == 2);
    REQUIRE(message.at("secrets").as_array().size() == 2);
    CHECK(message.at("secrets").at(0).at("name") == "r");
}

TEST_CASE("catalogue: R21 the version says what the content says", "[fleet][unit]") {
    const auto base =
        workload("w", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}]") + head("Secret", "s");
    const auto version = [](const std::string& yaml, std::string_view id = "d") {
        return render(catalogue{objects_of(yaml)}, {}, id).made->version;
    };
    CHECK(version(base) == version(base));
    CHECK(version(head("Secret", "s") +
                  workload("w", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}]")) == version(base));
    CHECK(version(base + head("ConfigMap", "unused")) == version(base));
    CHECK(version(base, "e") != version(base));
    CHECK(version(base + "stringData: {k: v}\n") != version(base));
    CHECK(version(base + workload("x", "deviceSelector: {}")) != version(base));
}

TEST_CASE("catalogue: devices share what they have in common", "[fleet][unit]") {
    const catalogue from{objects_of(workload("w", "deviceSelector: {}"))};
    const auto one = render(from, {}, "d1").made;
    const auto two = render(from, {}, "d2").made;
    REQUIRE(one->shared.size() == two->shared.size());
    for (std::size_t i = 0; i < one->shared.size(); ++i) CHECK(one->shared[i] == two->shared[i]);
}

TEST_CASE("catalogue: R30 one thing missing anywhere and nothing is made", "[fleet][unit]") {
    const auto good = workload("good", "deviceSelector: {}");
    const catalogue from{objects_of(good + workload("bad", "deviceSelector: {matchLabels: {site: north}}",
                                                    "envFrom: [{secretRef: {name: s}}]"))};
    const auto broken = render(from, {{"site", "north"}});
    CHECK_FALSE(broken.made);
    REQUIRE(broken.problems.size() == 1);
    CHECK(broken.problems[0] ==
          "EdgeWorkload default/bad: Secret default/s is missing (spec.pod.spec refers to it)");
    CHECK(render(from, {}).made);
}
