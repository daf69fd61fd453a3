#include "fleet/pod_rules.hpp"

#include "fleet/field.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> container_lists{"initContainers", "containers",
                                                          "ephemeralContainers"};

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

void check_texts(const field& list) {
    for (const auto& each : list.items()) each.text();
}

void check_ports(const field& ports) {
    for (const auto& port : ports.items()) {
        if (!port["containerPort"].present()) port["containerPort"].error("is missing");
        port["containerPort"].integer(1, 65535);
        port["name"].text();
        port["hostIP"].text();
        if (const auto protocol = port["protocol"].text();
            protocol && *protocol != "TCP" && *protocol != "UDP" && *protocol != "SCTP") {
            port["protocol"].error("has to be TCP, UDP or SCTP");
        }
        const field host_port = port["hostPort"];
        if (!host_port.present()) {
            host_port.error("is missing: a device cannot run a port without one; set 1 to 65535");
        } else if (host_port.integer(1, 65535) == 9100) {
            host_port.error("9100 belongs to the device's node exporter; choose another");
        }
    }
}

void check_environment(const field& container) {
    for (const auto& variable : container["env"].items()) {
        if (!variable["name"].present()) variable["name"].error("is missing");
        variable["name"].text();
        variable["value"].text();
        refuse(variable["valueFrom"]["fieldRef"],
               "is not supported on devices; write the value or use a ConfigMap");
        refuse(variable["valueFrom"]["resourceFieldRef"],
               "is not supported on devices; write the value or use a ConfigMap");
    }
}

void check_container(const field& container, std::set<std::string>& names) {
    const auto name = container["name"].text();
    if (!container["name"].present() || (name && name->empty())) container["name"].error("is missing");
    if (name && !names.insert(*name).second) {
        container["name"].error(
            fmt::format("'{}' is used by another container of this pod; rename one", *name));
    }
    container["image"].text();
    check_texts(container["command"]);
    check_texts(container["args"]);
    for (const auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (container[probe].present())
            container[probe].error("probes are not supported on devices; remove it");
    }
    if (container["lifecycle"].present())
        container["lifecycle"].error("is not supported on devices; remove it");
    refuse(container["volumeDevices"], "is not supported on devices; remove it");
    refuse(container["resources"]["limits"], "is not supported on devices; remove it");
    refuse(container["resources"]["requests"], "is not supported on devices; remove it");
    for (const auto& mount : container["volumeMounts"].items()) {
        mount["name"].text();
        mount["mountPath"].text();
    }
    check_environment(container);
    check_ports(container["ports"]);
}

void check_volume(const field& volume) {
    volume["name"].text();
    if (volume["hostPath"].present()) return void(volume["hostPath"]["path"].text());
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
    if (!reference["key"].present()) reference["key"].error("is missing");
    const auto key = reference["key"].text();
    return key ? std::vector{*key} : std::vector<std::string>{};
}

} // namespace

void check_pod(const field& pod_spec) {
    std::set<std::string> names;
    for (const auto list : container_lists) {
        for (const auto& container : pod_spec[list].items()) check_container(container, names);
    }
    if (pod_spec["containers"].items().empty()) {
        pod_spec["containers"].error("has to hold at least one container");
    }
    for (const auto& volume : pod_spec["volumes"].items()) check_volume(volume);
}

void fill_pod_defaults(json::object& pod_spec) {
    for (const auto list : container_lists) {
        auto* containers = pod_spec.if_contains(list);
        if (containers == nullptr || !containers->is_array()) continue;
        for (auto& container : containers->get_array()) {
            auto* ports = container.is_object() ? container.get_object().if_contains("ports") : nullptr;
            if (ports == nullptr || !ports->is_array()) continue;
            for (auto& port : ports->get_array()) {
                if (!port.is_object()) continue;
                auto& protocol = port.get_object()["protocol"];
                if (protocol.is_null()) protocol = "TCP";
            }
        }
    }
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
