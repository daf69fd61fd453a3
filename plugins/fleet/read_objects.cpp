#include "fleet/read_objects.hpp"

#include "fleet/finding.hpp"
#include "fleet/manifest.hpp"
#include "fleet/manifest_files.hpp"
#include "fleet/object_collector.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace edgeconf::fleet {

namespace {

// Reads a fleet once. In `memory` may be nothing to build on.
class fleet_reader {
public:
    fleet_reader(findings& found, reading_memory memory) : found_{found}, memory_{memory}, all_{found} {}

    // False if memory does not fit, and then the rest is of no use.
    bool read(const std::filesystem::path& root, bool build_on_memory);
    bool recall(const std::vector<manifest_file>& files); // the same
    fleet_reading result() && {
        made_.objects = std::move(all_).result();
        return std::move(made_);
    }

private:
    using file_name = std::shared_ptr<const std::string>;

    enum class recalled { no, yes, in_doubt };

    bool read_file(const manifest_listing::file& file, bool build_on_memory);
    void read_anew(const file_name& name, const digest& content);
    recalled recall_accepted(const file_name& name, const digest& content);
    recalled recall_cached(const file_name& name, const digest& content);
    std::optional<file_objects> objects_of(const file_name& name, const digest& content,
                                           const std::vector<cached_manifest>& remembered);
    void know(const file_name& name, file_objects objects) {
        made_.files.push_back({*name, objects.content, true});
        made_.by_file.emplace(*name, std::move(objects));
    }

    findings& found_;
    reading_memory memory_;
    object_collector all_;
    fleet_reading made_;
    std::string text_; // of the file at hand
};

bool fleet_reader::read(const std::filesystem::path& root, bool build_on_memory) {
    const auto listing = list_manifests(root, found_);
    for (const auto& file : listing.files) {
        if (!read_file(file, build_on_memory)) return false;
    }
    findings told_already;
    expect_unchanged(listing, list_manifests(root, told_already), found_);
    return true;
}

bool fleet_reader::read_file(const manifest_listing::file& file, bool build_on_memory) {
    if (!read_manifest_file(file, text_, found_)) return true;
    const auto name = std::make_shared<const std::string>(file.path);
    const auto content = sha256(text_);
    auto done = recalled::no;
    if (build_on_memory) done = recall_accepted(name, content);
    if (build_on_memory && done == recalled::no) done = recall_cached(name, content);
    if (done == recalled::no) read_anew(name, content);
    return done != recalled::in_doubt;
}

fleet_reader::recalled fleet_reader::recall_accepted(const file_name& name, const digest& content) {
    if (memory_.accepted == nullptr) return recalled::no;
    const auto known = memory_.accepted->find(*name);
    if (known == memory_.accepted->end() || known->second.content != content) return recalled::no;
    for (const auto& [line, object] : known->second.objects) {
        if (!all_.take(object, {name, line})) return recalled::in_doubt;
    }
    know(name, known->second);
    return recalled::yes;
}

fleet_reader::recalled fleet_reader::recall_cached(const file_name& name, const digest& content) {
    if (memory_.cache == nullptr) return recalled::no;
    const auto remembered = memory_.cache->find(*name, content);
    if (!remembered) return recalled::no;
    auto objects = objects_of(name, content, *remembered);
    if (!objects) return recalled::in_doubt;
    know(name, *std::move(objects));
    return recalled::yes;
}

// Nothing if anything was found, or should have been.
std::optional<file_objects> fleet_reader::objects_of(const file_name& name, const digest& content,
                                                     const std::vector<cached_manifest>& remembered) {
    const auto before = found_.reported();
    file_objects made{content, {}};
    const manifest_sink take = [&](manifest&& from) {
        const auto line = from.line();
        if (auto object = all_.take(std::move(from))) made.objects.push_back({line, *std::move(object)});
    };
    bool whole = true;
    for (const auto& each : remembered) {
        if (recall_manifest(name, each, found_, take)) continue;
        whole = false;
        if (found_.reported() == before) {
            found_.error(fmt::format("{}:{}: what is remembered of an object is damaged", *name, each.line));
        }
    }
    if (!whole || found_.reported() != before) return std::nullopt;
    return made;
}

void fleet_reader::read_anew(const file_name& name, const digest& content) {
    const auto before = found_.reported();
    file_objects objects{content, {}};
    auto& file = made_.files.emplace_back(manifest_file{*name, content});
    read_manifests(name, text_, found_, [&](manifest&& from) {
        const auto line = from.line();
        if (memory_.cache != nullptr) file.objects.push_back({line, to_text(from.root)});
        if (auto object = all_.take(std::move(from))) objects.objects.push_back({line, *std::move(object)});
    });
    if (found_.reported() == before) {
        made_.by_file.emplace(*name, std::move(objects));
    } else {
        file.content.reset();
    }
}

bool fleet_reader::recall(const std::vector<manifest_file>& files) {
    for (const auto& file : files) {
        const auto name = std::make_shared<const std::string>(file.path);
        const auto done = file.content ? recall_accepted(name, *file.content) : recalled::no;
        if (done == recalled::in_doubt) return false;
        if (done == recalled::yes) continue;
        auto objects = objects_of(name, file.content.value_or(digest{}), file.objects);
        if (objects && file.content) made_.by_file.emplace(*name, *std::move(objects));
    }
    return true;
}

} // namespace

fleet_reading read_fleet(const std::filesystem::path& root, findings& found, reading_memory memory) {
    const auto found_before = found;
    {
        fleet_reader quick{found, memory};
        if (quick.read(root, true)) return std::move(quick).result();
    }
    found = found_before;
    fleet_reader thorough{found, memory};
    thorough.read(root, false);
    return std::move(thorough).result();
}

fleet_reading read_remembered(const std::vector<manifest_file>& files, findings& found,
                              const objects_by_file* accepted) {
    const auto read = [&](fleet_reader& reader) -> std::optional<fleet_reading> {
        if (!reader.recall(files)) return std::nullopt;
        auto made = std::move(reader).result();
        made.files.clear();
        return made;
    };
    const auto found_before = found;
    fleet_reader quick{found, {accepted, nullptr}};
    if (auto made = read(quick)) return *std::move(made);
    found = found_before;
    fleet_reader thorough{found, {}};
    return *read(thorough);
}

object_set read_objects(const std::filesystem::path& root, findings& found) {
    return read_fleet(root, found).objects;
}

} // namespace edgeconf::fleet
