#include "fleet/render_workload.hpp"

#include "fleet/encoding.hpp"
#include "fleet/reference.hpp"
#include "fleet/yaml_writer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::string_view pod_user = "spec.pod.spec";

json::object render_map(const string_map& from) {
    json::object map;
    for (const auto& [key, value] : from) map.emplace(key, value);
    return map;
}

// Labels and annotations reach podman without their prefix; the others stay behind (R28).
json::object for_podman(const string_map& all) {
    static constexpr std::string_view prefix = "podman/";
    json::object kept;
    for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at) {
        kept.emplace(at->first.substr(prefix.size()), at->second);
    }
    return kept;
}

std::string render_config_map(const config_map& from) {
    json::object map{{"apiVersion", "v1"},
                     {"kind", "ConfigMap"},
                     {"metadata", {{"creationTimestamp", nullptr}, {"name", from.name.name}}}};
    if (!from.data.empty()) map.emplace("data", render_map(from.data));
    if (!from.binary_data.empty()) map.emplace("binaryData", render_map(from.binary_data));
    if (from.immutable) map.emplace("immutable", *from.immutable);
    return write_yaml(map);
}

// Absent and optional is skipped, absent and required a problem; keys are those of required references.
json::array render_config_maps(const edge_workload& workload, const references& refer) {
    json::array maps;
    for (const auto& [name, reference] : workload.config_maps) {
        const auto* found =
            reference.required ? refer.find_config_map(name, pod_user) : refer.optional_config_map(name);
        if (found == nullptr) continue;
        for (const auto& key : reference.keys) {
            if (!found->binary_data.contains(key)) refer.config_key(name, key, pod_user);
        }
        maps.push_back(json::value(render_config_map(*found)));
    }
    return maps;
}

json::object render_metrics(const workload_metrics& from, const references& refer) {
    json::object metrics{{"path", from.path}, {"port", from.port}, {"interval", from.interval}};
    if (from.allow_list) {
        metrics.emplace("allow_list", refer.allow_list(*from.allow_list, "spec.metrics.allowList"));
    }
    if (from.containers.empty()) return metrics;
    json::object containers;
    for (const auto& [name, container] : from.containers) {
        json::object each;
        if (container.disabled) each.emplace("disabled", *container.disabled);
        each.emplace("path", container.path);
        if (container.port) each.emplace("port", *container.port);
        containers.emplace(name, std::move(each));
    }
    metrics.emplace("containers", std::move(containers));
    return metrics;
}

} // namespace

json::object render_workload(const edge_workload& workload, const references& refer) {
    json::object rendered{{"name", workload.name.name}, {"namespace", workload.name.ns}};
    if (auto labels = for_podman(workload.labels); !labels.empty()) {
        rendered.emplace("labels", std::move(labels));
    }
    if (auto annotations = for_podman(workload.annotations); !annotations.empty()) {
        rendered.emplace("annotations", std::move(annotations));
    }
    rendered.emplace("specification", write_yaml(workload.pod));
    if (workload.data) rendered.emplace("data", *workload.data);
    if (workload.log_collection) rendered.emplace("log_collection", *workload.log_collection);
    if (!workload.registry_secret.empty()) {
        const auto* file =
            refer.secret_text(workload.registry_secret, ".dockerconfigjson", "spec.imageRegistries");
        // An empty one counts as none, as it does for Flotta.
        if (file != nullptr && !file->empty())
            rendered.emplace("imageRegistries", json::object{{"authFile", *file}});
    }
    if (workload.metrics && workload.metrics->port > 0) {
        rendered.emplace("metrics", render_metrics(*workload.metrics, refer));
    }
    if (auto maps = render_config_maps(workload, refer); !maps.empty()) {
        rendered.emplace("configmaps", std::move(maps));
    }
    return rendered;
}

json::object render_secret(const secret& from) {
    json::object data;
    for (const auto& [key, value] : from.data) data.emplace(key, encode_base64(value));
    return {{"name", from.name.name}, {"data", json::serialize(data)}};
}

std::vector<const secret*> secrets_of(const edge_workload& workload, const references& refer) {
    std::vector<const secret*> used;
    for (const auto& [name, reference] : workload.secrets) {
        const auto* found =
            reference.required ? refer.find_secret(name, pod_user) : refer.optional_secret(name);
        if (found == nullptr) continue;
        for (const auto& key : reference.keys) refer.secret_key(name, key, pod_user);
        used.push_back(found);
    }
    return used;
}

} // namespace edgeconf::fleet
