#include "fleet/renderer.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <boost/json/value.hpp>

#include <deque>

using namespace edgeconf::fleet;

namespace {

// Devices of their own, and how often each has been published.
struct rendered_devices {
    explicit rendered_devices(const std::string& yaml) { put(yaml); }

    void put(const std::string& yaml) {
        const auto objects = objects_of(yaml);
        for (const auto& [name, each] : objects.config_maps) all.put(each);
        for (const auto& [name, each] : objects.secrets) all.put(each);
        for (const auto& [name, each] : objects.sets) all.put(each);
        for (const auto& [name, each] : objects.workloads) all.put(each);
    }

    configured_device& add(const std::string& id, const string_map& labels = {}) {
        auto& device = devices.emplace_back();
        device.id = id;
        device.ns = "default";
        device.labels = labels;
        all.add(device);
        return device;
    }

    // What has been published meanwhile.
    std::map<std::string, int> settle() {
        while (all.work(3)) {
        }
        return std::exchange(published, {});
    }

    std::map<std::string, int> published;
    std::vector<std::string> told;
    renderer all{[this](configured_device& device) { ++published[device.id]; },
                 [this](const broken_part& part) {
                     told.push_back(to_string(part.owner) + " " + std::to_string(part.problems.size()) + " " +
                                    std::to_string(part.devices));
                 }};
    std::deque<configured_device> devices;
};

using counted = std::map<std::string, int>;

std::string map_user(const std::string& name, const std::string& label, const std::string& map) {
    return workload(name, "deviceSelector: {matchLabels: {" + label + "}}",
                    "envFrom: [{configMapRef: {name: " + map + "}}]");
}

} // namespace

TEST_CASE("renderer: devices with the same settings and workloads share one body", "[fleet][unit]") {
    rendered_devices fleet{workload("w", "deviceSelector: {matchLabels: {a: b}}")};
    auto& one = fleet.add("d1", {{"a", "b"}, {"x", "1"}});
    auto& two = fleet.add("d2", {{"a", "b"}, {"x", "2"}});
    auto& other = fleet.add("d3");
    CHECK(fleet.settle() == counted{{"d1", 1}, {"d2", 1}, {"d3", 1}});
    CHECK(one.body->made == two.body->made);
    CHECK(one.body->made != other.body->made);
    CHECK(one.body->made->kept[0] == other.body->made->kept[0]);
    CHECK(version_of("d1", *one.body->made) != version_of("d2", *two.body->made));
}

TEST_CASE("renderer: a change renders what depends on it, and nothing else", "[fleet][unit]") {
    rendered_devices fleet{head("ConfigMap", "m") + head("ConfigMap", "other") +
                           map_user("wm", "uses: m", "m") + map_user("wn", "uses: other", "other")};
    fleet.add("m1", {{"uses", "m"}});
    fleet.add("m2", {{"uses", "m"}});
    fleet.add("o1", {{"uses", "other"}});
    fleet.add("none");
    fleet.settle();
    fleet.put(head("ConfigMap", "m") + "data: {k: v}\n");
    CHECK(fleet.settle() == counted{{"m1", 1}, {"m2", 1}});
    fleet.put(head("ConfigMap", "m") + "  labels: {a: b}\ndata: {k: v}\n");
    CHECK(fleet.settle().empty());
    fleet.put(head("ConfigMap", "unused"));
    CHECK(fleet.settle().empty());
    fleet.put(workload("wn", "deviceSelector: {matchLabels: {uses: other}}",
                       "envFrom: [{configMapRef: {name: other}}]"));
    CHECK(fleet.settle().empty());
}

TEST_CASE("renderer: several changes at once are one rendering", "[fleet][unit]") {
    rendered_devices fleet{head("ConfigMap", "m") + head("Secret", "s") + map_user("w", "uses: m", "m") +
                           workload("v", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}]")};
    fleet.add("d", {{"uses", "m"}});
    fleet.settle();
    fleet.put(head("ConfigMap", "m") + "data: {k: v}\n");
    fleet.put(head("Secret", "s") + "stringData: {k: v}\n");
    CHECK(fleet.settle() == counted{{"d", 1}});
}

TEST_CASE("renderer: R33 narrowing a selector removes the workload, widening adds it", "[fleet][unit]") {
    rendered_devices fleet{workload("w", "deviceSelector: {}")};
    auto& north = fleet.add("north", {{"site", "north"}});
    auto& south = fleet.add("south", {{"site", "south"}});
    fleet.settle();
    CHECK(south.body->made->workloads.size() == 1);
    fleet.put(workload("w", "deviceSelector: {matchLabels: {site: north}}"));
    CHECK(fleet.settle() == counted{{"north", 1}, {"south", 1}});
    CHECK(north.body->made->workloads.size() == 1);
    CHECK(south.body->made->workloads.empty());
    fleet.put(workload("w", "device: south"));
    fleet.settle();
    CHECK(north.body->made->workloads.empty());
    CHECK(south.body->made->workloads.size() == 1);
    fleet.all.remove({object_kind::edge_workload, {"default", "w"}});
    fleet.settle();
    CHECK(south.body->made->workloads.empty());
}

TEST_CASE("renderer: R33 labels that change choose workloads anew", "[fleet][unit]") {
    rendered_devices fleet{workload("w", "deviceSelector: {matchExpressions: [{key: a, operator: NotIn, "
                                         "values: [x]}]}")};
    auto& device = fleet.add("d");
    fleet.settle();
    CHECK(device.body->made->workloads.size() == 1);
    device.labels = {{"a", "x"}};
    fleet.all.changed(device);
    fleet.settle();
    CHECK(device.body->made->workloads.empty());
}

TEST_CASE("renderer: R22 a set that comes, changes and goes", "[fleet][unit]") {
    rendered_devices fleet{""};
    const auto set = [](const std::string& commit) {
        return head("EdgeDeviceSet", "s") + "spec: {osInformation: {commitID: " + commit + "}}\n";
    };
    auto& device = fleet.add("d", {{"flotta/member-of", "s"}});
    fleet.add("other");
    const auto bytes = [&] { return device.body->made->kept[0]->bytes; };
    fleet.settle();
    const auto without = bytes();
    fleet.put(set("one"));
    CHECK(fleet.settle() == counted{{"d", 1}});
    CHECK(bytes().find("one") != std::string::npos);
    fleet.put(set("two"));
    CHECK(fleet.settle() == counted{{"d", 1}});
    CHECK(bytes().find("two") != std::string::npos);
    fleet.all.remove({object_kind::edge_device_set, {"default", "s"}});
    CHECK(fleet.settle() == counted{{"d", 1}});
    CHECK(bytes() == without);
}

TEST_CASE("renderer: R30 what is missing breaks what needs it, until it is there", "[fleet][unit]") {
    rendered_devices fleet{map_user("w", "uses: m", "m")};
    auto& device = fleet.add("d", {{"uses", "m"}});
    auto& other = fleet.add("other");
    fleet.settle();
    CHECK_FALSE(device.body->made);
    REQUIRE(device.body->problem);
    CHECK(device.body->problem->find("ConfigMap default/m is missing") != std::string::npos);
    CHECK(other.body->made);
    CHECK(fleet.all.broken_parts() == 1);
    fleet.put(head("ConfigMap", "m"));
    fleet.settle();
    CHECK(device.body->made);
    CHECK_FALSE(device.body->problem);
    CHECK(fleet.all.broken_parts() == 0);
    fleet.all.remove({object_kind::config_map, {"default", "m"}});
    fleet.settle();
    CHECK_FALSE(device.body->made);
    CHECK(fleet.told == std::vector<std::string>{"EdgeWorkload default/w 1 1", "EdgeWorkload default/w 0 1",
                                                 "EdgeWorkload default/w 1 1"});
}

TEST_CASE("renderer: a device rendered at once needs no work afterwards", "[fleet][unit]") {
    rendered_devices fleet{workload("w", "deviceSelector: {}")};
    auto& device = fleet.add("d");
    fleet.all.render_now(device);
    CHECK(fleet.published == counted{{"d", 1}});
    REQUIRE(device.body->made);
    CHECK(device.body->made->workloads.size() == 1);
    CHECK(fleet.settle() == counted{{"d", 1}});
}

TEST_CASE("renderer: devices and what they were made of go together", "[fleet][unit]") {
    rendered_devices fleet{map_user("w", "uses: m", "m") + head("ConfigMap", "m")};
    auto& device = fleet.add("d", {{"uses", "m"}});
    auto& own = fleet.add("own");
    own.settings = std::make_shared<const device_settings>(
        device_settings{heartbeat_settings{5, std::nullopt, std::nullopt}, {}, {}, {}, {}, {}});
    fleet.settle();
    const std::weak_ptr<const shared_body> made = device.body->made;
    const std::weak_ptr<const device_settings> settings = own.settings;
    fleet.all.remove(device);
    fleet.all.remove(own);
    own.settings.reset();
    CHECK(made.expired());
    CHECK(settings.expired());
    fleet.all.remove({object_kind::edge_workload, {"default", "w"}});
    fleet.put(head("ConfigMap", "m") + "data: {k: v}\n");
    CHECK(fleet.settle().empty());
}
