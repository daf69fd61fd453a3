// Reading with a memory, and from memory alone.
#include "fleet/read_objects.hpp"

#include "manifest_folder.hpp"
#include "remembered_manifests.hpp"
#include "rendered.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

namespace {

const std::string device = head("EdgeDevice", "d");
const std::string set = head("EdgeDeviceSet", "s") + "spec: {osInformation: {commitID: x}}\n";

fleet_reading read(const manifest_folder& folder, reading_memory memory = {}) {
    findings found;
    auto made = read_fleet(folder.path(), found, memory);
    CHECK(found.all().empty());
    return made;
}

std::vector<std::string> findings_with(const manifest_folder& folder, reading_memory memory) {
    findings found;
    read_fleet(folder.path(), found, memory);
    std::vector<std::string> texts;
    for (const auto& each : found.all()) texts.push_back(each.text);
    return texts;
}

std::vector<bool> known(const fleet_reading& reading) {
    std::vector<bool> all;
    for (const auto& each : reading.files) all.push_back(each.known);
    return all;
}

// A folder with two files, and what a provider keeps after reading it.
struct read_folder {
    read_folder() {
        folder.write("a.yaml", device);
        folder.write("b.yaml", set);
        reading = read(folder, {.cache = &cache});
        cache.remember(std::exchange(reading.files, {}));
    }
    std::string path(const std::string& name) const { return (folder.path() / name).string(); }

    manifest_folder folder;
    remembered_manifests cache;
    fleet_reading reading;
};

// Does something when it is asked for the first time.
class meddling_cache final : public manifest_cache {
public:
    explicit meddling_cache(std::function<void()> once) : once_{std::move(once)} {}
    std::optional<std::vector<cached_manifest>> find(std::string_view, const digest&) override {
        if (once_) std::exchange(once_, nullptr)();
        return std::nullopt;
    }

private:
    std::function<void()> once_;
};

} // namespace

TEST_CASE("read fleet: what is to be remembered of a file is its hash and its objects", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n" + device + set);
    remembered_manifests cache;
    const auto made = read(folder, {.cache = &cache});
    REQUIRE(made.files.size() == 1);
    const auto& file = made.files.front();
    CHECK(file.path == (folder.path() / "a.yaml").string());
    CHECK_FALSE(file.known);
    CHECK(file.content == made.by_file.at(file.path).content);
    REQUIRE(file.objects.size() == 2);
    CHECK(file.objects[0] == cached_manifest{6, R"({"apiVersion":"management.project-flotta.io/v1alpha1",)"
                                                R"("kind":"EdgeDevice","metadata":{"name":"d"}})"});
    CHECK(file.objects[1].line == 11);
    CHECK(read(folder).files.front().objects.empty()); // nobody would remember their text
}

TEST_CASE("read fleet: files that have not changed come from the cache", "[fleet][unit]") {
    read_folder it;
    const auto same = read(it.folder, {.cache = &it.cache});
    CHECK(it.cache.found() == 2);
    CHECK(known(same) == std::vector<bool>{true, true});
    CHECK(changes_between(it.reading.objects, same.objects).empty());

    it.folder.write("b.yaml", head("EdgeDeviceSet", "t"));
    it.folder.write("c.yaml", head("EdgeDevice", "e"));
    std::filesystem::rename(it.path("a.yaml"), it.path("z.yaml"));
    const auto next = read(it.folder, {.cache = &it.cache});
    CHECK(it.cache.found() == 2);
    CHECK(known(next) == std::vector<bool>{false, false, false});
    CHECK(next.objects.devices.size() == 2);
    CHECK(next.objects.sets.contains({"default", "t"}));
}

TEST_CASE("read fleet: objects of files that have not changed are the ones accepted before",
          "[fleet][unit]") {
    read_folder it;
    it.folder.write("c.yaml", head("EdgeDevice", "e"));
    const auto next = read(it.folder, {.accepted = &it.reading.by_file, .cache = &it.cache});
    CHECK(it.cache.found() == 0);
    CHECK(known(next) == std::vector<bool>{true, true, false});
    CHECK(next.objects.devices.at({"default", "d"}) == it.reading.objects.devices.at({"default", "d"}));
    CHECK(next.objects.sets.at({"default", "s"}) == it.reading.objects.sets.at({"default", "s"}));
    CHECK(next.files[2].objects.size() == 1);

    std::filesystem::remove(it.path("a.yaml"));
    const auto last = read(it.folder, {.accepted = &next.by_file});
    CHECK(known(last) == std::vector<bool>{true, true});
    CHECK_FALSE(last.objects.devices.contains({"default", "d"}));
    CHECK(last.objects.devices.at({"default", "e"}) == next.objects.devices.at({"default", "e"}));
}

TEST_CASE("read fleet: an object defined twice is found with its exact line, remembered or not",
          "[fleet][unit]") {
    for (const std::string name : {"0.yaml", "c.yaml"}) {
        for (const auto& twice : {"\n" + set, "\n" + head("EdgeDevice", "D"),
                                  "\n" + head("EdgeDevice", "d") + "  namespace: plant\n"}) {
            CAPTURE(name, twice);
            read_folder it;
            it.folder.write(name, twice);
            const auto expected = findings_with(it.folder, {});
            REQUIRE(expected.size() == 1);
            CHECK(findings_with(it.folder, {.cache = &it.cache}) == expected);
            CHECK(findings_with(it.folder, {.accepted = &it.reading.by_file}) == expected);
        }
    }
}

TEST_CASE("read fleet: a file with a warning is read each time, so that it is told each time",
          "[fleet][unit]") {
    read_folder it;
    it.folder.write("b.yaml", set + "colour: blue\n");
    findings found;
    auto warned = read_fleet(it.folder.path(), found, {.cache = &it.cache});
    CHECK_FALSE(found.failed());
    REQUIRE(found.all().size() == 1);
    CHECK(known(warned) == std::vector<bool>{true, false});
    CHECK_FALSE(warned.files[1].content);
    CHECK(warned.files[1].objects.size() == 1); // it is accepted all the same
    CHECK_FALSE(warned.by_file.contains(it.path("b.yaml")));
    const auto expected = findings_with(it.folder, {});
    it.cache.remember(std::move(warned.files));
    CHECK(findings_with(it.folder, {.accepted = &warned.by_file, .cache = &it.cache}) == expected);
}

TEST_CASE("read fleet: damaged memory costs a reading and nothing else", "[fleet][unit]") {
    const std::string core = R"("metadata":{"name":"d"}})";
    const std::vector<std::string> damaged{
        "",
        "{",
        "[]",
        "null",
        "\xff",
        std::string(1'000, '['),
        R"({"apiVersion":"v1","kind":"Namespace",)" + core,
        R"({"apiVersion":"v1","kind":"List","items":[1,2,3]})",
        R"({"apiVersion":"v1","kind":"List","items":[{"kind":"List","items":[]}],"a":{"b":[1]}})",
        R"({"apiVersion":"v2","kind":"Secret",)" + core,
        R"({"apiVersion":1.5,"kind":{},)" + core,
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":7}})"};
    for (const auto& text : damaged) {
        CAPTURE(text);
        read_folder it;
        it.cache.at(it.path("a.yaml")).objects.at(0).text = text;
        const auto made = read(it.folder, {.cache = &it.cache});
        CHECK(changes_between(it.reading.objects, made.objects).empty());
        CHECK(known(made) == std::vector<bool>{false, false});

        findings found;
        read_remembered(it.cache.all(), found);
        CHECK(found.failed());
        CHECK(found.all().at(0).text.starts_with(it.path("a.yaml") + ":2: "));
    }
}

TEST_CASE("read fleet: however memory is damaged, no object goes in silence", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", device + set + workload_with("image: i, env: [{name: a, value: b}]") +
                               head("ConfigMap", "c") + "data: {a: '1.5'}\n" + head("Secret", "s") +
                               "stringData: {a: b}\n" + head("EdgeDeviceSignedRequest", "d") +
                               "spec: {targetNamespace: default}\n");
    remembered_manifests cache;
    auto files = read(folder, {.cache = &cache}).files;
    std::mt19937 random{1};
    for (int i = 0; i < 3'000; ++i) {
        auto damaged = files;
        auto& objects = damaged.front().objects;
        auto& text = objects.at(random() % objects.size()).text;
        text.at(random() % text.size()) ^= static_cast<char>(1u << random() % 8);
        findings found;
        const auto made = read_remembered(damaged, found);
        const auto count = made.objects.devices.size() + made.objects.sets.size() +
                           made.objects.workloads.size() + made.objects.config_maps.size() +
                           made.objects.secrets.size() + made.objects.requests.size();
        CAPTURE(text);
        REQUIRE((found.failed() || count == objects.size()));
    }
}

TEST_CASE("read fleet: a fleet can be had from memory alone", "[fleet][unit]") {
    read_folder it;
    const auto remembered = it.cache.all();
    findings found;
    std::filesystem::remove_all(it.folder.path());
    const auto made = read_remembered(remembered, found);
    CHECK(found.all().empty());
    CHECK(made.files.empty());
    CHECK(changes_between(it.reading.objects, made.objects).empty());

    it.folder.write("a.yaml", device); // it comes back
    it.folder.write("b.yaml", set);
    const auto back = read(it.folder, {.accepted = &made.by_file});
    CHECK(known(back) == std::vector<bool>{true, true});
    CHECK(back.objects.devices.begin()->second == made.objects.devices.begin()->second);
}

TEST_CASE("read fleet: what is wrong in memory alone is told with the object's line", "[fleet][unit]") {
    const std::string text =
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"?"}})";
    const std::vector<manifest_file> files{{"x.yaml", std::nullopt, false, {{7, text}, {9, text}}}};
    findings found;
    read_remembered(files, found);
    REQUIRE(found.all().size() == 2);
    CHECK(found.all()[0].text.starts_with("x.yaml:7: data.a: has to be base64"));
    CHECK(
        found.all()[1].text.starts_with("x.yaml:9: metadata.name: default/s is defined already at x.yaml:7"));
}

TEST_CASE("read fleet: manifests that change meanwhile are an error", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", device);
    folder.write("b.yaml", set);
    SECTION("one read already, as if an object had moved between them") {
        meddling_cache cache{[&] {
            folder.write("a.yaml", device + set);
            folder.write("b.yaml", head("EdgeDevice", "e"));
        }};
        const auto texts = findings_with(folder, {.cache = &cache});
        CHECK(mentions(texts, "a.yaml: changed while the manifests were read"));
        CHECK(mentions(texts, "b.yaml: changed while the manifests were read"));
    }
    SECTION("one that came") {
        meddling_cache cache{[&] { folder.write("c.yaml", ""); }};
        CHECK(mentions(findings_with(folder, {.cache = &cache}), "c.yaml: changed while"));
    }
    SECTION("one that went") {
        meddling_cache cache{[&] { std::filesystem::remove(folder.path() / "a.yaml"); }};
        CHECK(mentions(findings_with(folder, {.cache = &cache}), "a.yaml: changed while"));
    }
}
