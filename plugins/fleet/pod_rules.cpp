#include "fleet/pod_rules.hpp"

#include "fleet/field.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace edgeconf::fleet {

namespace {

bool holds_something(const field& at) {
    const auto* value = at.value();
    if (value == nullptr) return false;
    if (const auto* map = value->if_object()) return !map->empty();
    if (const auto* list = value->if_array()) return !list->empty();
    return true;
}

void refuse(const field& at, std::string_view why) {
    if (holds_something(at)) at.error(why);
}

// A port that two entries name would be refused by an API server: together with the protocol it is the
// list's key.
void check_ports(const field& ports, bool opened) {
    std::set<std::pair<std::int64_t, std::string>> seen;
    for (const auto& port : ports.items()) {
        const auto number = port["containerPort"].integer(1, 65535);
        const auto protocol = port["protocol"].text().value_or("TCP");
        if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
            port["protocol"].error("has to be TCP, UDP or SCTP");
        } else if (number && !seen.emplace(*number, protocol).second) {
            port["containerPort"].error(
                fmt::format("{} ({}) is listed twice in this container; keep one", *number, protocol));
        }
        const field host_port = port["hostPort"];
        if (host_port.present()) {
            if (host_port.integer(1, 65535) == 9100) {
                host_port.error("9100 belongs to the device's node exporter; choose another");
            }
        } else if (opened) {
            host_port.error("is missing: a device cannot run a port without one; set 1 to 65535");
        }
    }
}

void check_environment(const field& container) {
    for (const auto& variable : container["env"].items()) {
        for (const auto* source : {"fieldRef", "resourceFieldRef"}) {
            const field from = variable["valueFrom"][source];
            if (from.present()) {
                from.error("is not supported on devices; write the value or use a ConfigMap");
            }
        }
    }
}

void check_container(const field& container, bool opens_ports, std::set<std::string>& names) {
    const auto name = container["name"].text();
    if (name && name->empty()) container["name"].error("is missing");
    if (name && !names.insert(*name).second) {
        container["name"].error(
            fmt::format("'{}' is used by another container of this pod; rename one", *name));
    }
    for (const auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (container[probe].present())
            container[probe].error("probes are not supported on devices; remove it");
    }
    if (container["lifecycle"].present())
        container["lifecycle"].error("is not supported on devices; remove it");
    refuse(container["volumeDevices"], "is not supported on devices; remove it");
    refuse(container["resources"]["limits"], "is not supported on devices; remove it");
    refuse(container["resources"]["requests"], "is not supported on devices; remove it");
    check_environment(container);
    check_ports(container["ports"], opens_ports);
}

void check_volume(const field& volume) {
    if (volume["hostPath"].present()) return;
    if (volume["configMap"].present()) {
        return volume.warn(
            "Flotta's own webhook refuses ConfigMap volumes; devices run them, so it is served");
    }
    volume.error("has to be a hostPath (or a configMap): devices mount nothing else");
}

// One reference; `key` is what it needs of the object, if a single one.
void add_reference(const field& from, pod_references& into, const std::vector<std::string>& keys) {
    if (!from.present()) return;
    const auto name = from["name"].text();
    if (!name || name->empty()) {
        if (name || !from["name"].present())
            from["name"].error("is missing: it has to name the object to use");
        return;
    }
    auto& reference = into[*name];
    if (from["optional"].boolean().value_or(false)) return;
    reference.required = true;
    for (const auto& key : keys) {
        const auto at = std::lower_bound(reference.keys.begin(), reference.keys.end(), key);
        if (at == reference.keys.end() || *at != key) reference.keys.insert(at, key);
    }
}

std::vector<std::string> key_of(const field& reference) {
    if (!reference.present()) return {};
    const auto key = reference["key"].text();
    return key ? std::vector{*key} : std::vector<std::string>{};
}

} // namespace

void check_pod(const field& pod_spec) {
    std::set<std::string> names;
    for (const auto* list : {"initContainers", "containers", "ephemeralContainers"}) {
        // Only those of containers are opened in the device's firewall, which fails without a host port.
        const bool opens_ports = std::string_view{list} == "containers";
        for (const auto& container : pod_spec[list].items()) check_container(container, opens_ports, names);
    }
    if (pod_spec["containers"].items().empty()) {
        pod_spec["containers"].error("has to hold at least one container");
    }
    for (const auto& volume : pod_spec["volumes"].items()) check_volume(volume);
}

void collect_pod_references(const field& pod_spec, pod_references& config_maps, pod_references& secrets) {
    for (const auto* list : {"initContainers", "containers"}) {
        for (const auto& container : pod_spec[list].items()) {
            for (const auto& source : container["envFrom"].items()) {
                add_reference(source["configMapRef"], config_maps, {});
                add_reference(source["secretRef"], secrets, {});
            }
            for (const auto& variable : container["env"].items()) {
                const field map_key = variable["valueFrom"]["configMapKeyRef"];
                const field secret_key = variable["valueFrom"]["secretKeyRef"];
                add_reference(map_key, config_maps, key_of(map_key));
                add_reference(secret_key, secrets, key_of(secret_key));
            }
        }
    }
    for (const auto& volume : pod_spec["volumes"].items()) {
        const field source = volume["configMap"];
        std::vector<std::string> keys;
        for (const auto& item : source["items"].items()) {
            for (auto& key : key_of(item)) keys.push_back(std::move(key));
        }
        add_reference(source, config_maps, keys);
    }
}

} // namespace edgeconf::fleet
