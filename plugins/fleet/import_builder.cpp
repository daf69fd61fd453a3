#include "fleet/import_builder.hpp"

#include "fleet/device_document.hpp"
#include "fleet/device_record.hpp"
#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/hardware.hpp"
#include "fleet/manifest.hpp"
#include "fleet/timestamp.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

unix_seconds time_of(const field& from) {
    const auto text = from.text();
    if (!text) return 0;
    const auto read = read_timestamp(*text);
    if (!read) from.error("has to be a time like 2022-11-03T10:11:12Z");
    return read.value_or(0);
}

// Of a request.
unix_seconds decision_time(const field& conditions) {
    unix_seconds decided = 0;
    for (const auto& each : conditions.items()) {
        const auto type = each["type"].text();
        if (type == "approved" || type == "declined") decided = time_of(each["lastTransitionTime"]);
    }
    return decided;
}

std::unique_ptr<join_request> request_from(std::string ns, std::string set, std::string model_name,
                                           unix_seconds made, unix_seconds decided) {
    return std::make_unique<join_request>(
        join_request{std::move(ns), std::move(set), std::move(model_name), made, decided});
}

void give_labels(const edge_device& manifest, device_record& device) {
    for (const auto& [key, value] : manifest.labels) {
        if (device.given_labels.find(key.get()) != nullptr) continue;
        if (!is_hardware_label(key.get())) {
            device.given_labels.set(key.get(), value.get());
        } else if (device.reported_labels.find(key.get()) == nullptr) {
            device.reported_labels.set(key.get(), value.get());
        }
    }
}

} // namespace

import_builder::import_builder(std::shared_ptr<const std::string> file, findings& found)
    : file_{std::move(file)}, found_{found}, collector_{found}, places_{0, caseless_hash{random_seed()}} {}

bool import_builder::object(const cached_manifest& from) {
    const auto before = found_.reported();
    bool kept = false;
    const bool read = recall_manifest(file_, from, found_,
                                      [&](manifest&& each) { kept = keep(std::move(each), from.text); });
    if (!read && found_.reported() == before) {
        found_.error(fmt::format("{}:{}: is no object that belongs to a fleet", *file_, from.line));
    }
    return kept;
}

bool import_builder::keep(manifest&& from, const std::string& text) {
    const object_key key{from.kind, from.name};
    manifested read;
    read.line = from.line();
    if (from.kind == object_kind::edge_device) read_device_manifest(from, read);
    if (from.kind == object_kind::signed_request) read_request_manifest(from, read);
    const auto taken = collector_.take(std::move(from));
    if (!taken) return false;
    if (const auto* device = std::get_if<std::shared_ptr<const edge_device>>(&*taken)) {
        keep_device(*device, std::move(read));
    } else if (const auto* request = std::get_if<std::shared_ptr<const signed_request>>(&*taken)) {
        keep_request(*request, std::move(read));
    } else {
        if (const auto* config = std::get_if<std::shared_ptr<const edge_config>>(&*taken)) {
            playbooks_.configs.emplace(key.name, *config);
        }
        if (const auto* execution = std::get_if<std::shared_ptr<const playbook_execution>>(&*taken)) {
            playbooks_.executions.emplace(key.name, *execution);
        }
        fleet_.objects.push_back({key, text});
    }
    return true;
}

// Of the two the request knows better when it was made, the device when it was let in.
void import_builder::keep_device(const std::shared_ptr<const edge_device>& device, manifested&& read) {
    auto& known = manifested_[device->name.name];
    known.line = read.line;
    known.device = device;
    known.spec = std::move(read.spec);
    if (known.made == 0) known.made = read.made;
    if (read.decided != 0) known.decided = read.decided;
}

void import_builder::keep_request(const std::shared_ptr<const signed_request>& request, manifested&& read) {
    auto& known = manifested_[request->name.name];
    if (known.line == 0) known.line = read.line;
    known.request = request;
    known.model_name = std::move(read.model_name);
    if (read.made != 0) known.made = read.made;
    if (known.decided == 0) known.decided = read.decided;
}

// requestTime is when its request was approved (R5), and no setting.
void import_builder::read_device_manifest(const manifest& from, manifested& into) {
    const auto spec = field{from, from.root, found_}["spec"];
    into.made = into.decided = time_of(spec["requestTime"]);
    const auto* given = spec.value() == nullptr ? nullptr : spec.value()->if_object();
    if (given == nullptr) return;
    auto settings = *given;
    settings.erase("requestTime");
    if (!settings.empty()) into.spec = to_text(json::value(std::move(settings)));
}

void import_builder::read_request_manifest(const manifest& from, manifested& into) {
    const field root{from, from.root, found_};
    into.made = time_of(root["metadata"]["creationTimestamp"]);
    into.decided = decision_time(root["status"]["conditions"]);
    into.model_name = root["spec"]["features"]["modelName"].text().value_or("");
}

void import_builder::device(std::uint32_t line, imported_device device) {
    const auto [at, inserted] = places_.try_emplace(device.id, place{fleet_.devices.size(), line});
    if (inserted) {
        fleet_.devices.push_back(std::move(device));
    } else if (at->first == device.id) {
        found_.error(
            fmt::format("{}:{}: device {} is at line {} already", *file_, line, device.id, at->second.line));
    } else {
        found_.error(fmt::format("{}:{}: device {} differs from {} at line {} in case alone", *file_, line,
                                 device.id, at->first, at->second.line));
    }
}

void import_builder::merge(const std::string& id, const manifested& from) {
    const auto found = places_.find(id);
    const bool is_new = found == places_.end();
    if (is_new) device(from.line, {id, {}, {}, {}, 0});
    if (!is_new && found->first != id) {
        return found_.error(fmt::format("{}:{}: {} differs from the device {} at line {} in case alone",
                                        *file_, from.line, id, found->first, found->second.line));
    }
    auto& into = fleet_.devices[places_.at(id).index];
    device_record device;
    if (!is_new) read_membership(into.membership, device);
    if (device.state == device_state::removed) return;

    const bool declined = from.request && from.request->declined;
    const bool approved = from.device || (is_new && from.request && from.request->approved);
    const bool waited = device.state == device_state::pending;
    if (waited && declined) device.state = device_state::denied;
    if (waited && !declined && approved) device.state = device_state::known;
    const bool let_in = waited && device.state == device_state::known;

    if (device.ns.empty() || (let_in && from.device)) {
        device.ns = from.device ? from.device->name.ns : from.request->target_namespace;
    }
    if (!device.request && from.request) {
        device.request = request_from(from.request->target_namespace, from.request->target_set,
                                      from.model_name, from.made, 0);
    } else if (!device.request && from.made != 0) {
        device.request = request_from(device.ns, {}, {}, from.made, 0);
    }
    if (device.request && device.state != device_state::pending && device.request->decided == 0) {
        device.request->decided = from.decided != 0 ? from.decided : from.made;
    }
    if (from.device) {
        give_labels(*from.device, device);
        device.given = from.spec.empty()
                           ? nullptr
                           : std::make_shared<const given_spec>(given_spec{from.spec, from.device->settings});
    } else if (let_in && !from.request->target_set.empty()) {
        device.given_labels.set(set_label, from.request->target_set);
    }
    into.membership = membership_document(device);
}

imported_fleet import_builder::result() && {
    for (const auto& [id, each] : manifested_) merge(id, each);
    if (found_.failed()) return {};
    return std::move(fleet_);
}

} // namespace edgeconf::fleet
