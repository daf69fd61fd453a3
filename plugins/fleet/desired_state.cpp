#include "fleet/desired_state.hpp"

#include "fleet/read_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace edgeconf::fleet {

namespace {

template <class Object>
std::optional<shared_object> look_up(const object_map<Object>& in, const object_name& name) {
    const auto found = in.find(name);
    return found == in.end() ? std::nullopt : std::optional<shared_object>{found->second};
}

std::optional<shared_object> look_up(const object_set& in, const object_key& key) {
    switch (key.kind) {
    case object_kind::edge_device: return look_up(in.devices, key.name);
    case object_kind::signed_request: return look_up(in.requests, key.name);
    case object_kind::edge_device_set: return look_up(in.sets, key.name);
    case object_kind::edge_workload: return look_up(in.workloads, key.name);
    case object_kind::edge_config: return look_up(in.configs, key.name);
    case object_kind::playbook_execution: return look_up(in.executions, key.name);
    case object_kind::config_map: return look_up(in.config_maps, key.name);
    case object_kind::secret: return look_up(in.secrets, key.name);
    }
    return std::nullopt;
}

object_key key_of(const shared_object& object) {
    return std::visit(
        [](const auto& each) {
            return object_key{std::decay_t<decltype(*each)>::kind, each->name};
        },
        object);
}

// A change of manifests as the fleet sees it: behind one that goes, what was given under its name appears.
object_changes with_given(object_changes changes, const object_set& given) {
    std::erase_if(changes.removed, [&](const object_key& key) {
        auto hidden = look_up(given, key);
        if (hidden) changes.put.push_back(*std::move(hidden));
        return hidden.has_value();
    });
    return changes;
}

object_changes without(object_changes changes, const object_set& hidden_by) {
    std::erase_if(changes.put,
                  [&](const auto& each) { return look_up(hidden_by, key_of(each)).has_value(); });
    std::erase_if(changes.removed, [&](const auto& key) { return look_up(hidden_by, key).has_value(); });
    return changes;
}

// What a store remembers of a file may be about to be replaced by what was accepted since: only that is built
// upon.
class nothing_remembered final : public manifest_cache {
public:
    std::optional<std::vector<cached_manifest>> find(std::string_view, const digest&) override { return {}; }
};

// Objects that came back as manifests: from here on these say whether they are there.
void forget_given(object_set& given, const object_set& manifests) {
    const auto forget = [](auto& from, const auto& in) {
        std::erase_if(from, [&](const auto& each) { return in.contains(each.first); });
    };
    forget(given.sets, manifests.sets);
    forget(given.workloads, manifests.workloads);
    forget(given.configs, manifests.configs);
    forget(given.executions, manifests.executions);
    forget(given.config_maps, manifests.config_maps);
    forget(given.secrets, manifests.secrets);
}

constexpr std::chrono::minutes lately{10};

bool is_device(object_kind kind) {
    return kind == object_kind::edge_device || kind == object_kind::signed_request;
}

// No file is left where those were that are gone.
bool empties_folder(const std::vector<std::string>& gone, const std::set<std::string>& left) {
    const auto folder_of = [](std::string_view path) { return path.substr(0, path.rfind('/') + 1); };
    std::set<std::string_view> inhabited;
    for (const auto& path : left) inhabited.insert(folder_of(path));
    return std::any_of(gone.begin(), gone.end(),
                       [&](const auto& path) { return !inhabited.contains(folder_of(path)); });
}

void refuse_if_failed(const findings& judged) {
    if (!judged.failed()) return;
    const auto all = judged.all();
    const auto first =
        std::find_if(all.begin(), all.end(), [](const auto& each) { return each.level == severity::error; });
    throw store_problem{
        fmt::format("what is stored does not pass the checks of this version: {}", first->text)};
}

object_set checked(const std::vector<stored_object>& given) {
    std::vector<manifest_file> files;
    for (const auto& each : given) {
        files.push_back({"the stored " + to_string(each.key), std::nullopt, false, {{1, each.text}}});
    }
    findings judged;
    auto read = read_remembered(files, judged);
    refuse_if_failed(judged);
    return std::move(read.objects);
}

} // namespace

manifest_reading desired_state::read(const std::filesystem::path& manifests, bool texts) const {
    manifest_reading made;
    findings judged;
    fleet_reading all;
    if (!manifests.empty()) {
        nothing_remembered nothing;
        all = read_fleet(manifests, judged, {&by_file_, texts ? &nothing : nullptr});
    }
    made.findings = judged.all();
    made.failed = judged.failed();
    auto files = std::move(all.files);
    compare(made, std::move(all), std::move(files));
    return made;
}

manifest_reading desired_state::judge(std::vector<manifest_file> manifests) const {
    manifest_reading made;
    made.is_stored = true;
    findings judged;
    auto all = read_remembered(manifests, judged, &by_file_);
    made.findings = judged.all();
    made.failed = judged.failed();
    compare(made, std::move(all), std::move(manifests));
    return made;
}

void desired_state::compare(manifest_reading& made, fleet_reading read,
                            std::vector<manifest_file> files) const {
    made.objects = std::move(read.objects);
    made.by_file = std::move(read.by_file);
    if (made.failed) return;
    std::set<std::string> now;
    for (auto& file : files) {
        now.insert(file.path);
        const auto accepted = files_.find(file.path);
        const bool same = accepted != files_.end() && file.content && accepted->second == file.content;
        if (!same) made.files.push_back(std::move(file));
    }
    for (const auto& [path, content] : files_) {
        if (!now.contains(path)) made.files_gone.push_back(path);
    }
    auto changes = changes_between(manifests_, made.objects);
    made.gone = changes.removed;
    std::sort(made.gone.begin(), made.gone.end());
    made.mass_removals =
        mass_removals(manifests_, made.gone, empties_folder(made.files_gone, now), gone_lately());
    made.changes = with_given(std::move(changes), given_);
}

removal_counts desired_state::gone_lately() const {
    removal_counts all;
    const auto since = now_() - lately;
    for (const auto& each : removals_) {
        if (each.at < since) continue;
        for (const auto& [kind, number] : each.gone) all[kind] += number;
    }
    return all;
}

void desired_state::note_removal(const manifest_reading& read) {
    if (!read.mass_removals.empty()) return removals_.clear();
    const auto now = now_();
    std::erase_if(removals_, [&](const auto& each) { return each.at < now - lately; });
    if (read.gone.empty()) return;
    removals_.push_back({now, {}});
    auto& counts = removals_.back().gone;
    for (const auto& key : read.gone) ++counts[key.kind];
    // What comes under another name is no loss, as generated ConfigMaps do; but each device is itself.
    for (auto& [kind, number] : counts) {
        if (kind == object_kind::edge_device) continue;
        const auto before = count_of(manifests_, kind);
        const auto after = count_of(read.objects, kind);
        number = std::min(number, before - std::min(before, after));
    }
}

void desired_state::accept(manifest_reading& read) {
    note_removal(read);
    manifests_ = std::move(read.objects);
    by_file_ = std::move(read.by_file);
    if (read.is_stored) forget_given(given_, manifests_);
    for (const auto& path : read.files_gone) files_.erase(path);
    for (const auto& file : read.files) files_.insert_or_assign(file.path, file.content);
}

desired_state::addition desired_state::give(std::vector<stored_object> objects) {
    addition made;
    for (auto& each : objects) {
        const bool taken = look_up(manifests_, each.key) || look_up(given_, each.key);
        if (taken) {
            made.hidden.push_back(each.key);
        } else {
            made.objects.push_back(std::move(each));
        }
    }
    const auto added = checked(made.objects);
    made.changes = changes_between({}, added);
    const auto merge = [](auto& into, const auto& from) { into.insert(from.begin(), from.end()); };
    merge(given_.sets, added.sets);
    merge(given_.workloads, added.workloads);
    merge(given_.configs, added.configs);
    merge(given_.executions, added.executions);
    merge(given_.config_maps, added.config_maps);
    merge(given_.secrets, added.secrets);
    return made;
}

void desired_state::restore(const std::vector<manifest_file>& files,
                            const std::vector<stored_object>& given) {
    findings judged;
    auto accepted = read_remembered(files, judged);
    refuse_if_failed(judged);
    manifests_ = std::move(accepted.objects);
    by_file_ = std::move(accepted.by_file);
    given_ = checked(given);
    for (const auto& file : files) files_.emplace(file.path, file.content);
}

object_changes desired_state::without_devices() const {
    auto changes = changes_between({}, manifests_);
    auto given = without(changes_between({}, given_), manifests_);
    changes.put.insert(changes.put.end(), given.put.begin(), given.put.end());
    std::erase_if(changes.put, [](const auto& each) { return is_device(key_of(each).kind); });
    return changes;
}

object_changes desired_state::devices() const {
    auto changes = changes_between({}, manifests_);
    std::erase_if(changes.put, [](const auto& each) { return !is_device(key_of(each).kind); });
    return changes;
}

} // namespace edgeconf::fleet
