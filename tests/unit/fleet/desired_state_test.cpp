#include "fleet/desired_state.hpp"

#include "fleet_under_test.hpp"
#include "manifest_folder.hpp"
#include "shared_disk.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace edgeconf::fleet;

namespace {

std::string map(const std::string& name, const std::string& value) {
    return head("ConfigMap", name) + "  namespace: default\ndata: {k: \"" + value + "\"}\n";
}

object_key key_of_map(const std::string& name) { return {object_kind::config_map, {"default", name}}; }

stored_object given_map(const std::string& name, const std::string& value) {
    return {{object_kind::config_map, {"default", name}},
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
                R"(","namespace":"default"},"data":{"k":")" + value + R"("}})"};
}

// "name=value" of each ConfigMap that is put, "-name" of each that is removed, "name" of anything else.
std::set<std::string> words(const object_changes& changes) {
    std::set<std::string> all;
    for (const auto& each : changes.put) {
        if (const auto* found = std::get_if<std::shared_ptr<const config_map>>(&each)) {
            all.insert((*found)->name.name + "=" + (*found)->data.at("k"));
        } else {
            all.insert(std::visit([](const auto& object) { return object->name.name; }, each));
        }
    }
    for (const auto& key : changes.removed) all.insert("-" + key.name.name);
    return all;
}

std::set<std::string> paths(const std::vector<manifest_file>& files) {
    std::set<std::string> all;
    for (const auto& each : files) all.insert(std::filesystem::path{each.path}.filename());
    return all;
}

using names = std::set<std::string>;

} // namespace

TEST_CASE("desired state: a reading says what differs from what was accepted, and changes nothing",
          "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", map("a", "1"));
    folder.write("b.yaml", map("b", "1"));
    desired_state desired;
    for (int i = 0; i < 2; ++i) {
        const auto read = desired.read(folder.path(), false);
        REQUIRE_FALSE(read.failed);
        CHECK(words(read.changes) == names{"a=1", "b=1"});
        CHECK(paths(read.files) == names{"a.yaml", "b.yaml"});
        CHECK(read.gone.empty());
    }
    auto read = desired.read(folder.path(), false);
    desired.accept(read);
    CHECK(desired.read(folder.path(), false).changes.empty());
    CHECK(desired.read(folder.path(), false).files.empty());

    folder.write("a.yaml", map("a", "2"));
    std::filesystem::remove(folder.path() / "b.yaml");
    auto next = desired.read(folder.path(), false);
    CHECK(words(next.changes) == names{"a=2", "-b"});
    CHECK(paths(next.files) == names{"a.yaml"});
    REQUIRE(next.files_gone.size() == 1);
    CHECK(next.gone == std::vector{key_of_map("b")});
    CHECK(next.mass_removals.empty()); // half of them
    desired.accept(next);
    CHECK(desired.read(folder.path(), false).files_gone.empty());
}

TEST_CASE("desired state: a file that is only written anew is stored anew, and nothing else happens",
          "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", map("a", "1"));
    desired_state desired;
    auto read = desired.read(folder.path(), false);
    desired.accept(read);
    folder.write("a.yaml", map("a", "1") + "# a remark\n");
    const auto next = desired.read(folder.path(), false);
    CHECK(next.changes.empty());
    CHECK(paths(next.files) == names{"a.yaml"});
}

TEST_CASE("desired state: R7a more than half gone is too much, whatever else has come", "[fleet][unit]") {
    manifest_folder folder;
    std::string all;
    for (int i = 0; i < 4; ++i) all += map("m" + std::to_string(i), "1");
    folder.write("a.yaml", all);
    desired_state desired;
    auto read = desired.read(folder.path(), false);
    desired.accept(read);
    std::string few;
    for (int i = 0; i < 2; ++i) few += map("m" + std::to_string(i), "1");
    folder.write("a.yaml", few);
    CHECK(desired.read(folder.path(), false).mass_removals.empty());
    std::string others = map("m0", "1");
    for (int i = 10; i < 20; ++i) others += map("m" + std::to_string(i), "1");
    folder.write("a.yaml", others);
    const auto next = desired.read(folder.path(), false);
    CHECK(to_string(next.mass_removals) == "3 of 4 ConfigMap");
    CHECK(next.gone.size() == 3);
    CHECK(to_string(desired.read({}, false).mass_removals) == "4 of 4 ConfigMap"); // none are named any more
}

TEST_CASE("desired state: R7a removals that follow each other are judged together", "[fleet][unit]") {
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
    manifest_folder folder;
    const auto write = [&](int count) {
        std::string all;
        for (int i = 0; i < count; ++i) all += map("m" + std::to_string(i), "1");
        folder.write("a.yaml", all);
    };
    desired_state desired{[&] { return now; }};
    const auto take = [&](int count) {
        write(count);
        auto read = desired.read(folder.path(), false);
        const auto held = to_string(read.mass_removals);
        desired.accept(read);
        return held;
    };
    CHECK(take(20).empty());
    CHECK(take(15).empty());
    now += std::chrono::minutes{9};
    CHECK(take(10).empty());
    SECTION("until that is accepted") {
        CHECK(take(8) == "2 of 10 ConfigMap (10 more before)");
        CHECK(take(5).empty());
    }
    SECTION("for ten minutes") {
        now += std::chrono::minutes{2};
        CHECK(take(9).empty());
        CHECK(take(4) == "5 of 9 ConfigMap (6 more before)");
    }
}

TEST_CASE("desired state: R7a a ConfigMap whose name is generated anew with each edit is no loss",
          "[fleet][unit]") {
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
    manifest_folder folder;
    desired_state desired{[&] { return now; }};
    for (int i = 0; i < 10; ++i) {
        folder.write("a.yaml", map("settings-" + std::to_string(i), "1"));
        auto read = desired.read(folder.path(), false);
        CHECK(read.mass_removals.empty());
        desired.accept(read);
        now += std::chrono::seconds{10};
    }
}

TEST_CASE("desired state: R7a a folder without files is no edit, however few objects it had",
          "[fleet][unit]") {
    manifest_folder folder;
    folder.write("devices.yaml", head("EdgeDevice", "pump-7") + map("spare", "1") + map("other", "1"));
    folder.write("workloads/web.yaml", workload("web", "deviceSelector: {}"));
    folder.write("workloads/settings.yaml", map("settings", "1"));
    desired_state desired;
    auto read = desired.read(folder.path(), false);
    REQUIRE_FALSE(read.failed);
    desired.accept(read);
    std::filesystem::remove(folder.path() / "workloads" / "web.yaml");
    const auto edited = desired.read(folder.path(), false);
    CHECK(edited.gone == std::vector{object_key{object_kind::edge_workload, {"default", "web"}}});
    CHECK(edited.mass_removals.empty());
    std::filesystem::remove(folder.path() / "workloads" / "settings.yaml");
    CHECK(to_string(desired.read(folder.path(), false).mass_removals) ==
          "1 of 1 EdgeWorkload, 1 of 3 ConfigMap");
    std::filesystem::remove(folder.path() / "workloads");
    CHECK(to_string(desired.read(folder.path(), false).mass_removals) ==
          "1 of 1 EdgeWorkload, 1 of 3 ConfigMap");
}

TEST_CASE("desired state: a file that is as it was before the last change is read with its texts",
          "[fleet][unit]") {
    manifest_folder folder;
    desired_state desired;
    for (const auto* value : {"1", "2", "1"}) { // whichever of them is stored by now
        folder.write("a.yaml", map("a", value));
        auto read = desired.read(folder.path(), true);
        REQUIRE(read.files.size() == 1);
        CHECK_FALSE(read.files.front().known);
        CHECK(read.files.front().objects.size() == 1);
        desired.accept(read);
    }
    CHECK(desired.read(folder.path(), true).files.empty());
}

TEST_CASE("desired state: a reading that failed has nothing of use in it", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", map("a", "1"));
    desired_state desired;
    auto read = desired.read(folder.path(), false);
    desired.accept(read);
    folder.write("b.yaml", "kind: ConfigMap\n");
    const auto next = desired.read(folder.path(), false);
    CHECK(next.failed);
    CHECK(next.changes.empty());
    CHECK(next.files.empty());
    CHECK(desired.read(folder.path() / "absent", false).failed);
}

TEST_CASE("desired state: what administrators gave is hidden by manifests, and appears behind them",
          "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", map("a", "manifest") + map("c", "1") + map("d", "1"));
    desired_state desired;
    auto read = desired.read(folder.path(), false);
    desired.accept(read);

    const auto given = desired.give({given_map("a", "given"), given_map("b", "given")});
    CHECK(words(given.changes) == names{"b=given"});
    REQUIRE(given.hidden.size() == 1);
    CHECK(given.hidden.front().name.name == "a");
    REQUIRE(given.objects.size() == 1);
    CHECK(given.objects.front().key.name.name == "b");
    CHECK(desired.give({given_map("b", "again")}).hidden.size() == 1);

    folder.write("b.yaml", map("b", "manifest"));
    auto hiding = desired.read(folder.path(), false);
    REQUIRE_FALSE(hiding.failed);
    CHECK(words(hiding.changes) == names{"b=manifest"});
    desired.accept(hiding);
    std::filesystem::remove(folder.path() / "b.yaml");
    auto uncovering = desired.read(folder.path(), false);
    CHECK(words(uncovering.changes) == names{"b=given"});
    CHECK(uncovering.gone.size() == 1);
}

TEST_CASE("desired state: what administrators give is taken as a whole or not at all", "[fleet][unit]") {
    desired_state desired;
    auto bad = given_map("bad", "1");
    bad.text = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},"data":[]})";
    CHECK_THROWS_AS(desired.give({given_map("good", "1"), bad}), store_problem);
    CHECK(words(desired.give({given_map("good", "1")}).changes) == names{"good=1"});
}

TEST_CASE("desired state: what was stored is as it was when it is restored", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", map("a", "1") + head("EdgeDevice", "pump-7") + "  namespace: default\n" +
                               head("EdgeDeviceSignedRequest", "pump-8") +
                               "  namespace: default\nspec: {targetNamespace: default}\n");
    std::vector<manifest_file> files;
    {
        desired_state desired;
        auto read = desired.read(folder.path(), true);
        REQUIRE_FALSE(read.failed);
        files = read.files;
    }
    desired_state desired;
    desired.restore(files, {given_map("a", "given"), given_map("b", "given")});
    CHECK(words(desired.without_devices()) == names{"a=1", "b=given"});
    CHECK(words(desired.devices()) == names{"pump-7", "pump-8"});
    const auto read = desired.read(folder.path(), true);
    CHECK(read.changes.empty());
    CHECK(read.files.empty());

    files.front().objects.front().text = R"({"kind":"ConfigMap"})";
    CHECK_THROWS_AS(desired_state{}.restore(files, {}), store_problem);
}

namespace {

manifest_file kept_map(const std::string& path, const std::string& name, const std::string& value) {
    return stored_manifest(path, given_map(name, value).text);
}

// Four ConfigMaps, each at a path of its own.
std::vector<manifest_file> four_maps() {
    return {kept_map("a", "a", "1"), kept_map("b", "b", "1"), kept_map("c", "c", "1"),
            kept_map("d", "d", "1")};
}

} // namespace

TEST_CASE("desired state: what a store has itself is judged as files are", "[fleet][unit]") {
    desired_state desired;
    auto read = desired.judge(four_maps());
    REQUIRE_FALSE(read.failed);
    CHECK(words(read.changes) == names{"a=1", "b=1", "c=1", "d=1"});
    CHECK(paths(read.files) == names{"a", "b", "c", "d"});
    const auto first = read.objects.config_maps;
    desired.accept(read);

    auto edited = four_maps();
    edited[1] = kept_map("b", "b", "2");
    edited.erase(edited.begin() + 2);
    auto next = desired.judge(edited);
    REQUIRE_FALSE(next.failed);
    CHECK(words(next.changes) == names{"b=2", "-c"});
    CHECK(paths(next.files) == names{"b"});
    CHECK(next.files_gone == std::vector<std::string>{"c"});
    CHECK(next.gone == std::vector{key_of_map("c")});
    CHECK(next.mass_removals.empty());
    // What has not changed is not read again: these are the very same objects.
    const auto object = [](const auto& of, const std::string& name) { return of.at({"default", name}); };
    CHECK(object(next.objects.config_maps, "a") == object(first, "a"));
    CHECK(object(next.objects.config_maps, "d") == object(first, "d"));
    CHECK(object(next.objects.config_maps, "b") != object(first, "b"));
    desired.accept(next);
    CHECK(desired.judge(edited).changes.empty());
    CHECK(desired.judge(edited).files.empty());
}

TEST_CASE("desired state: an object of a store that moves to another path is the same object",
          "[fleet][unit]") {
    desired_state desired;
    auto read = desired.judge(four_maps());
    desired.accept(read);
    auto moved = four_maps();
    moved[0] = kept_map("z", "a", "1");
    auto next = desired.judge(moved);
    REQUIRE_FALSE(next.failed);
    CHECK(next.changes.empty());
    CHECK(paths(next.files) == names{"z"});
    CHECK(next.files_gone == std::vector<std::string>{"a"});
}

TEST_CASE("desired state: what a store has twice is told once, and leaves what was accepted",
          "[fleet][unit]") {
    const auto both = [](const std::string& path, const std::string& second) {
        auto made = stored_manifest(path, given_map("x", "1").text + given_map(second, "1").text);
        made.objects = {{1, given_map("x", "1").text}, {2, given_map(second, "1").text}};
        return made;
    };
    desired_state desired;
    auto read = desired.judge({both("m", "y")});
    REQUIRE_FALSE(read.failed);
    desired.accept(read);
    // A path before it, with an object that it has had so far.
    const auto next = desired.judge({kept_map("a", "y", "1"), both("m", "y")});
    CHECK(next.failed);
    REQUIRE(next.findings.size() == 1);
    CHECK(next.findings.front().text.find("m:2") == 0);
    CHECK(desired.judge({both("m", "y")}).changes.empty());
}

TEST_CASE("desired state: R7a a store that is emptied is held as a folder is", "[fleet][unit]") {
    desired_state desired;
    auto read = desired.judge(four_maps());
    desired.accept(read);
    auto half = four_maps();
    half.resize(2);
    CHECK(desired.judge(half).mass_removals.empty());
    half.resize(1);
    CHECK(desired.judge(half).mass_removals.size() == 1);
    const auto none = desired.judge({});
    CHECK_FALSE(none.failed);
    CHECK(none.mass_removals.size() == 1);
    CHECK(none.gone.size() == 4);
}

TEST_CASE("desired state: what was given and comes back from the store is the store's from there on",
          "[fleet][unit]") {
    desired_state desired;
    auto read = desired.judge(four_maps());
    desired.accept(read);
    REQUIRE(words(desired.give({given_map("e", "1"), given_map("f", "1")}).changes) == names{"e=1", "f=1"});
    auto all = four_maps();
    all.push_back(kept_map("e", "e", "1"));
    auto back = desired.judge(all);
    REQUIRE_FALSE(back.failed);
    desired.accept(back);
    auto less = desired.judge(four_maps());
    CHECK(words(less.changes) == names{"-e"}); // what was given does not appear again
    desired.accept(less);
    CHECK(words(desired.give({given_map("e", "2"), given_map("f", "2")}).changes) == names{"e=2"});
}
