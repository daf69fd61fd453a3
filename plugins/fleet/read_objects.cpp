#include "fleet/read_objects.hpp"

#include "fleet/encoding.hpp"
#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/identity.hpp"
#include "fleet/manifest.hpp"
#include "fleet/read_settings.hpp"
#include "fleet/read_workload.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <memory>
#include <unordered_map>
#include <utility>

namespace edgeconf::fleet {

namespace {

bool is_true(const std::optional<std::string>& status) { return status && caseless_equal{}(*status, "true"); }

signed_request read_request(const manifest& from, const field& root) {
    const field spec = root["spec"];
    spec.expect_members({"approved", "features", "targetNamespace", "targetSet"});
    signed_request read;
    read.name = from.name;
    read.labels = from.labels;
    const field target = spec["targetNamespace"];
    read.target_namespace = target.text().value_or("");
    if (!target.present()) {
        target.error("is missing: it says in which namespace the device will be");
    } else if (target.value()->is_string() && !is_namespace(read.target_namespace)) {
        target.error("has to be a DNS label: 1 to 63 of a-z 0-9 -");
    }
    read.target_set = spec["targetSet"].text().value_or("");
    read.approved = spec["approved"].boolean().value_or(false);
    for (const auto& condition : root["status"]["conditions"].items()) {
        if (condition["type"].text() == "declined" && is_true(condition["status"].text()))
            read.declined = true;
    }
    return read;
}

// The playbook at `from`, decoded; nothing when it is absent or unusable.
std::optional<std::string> read_playbook(const field& from) {
    const field content = from["content"];
    if (from.present() && !content.present()) content.error("is missing");
    const auto encoded = content.text();
    if (!encoded) return std::nullopt;
    auto decoded = decode_base64(*encoded);
    if (!decoded || !is_utf8(*decoded)) {
        content.error("has to be the playbook's text in base64; encode it with base64 -w0");
        return std::nullopt;
    }
    return decoded;
}

edge_config read_config(const manifest& from, const field& root) {
    edge_config read{from.name, from.labels, {}};
    for (const auto& each : root["spec"]["edgePlaybook"]["playbooks"].items()) {
        if (auto playbook = read_playbook(each)) read.playbooks.push_back(*std::move(playbook));
    }
    return read;
}

config_map read_config_map(const manifest& from, const field& root) {
    config_map read{from.name, from.labels, {}};
    for (const auto& [key, value] : root["data"].members()) {
        read.data.emplace(key, value.text().value_or(""));
    }
    return read;
}

secret read_secret(const manifest& from, const field& root) {
    secret read{from.name, from.labels, {}};
    for (const auto& [key, value] : root["data"].members()) {
        auto decoded = decode_base64(value.text().value_or(""));
        if (!decoded) {
            value.error("has to be base64; write plain text under stringData instead");
            continue;
        }
        read.data.emplace(key, *std::move(decoded));
    }
    for (const auto& [key, value] : root["stringData"].members()) {
        read.data.insert_or_assign(std::string{key}, value.text().value_or(""));
    }
    return read;
}

template <class Object>
void add(object_map<Object>& to, Object&& object) {
    auto shared = std::make_shared<const Object>(std::move(object));
    to.emplace(shared->name, std::move(shared));
}

class collector {
public:
    explicit collector(findings& found) : found_{found} {}

    void take(manifest&& from);
    object_set result() && { return std::move(objects_); }

private:
    bool is_first(const manifest& from);
    bool is_one_device(const manifest& from);
    void keep(const manifest& from);

    struct first_use {
        std::string id;
        std::string place;
    };

    findings& found_;
    object_set objects_;
    std::map<std::pair<manifest_kind, object_name>, std::string> places_;
    std::unordered_map<std::string, first_use, caseless_hash, caseless_equal> ids_;
    std::map<std::pair<manifest_kind, std::string>, std::string> device_places_;
};

void collector::take(manifest&& from) {
    if (!is_first(from)) return;
    const bool is_device =
        from.kind == manifest_kind::edge_device || from.kind == manifest_kind::signed_request;
    if (is_device && !is_one_device(from)) return;
    keep(from);
}

bool collector::is_first(const manifest& from) {
    const auto [at, inserted] = places_.try_emplace({from.kind, from.name}, from.place());
    if (inserted) return true;
    const field root{from, from.root, found_};
    root["metadata"]["name"].error(fmt::format("{}/{} is defined already at {}; keep one of them",
                                               from.name.ns, from.name.name, at->second));
    return false;
}

bool collector::is_one_device(const manifest& from) {
    const field name = field{from, from.root, found_}["metadata"]["name"];
    const auto [spelling, first] = ids_.try_emplace(from.name.name, first_use{from.name.name, from.place()});
    if (!first && spelling->second.id != from.name.name) {
        name.error(
            fmt::format("{} differs from {} at {} in case alone; devices need ids that differ otherwise",
                        from.name.name, spelling->second.id, spelling->second.place));
        return false;
    }
    const auto [at, only] = device_places_.try_emplace({from.kind, from.name.name}, from.place());
    if (!only) {
        name.error(fmt::format("{} is in another namespace at {}; a device id can exist once in a fleet",
                               from.name.name, at->second));
    }
    return only;
}

void collector::keep(const manifest& from) {
    const field root{from, from.root, found_};
    switch (from.kind) {
    case manifest_kind::edge_device:
        return add(objects_.devices, edge_device{from.name, from.labels, read_device_settings(root["spec"])});
    case manifest_kind::signed_request: return add(objects_.requests, read_request(from, root));
    case manifest_kind::edge_device_set:
        return add(objects_.sets,
                   edge_device_set{from.name, from.labels, read_device_settings(root["spec"])});
    case manifest_kind::edge_workload: return add(objects_.workloads, read_workload(from, found_));
    case manifest_kind::edge_config: return add(objects_.configs, read_config(from, root));
    case manifest_kind::playbook_execution:
        if (auto playbook = read_playbook(root["spec"]["playbook"])) {
            add(objects_.executions, playbook_execution{from.name, from.labels, *std::move(playbook)});
        }
        return;
    case manifest_kind::config_map: return add(objects_.config_maps, read_config_map(from, root));
    case manifest_kind::secret: return add(objects_.secrets, read_secret(from, root));
    }
}

} // namespace

object_set read_objects(const std::filesystem::path& root, findings& found) {
    collector all{found};
    read_manifests(root, found, [&](manifest&& each) { all.take(std::move(each)); });
    return std::move(all).result();
}

} // namespace edgeconf::fleet
