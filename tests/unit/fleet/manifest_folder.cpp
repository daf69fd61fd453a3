#include "manifest_folder.hpp"

#include "fleet/read_objects.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace edgeconf::fleet {

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
    findings found;
    auto objects = read_objects(path_, found);
    texts.clear();
    for (const auto& each : found.all()) {
        auto text = each.text;
        const auto prefix = path_.string() + "/";
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
            text.erase(at, prefix.size());
        }
        texts.push_back((each.level == severity::error ? "error: " : "warning: ") + text);
    }
    return objects;
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
