#include "fleet/cluster_status.hpp"

#include "fleet/cluster_object.hpp"
#include "fleet/encoding.hpp"
#include "fleet/finding.hpp"
#include "fleet/hardware_manifest.hpp"
#include "fleet/timestamp.hpp"
#include "fleet/wire_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

void move_value(const json::object& from, std::string_view name, json::object& into, std::string_view as) {
    if (const auto* value = from.if_contains(name)) into.emplace(as, *value);
}

// The maps in the list at `name`.
std::vector<const json::object*> maps_in(const json::object* from, std::string_view name) {
    std::vector<const json::object*> listed;
    const auto* value = from == nullptr ? nullptr : from->if_contains(name);
    const auto* list = value == nullptr ? nullptr : value->if_array();
    if (list == nullptr) return listed;
    for (const auto& each : *list) {
        if (const auto* map = each.if_object()) listed.push_back(map);
    }
    return listed;
}

// A status as the heartbeat that could have led to it.
json::object heartbeat_of(const json::object& status) {
    json::object body;
    move_value(status, "phase", body, "status");
    if (const auto* upgrade = map_at(status, {"upgradeInformation"})) {
        body.emplace("upgrade", upgrade_from_manifest(*upgrade));
    }
    if (const auto* hardware = map_at(status, {"hardware"})) {
        body.emplace("hardware", hardware_from_manifest(*hardware));
    }
    json::array workloads;
    for (const auto* each : maps_in(&status, "workloads")) {
        json::object one;
        move_value(*each, "name", one, "name");
        move_value(*each, "phase", one, "status");
        move_value(*each, "lastDataUpload", one, "last_data_upload");
        workloads.push_back(std::move(one));
    }
    body.emplace("workloads", std::move(workloads));
    return body;
}

std::vector<workload_status> workloads_of(const json::object& status, const heartbeat& beat,
                                          const cluster_place& place) {
    std::map<std::string, unix_seconds, std::less<>> since;
    for (const auto* each : maps_in(&status, "workloads")) {
        since.emplace(text_at(each, "name"), place.time(text_at(each, "lastTransitionTime")));
    }
    std::map<std::string, workload_status> by_name;
    for (const auto& each : beat.workloads) {
        const auto at = since.find(each.name);
        by_name.emplace(each.name, workload_status{shared_text{each.name}, shared_text{each.status},
                                                   at == since.end() ? 0 : at->second,
                                                   shared_text{each.last_data_upload}});
    }
    std::vector<workload_status> sorted;
    for (auto& [name, each] : by_name) sorted.push_back(std::move(each));
    return sorted;
}

// The playbook that the device knows by this name: Flotta names it <device>-<EdgeConfig>, and takes the
// first one.
const std::string* playbook_named(const std::string& name, const named_playbooks& playbooks) {
    const auto execution = playbooks.objects.executions.find({playbooks.ns, name});
    if (execution != playbooks.objects.executions.end()) return &execution->second->playbook;
    const auto prefix = playbooks.device + '-';
    if (!name.starts_with(prefix)) return nullptr;
    const auto config = playbooks.objects.configs.find({playbooks.ns, name.substr(prefix.size())});
    const bool has_one = config != playbooks.objects.configs.end() && !config->second->playbooks.empty();
    return has_one ? &config->second->playbooks.front() : nullptr;
}

// So that no device runs again what it has run already. One whose text is not there any more cannot be
// offered either.
std::unique_ptr<playbook_offer> playbooks_of(const json::object& status, const named_playbooks& playbooks) {
    playbook_history::execution_map ran;
    for (const auto* each : maps_in(&status, "PlaybookExec")) {
        if (ran.size() == heartbeat::playbook_limit) break;
        auto name = text_at(each, "name");
        const auto* text = playbook_named(name, playbooks);
        if (text == nullptr) continue;
        const auto conditions = maps_in(map_at(*each, {"PlaybookExecutionStatus"}), "conditions");
        auto told = conditions.empty() ? std::string{} : text_at(conditions.back(), "type");
        if (told == "Deploying") told.clear(); // Flotta's own word, before the device has said any
        ran.emplace(std::move(name), playbook_history::execution{sha256(*text), std::move(told), 1});
    }
    if (ran.empty()) return nullptr;
    auto offer = std::make_unique<playbook_offer>();
    offer->history = {std::move(ran), 1};
    return offer;
}

} // namespace

void cluster_place::error(std::string_view what) const {
    found.error(fmt::format("{}:{}: device {}: {}", file, line, id, what));
}

unix_seconds cluster_place::time(const std::string& text) const {
    if (text.empty()) return 0;
    const auto read = read_timestamp(text);
    if (!read) error("has a time that is not like 2022-11-03T10:11:12Z");
    return read.value_or(0);
}

json::object read_cluster_features(const json::object& features, const cluster_place& place) {
    const auto* hardware = map_at(features, {"hardware"});
    if (hardware == nullptr) return {};
    const auto read =
        read_registration(json::serialize(json::object{{"hardware", hardware_from_manifest(*hardware)}}));
    if (read) return read->hardware.hardware();
    place.error(fmt::format("features: {} {}", read.error().front().pointer, read.error().front().what));
    return {};
}

cluster_status read_cluster_status(const json::object& status, const named_playbooks& playbooks,
                                   const cluster_place& place, device_record& into) {
    cluster_status read;
    if (status.empty()) return read;
    const auto beat = read_heartbeat(json::serialize(heartbeat_of(status)));
    if (!beat) {
        place.error(fmt::format("status: {} {}", beat.error().front().pointer, beat.error().front().what));
        return read;
    }
    into.status.phase = beat->status;
    if (beat->upgrade) into.status.upgrade = std::make_shared<const upgrade_report>(*beat->upgrade);
    into.status.workloads = workloads_of(status, *beat, place);
    into.offer = playbooks_of(status, playbooks);
    read.hardware = beat->hardware.hardware();
    read.heard = place.time(text_at(&status, "lastSeenTime"));
    read.in_use = !into.status.phase.empty() || !read.hardware.empty() || read.heard != 0;
    return read;
}

} // namespace edgeconf::fleet
