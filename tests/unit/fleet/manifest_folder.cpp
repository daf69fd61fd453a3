#include "manifest_folder.hpp"

#include "fleet/object_changes.hpp"
#include "fleet/read_objects.hpp"
#include "remembered_manifests.hpp"
#include "support/catch.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace edgeconf::fleet {

namespace {

void expect_equal(const object_set& one, const object_set& other) {
    CHECK(changes_between(one, other).empty());
    for (const auto& [name, workload] : one.workloads) {
        const auto same = other.workloads.find(name);
        REQUIRE(same != other.workloads.end());
        CHECK(boost::json::serialize(workload->pod) == boost::json::serialize(same->second->pod));
    }
}

} // namespace

manifest_folder::manifest_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "fleet-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
    path_ = pattern;
}

manifest_folder::~manifest_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void manifest_folder::write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary} << text;
}

object_set manifest_folder::read() {
    remembered_manifests cache;
    findings found;
    auto fresh = read_fleet(path_, found, {.cache = &cache});
    for (const auto& file : fresh.files) {
        for (const auto& each : file.objects) CHECK(to_text(from_text(each.text).value()) == each.text);
    }
    cache.remember(std::move(fresh.files));
    findings of_cached;
    auto cached = read_fleet(path_, of_cached, {.cache = &cache});
    expect_equal(cached.objects, fresh.objects);
    CHECK(of_cached.all() == found.all());
    findings of_accepted;
    expect_equal(read_fleet(path_, of_accepted, {.accepted = &cached.by_file}).objects, fresh.objects);
    CHECK(of_accepted.all() == found.all());
    if (!found.failed()) {
        findings of_remembered;
        expect_equal(read_remembered(cache.all(), of_remembered).objects, fresh.objects);
        CHECK_FALSE(of_remembered.failed());
    }

    texts.clear();
    for (const auto& each : found.all()) {
        auto text = each.text;
        const auto prefix = path_.string() + "/";
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
            text.erase(at, prefix.size());
        }
        texts.push_back((each.level == severity::error ? "error: " : "warning: ") + text);
    }
    return std::move(cached.objects);
}

object_set objects_of(std::string_view yaml) {
    manifest_folder folder;
    folder.write("m.yaml", yaml);
    auto objects = folder.read();
    CAPTURE(folder.texts);
    REQUIRE_FALSE(mentions(folder.texts, "error: "));
    return objects;
}

std::vector<std::string> findings_of(std::string_view yaml) {
    manifest_folder folder;
    folder.write("m.yaml", yaml);
    folder.read();
    return folder.texts;
}

bool mentions(const std::vector<std::string>& texts, std::string_view part) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

std::string head(std::string_view kind, std::string_view name) {
    const bool core = kind == "ConfigMap" || kind == "Secret";
    std::string text = "---\napiVersion: ";
    text += core ? "v1" : "management.project-flotta.io/v1alpha1";
    text += "\nkind: ";
    text += kind;
    text += "\nmetadata:\n  name: ";
    text += name;
    text += "\n";
    return text;
}

} // namespace edgeconf::fleet
