#include "fleet/cluster_object.hpp"

#include "fleet/finding.hpp"
#include "fleet/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 8> fleet_kinds{
    "EdgeDevice", "EdgeDeviceSignedRequest", "EdgeDeviceSet", "EdgeWorkload",
    "EdgeConfig", "PlaybookExecution",       "ConfigMap",     "Secret"};
constexpr std::array<std::string_view, 2> passing_kinds{"Namespace", "Event"};

// Keys, certificates and settings of Flotta's own parts have nothing to do with its devices.
constexpr std::array<std::string_view, 4> system_config_maps{"kube-root-ca.crt", "openshift-service-ca.crt",
                                                             "flotta-edge-api-config",
                                                             "flotta-operator-manager-config"};
constexpr std::array<std::string_view, 2> system_secrets{"flotta-ca", "flotta-host-certificate"};
constexpr std::array<std::string_view, 4> system_secret_types{"kubernetes.io/service-account-token",
                                                              "bootstrap.kubernetes.io/token",
                                                              "helm.sh/release", "kubernetes.io/dockercfg"};
constexpr std::string_view registration_label = "reg-client-ca";

constexpr std::array<std::string_view, 10> cluster_metadata{"clusterName",     "deletionGracePeriodSeconds",
                                                            "finalizers",      "generateName",
                                                            "generation",      "managedFields",
                                                            "ownerReferences", "resourceVersion",
                                                            "selfLink",        "uid"};

template <class Names>
bool is_among(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class unpacking {
public:
    unpacking(const std::string& file, findings& found) : file_{file}, found_{found} {}

    void take(json::value&& root, const std::uint32_t* lines);
    std::vector<cluster_object> result() && { return std::move(objects_); }

private:
    void take_list(json::object&& list, const std::uint32_t* lines);

    const std::string& file_;
    findings& found_;
    std::vector<cluster_object> objects_;
};

void unpacking::take(json::value&& root, const std::uint32_t* lines) {
    auto* map = root.if_object();
    if (map == nullptr) {
        return found_.error(fmt::format("{}:{}: is no object of a cluster", file_, *lines));
    }
    auto kind = text_at(map, "kind");
    const auto* items = map->if_contains("items");
    if (kind.ends_with("List") && items != nullptr) {
        if (items->is_array()) return take_list(std::move(*map), lines);
        if (!items->is_null()) found_.error(fmt::format("{}:{}: items: has to be a list", file_, *lines));
        return;
    }
    const auto* metadata = map_at(*map, {"metadata"});
    auto ns = text_at(metadata, "namespace");
    auto name = text_at(metadata, "name");
    objects_.push_back(
        {std::move(*map), *lines, std::move(kind), ns.empty() ? "default" : std::move(ns), std::move(name)});
}

// Lines are in depth-first order, so those of an item are one run.
void unpacking::take_list(json::object&& list, const std::uint32_t* lines) {
    ++lines; // the list's own
    for (auto& member : list) {
        if (member.key() != "items") {
            lines += count_values(member.value());
            continue;
        }
        ++lines;
        for (auto& item : member.value().get_array()) {
            const auto size = count_values(item);
            take(std::move(item), lines);
            lines += size;
        }
        return;
    }
}

} // namespace

std::vector<cluster_object> cluster_objects(const std::string& file, std::string_view text, findings& found) {
    auto yaml = read_yaml(text);
    for (const auto& problem : yaml.problems) {
        found.error(fmt::format("{}:{}: {}", file, problem.line, problem.text));
    }
    unpacking all{file, found};
    for (auto& document : yaml.documents) all.take(std::move(document.root), document.lines.data());
    return std::move(all).result();
}

bool is_fleet_kind(const cluster_object& object) { return is_among(fleet_kinds, object.kind); }

bool is_passing_kind(const cluster_object& object) { return is_among(passing_kinds, object.kind); }

bool is_system_object(const cluster_object& object) {
    if (object.kind == "ConfigMap") return is_among(system_config_maps, object.name);
    if (object.kind != "Secret") return false;
    const auto type = text_at(&object.root, "type");
    const auto* labels = map_at(object.root, {"metadata", "labels"});
    return is_among(system_secrets, object.name) ||
           is_among(system_secret_types, std::string_view{type}.substr(0, type.rfind(".v"))) ||
           (labels != nullptr && labels->contains(registration_label));
}

void strip_cluster_fields(cluster_object& object) {
    object.root.erase("status");
    auto* metadata = object.root.if_contains("metadata");
    if (metadata == nullptr || !metadata->is_object()) return;
    auto& members = metadata->get_object();
    for (const auto& name : cluster_metadata) members.erase(name);
    // What these are is judged by it.
    if (object.kind != "EdgeDevice" && object.kind != "EdgeWorkload") members.erase("deletionTimestamp");
    auto* annotations = members.if_contains("annotations");
    if (annotations == nullptr || !annotations->is_object()) return;
    annotations->get_object().erase("kubectl.kubernetes.io/last-applied-configuration");
    if (annotations->get_object().empty()) members.erase("annotations");
}

const json::object* map_at(const json::object& from, std::initializer_list<std::string_view> path) {
    const auto* at = &from;
    for (const auto& member : path) {
        const auto* value = at->if_contains(member);
        at = value == nullptr ? nullptr : value->if_object();
        if (at == nullptr) return nullptr;
    }
    return at;
}

std::string text_at(const json::object* from, std::string_view member) {
    const auto* value = from == nullptr ? nullptr : from->if_contains(member);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

} // namespace edgeconf::fleet
