#include "fleet/pod_schema.hpp"

#include "fleet/field.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

enum class shape { text, truth, int32, int64, texts, numbers, text_map, object, objects, anything };

// What Go's marshalling does with an empty value: leaves it out, or keeps it because the member is a
// pointer, or keeps it because an object has to have the member.
enum class when_empty { left_out, kept, required };

// What stands in for an absent member.
enum class fallback { none, tcp, empty_map };

struct member {
    std::string_view name;
    shape is;
    when_empty empty = when_empty::left_out;
    std::span<const member> of = {}; // of an object, or of each of the objects
    fallback otherwise = fallback::none;
};

using enum shape;
using enum when_empty;

constexpr member local_reference[] = {{"name", text}};
constexpr member source_reference[] = {{"name", text}, {"optional", truth, kept}};
constexpr member key_reference[] = {{"name", text}, {"key", text, required}, {"optional", truth, kept}};
constexpr member key_to_path[] = {{"key", text, required}, {"path", text, required}, {"mode", int32, kept}};
constexpr member name_and_value[] = {{"name", text, required}, {"value", text, required}};

constexpr member selinux_options[] = {{"user", text}, {"role", text}, {"type", text}, {"level", text}};
constexpr member seccomp_profile[] = {{"type", text, required}, {"localhostProfile", text, kept}};
constexpr member capabilities[] = {{"add", texts}, {"drop", texts}};
constexpr member container_security[] = {{"capabilities", object, kept, capabilities},
                                         {"privileged", truth, kept},
                                         {"seLinuxOptions", object, kept, selinux_options},
                                         {"windowsOptions", anything, kept},
                                         {"runAsUser", int64, kept},
                                         {"runAsGroup", int64, kept},
                                         {"runAsNonRoot", truth, kept},
                                         {"readOnlyRootFilesystem", truth, kept},
                                         {"allowPrivilegeEscalation", truth, kept},
                                         {"procMount", text, kept},
                                         {"seccompProfile", object, kept, seccomp_profile}};
constexpr member pod_security[] = {{"seLinuxOptions", object, kept, selinux_options},
                                   {"windowsOptions", anything, kept},
                                   {"runAsUser", int64, kept},
                                   {"runAsGroup", int64, kept},
                                   {"runAsNonRoot", truth, kept},
                                   {"supplementalGroups", numbers},
                                   {"fsGroup", int64, kept},
                                   {"sysctls", objects, left_out, name_and_value},
                                   {"fsGroupChangePolicy", text, kept},
                                   {"seccompProfile", object, kept, seccomp_profile}};

constexpr member port[] = {{"name", text},
                           {"hostPort", int32},
                           {"containerPort", int32, required},
                           {"protocol", text, left_out, {}, fallback::tcp},
                           {"hostIP", text}};
constexpr member environment_source[] = {{"prefix", text},
                                         {"configMapRef", object, kept, source_reference},
                                         {"secretRef", object, kept, source_reference}};
constexpr member variable_source[] = {{"fieldRef", anything, kept},
                                      {"resourceFieldRef", anything, kept},
                                      {"configMapKeyRef", object, kept, key_reference},
                                      {"secretKeyRef", object, kept, key_reference}};
constexpr member variable[] = {
    {"name", text, required}, {"value", text}, {"valueFrom", object, kept, variable_source}};
constexpr member resources[] = {{"limits", anything}, {"requests", anything}};
constexpr member volume_mount[] = {{"name", text, required},         {"readOnly", truth},
                                   {"mountPath", text, required},    {"subPath", text},
                                   {"mountPropagation", text, kept}, {"subPathExpr", text}};
constexpr member container[] = {{"name", text, required},
                                {"image", text},
                                {"command", texts},
                                {"args", texts},
                                {"workingDir", text},
                                {"ports", objects, left_out, port},
                                {"envFrom", objects, left_out, environment_source},
                                {"env", objects, left_out, variable},
                                {"resources", object, kept, resources, fallback::empty_map},
                                {"volumeMounts", objects, left_out, volume_mount},
                                {"volumeDevices", anything},
                                {"livenessProbe", anything, kept},
                                {"readinessProbe", anything, kept},
                                {"startupProbe", anything, kept},
                                {"lifecycle", anything, kept},
                                {"terminationMessagePath", text},
                                {"terminationMessagePolicy", text},
                                {"imagePullPolicy", text},
                                {"securityContext", object, kept, container_security},
                                {"stdin", truth},
                                {"stdinOnce", truth},
                                {"tty", truth},
                                {"targetContainerName", text}}; // of ephemeral ones

constexpr member host_path[] = {{"path", text, required}, {"type", text, kept}};
constexpr member config_map_volume[] = {{"name", text},
                                        {"items", objects, left_out, key_to_path},
                                        {"defaultMode", int32, kept},
                                        {"optional", truth, kept}};
// Sources other than the first two are known but refused (R32).
constexpr member volume[] = {{"name", text, required},
                             {"hostPath", object, kept, host_path},
                             {"configMap", object, kept, config_map_volume},
                             {"awsElasticBlockStore", anything, kept},
                             {"azureDisk", anything, kept},
                             {"azureFile", anything, kept},
                             {"cephfs", anything, kept},
                             {"cinder", anything, kept},
                             {"csi", anything, kept},
                             {"downwardAPI", anything, kept},
                             {"emptyDir", anything, kept},
                             {"ephemeral", anything, kept},
                             {"fc", anything, kept},
                             {"flexVolume", anything, kept},
                             {"flocker", anything, kept},
                             {"gcePersistentDisk", anything, kept},
                             {"gitRepo", anything, kept},
                             {"glusterfs", anything, kept},
                             {"iscsi", anything, kept},
                             {"nfs", anything, kept},
                             {"persistentVolumeClaim", anything, kept},
                             {"photonPersistentDisk", anything, kept},
                             {"portworxVolume", anything, kept},
                             {"projected", anything, kept},
                             {"quobyte", anything, kept},
                             {"rbd", anything, kept},
                             {"scaleIO", anything, kept},
                             {"secret", anything, kept},
                             {"storageos", anything, kept},
                             {"vsphereVolume", anything, kept}};

constexpr member host_alias[] = {{"ip", text}, {"hostnames", texts}};
constexpr member dns_option[] = {{"name", text}, {"value", text, kept}};
constexpr member dns_config[] = {
    {"nameservers", texts}, {"searches", texts}, {"options", objects, left_out, dns_option}};
constexpr member toleration[] = {
    {"key", text}, {"operator", text}, {"value", text}, {"effect", text}, {"tolerationSeconds", int64, kept}};
constexpr member readiness_gate[] = {{"conditionType", text, required}};
constexpr member operating_system[] = {{"name", text, required}};

constexpr member pod[] = {{"volumes", objects, left_out, volume},
                          {"initContainers", objects, left_out, container},
                          {"containers", objects, required, container},
                          {"ephemeralContainers", objects, left_out, container},
                          {"restartPolicy", text},
                          {"terminationGracePeriodSeconds", int64, kept},
                          {"activeDeadlineSeconds", int64, kept},
                          {"dnsPolicy", text},
                          {"nodeSelector", text_map},
                          {"serviceAccountName", text},
                          {"serviceAccount", text},
                          {"automountServiceAccountToken", truth, kept},
                          {"nodeName", text},
                          {"hostNetwork", truth},
                          {"hostPID", truth},
                          {"hostIPC", truth},
                          {"shareProcessNamespace", truth, kept},
                          {"securityContext", object, kept, pod_security},
                          {"imagePullSecrets", objects, left_out, local_reference},
                          {"hostname", text},
                          {"subdomain", text},
                          {"affinity", anything, kept},
                          {"schedulerName", text},
                          {"tolerations", objects, left_out, toleration},
                          {"hostAliases", objects, left_out, host_alias},
                          {"priorityClassName", text},
                          {"priority", int32, kept},
                          {"dnsConfig", object, kept, dns_config},
                          {"readinessGates", objects, left_out, readiness_gate},
                          {"runtimeClassName", text, kept},
                          {"enableServiceLinks", truth, kept},
                          {"preemptionPolicy", text, kept},
                          {"overhead", anything},
                          {"topologySpreadConstraints", anything},
                          {"setHostnameAsFQDN", truth, kept},
                          {"os", object, kept, operating_system}};

const member* find_member(std::span<const member> schema, std::string_view name) {
    const auto found =
        std::find_if(schema.begin(), schema.end(), [&](const member& each) { return each.name == name; });
    return found == schema.end() ? nullptr : &*found;
}

void check_object(const field& from, std::span<const member> schema);

void check_member(const field& from, const member& known) {
    switch (known.is) {
    case text: from.text(); break;
    case truth: from.boolean(); break;
    case int32:
        from.integer(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
        break;
    case int64:
        from.integer(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
        break;
    case texts:
        for (const auto& each : from.items()) each.text();
        break;
    case numbers:
        for (const auto& each : from.items()) each.integer(0, std::numeric_limits<std::int64_t>::max());
        break;
    case text_map:
        for (const auto& [key, value] : from.members()) value.text();
        break;
    case object: check_object(from, known.of); break;
    case objects:
        for (const auto& each : from.items()) check_object(each, known.of);
        break;
    case anything: break;
    }
}

void check_object(const field& from, std::span<const member> schema) {
    for (const auto& [name, value] : from.members()) {
        if (const auto* known = find_member(schema, name)) {
            check_member(value, *known);
        } else {
            value.warn("is not a field of this kind and is ignored");
        }
    }
    if (!from.present() || !from.value()->is_object()) return;
    for (const auto& each : schema) {
        if (each.empty == required && each.is != objects && !from[each.name].present()) {
            from[each.name].error("is missing");
        }
    }
}

json::object normalised(const json::object& from, std::span<const member> schema);

json::value normalised(const json::value& from, const member& known) {
    if (known.is == object && from.is_object()) return normalised(from.get_object(), known.of);
    if (!from.is_array() || known.is == anything) return from;
    json::array list;
    for (const auto& each : from.get_array()) {
        if (each.is_null()) continue;
        list.push_back(known.is == objects && each.is_object()
                           ? json::value(normalised(each.get_object(), known.of))
                           : each);
    }
    return list;
}

bool is_empty(const json::value& value) {
    switch (value.kind()) {
    case json::kind::null: return true;
    case json::kind::bool_: return !value.get_bool();
    case json::kind::int64: return value.get_int64() == 0;
    case json::kind::string: return value.get_string().empty();
    case json::kind::array: return value.get_array().empty();
    case json::kind::object: return value.get_object().empty();
    case json::kind::uint64:
    case json::kind::double_: return false;
    }
    return false;
}

json::object normalised(const json::object& from, std::span<const member> schema) {
    json::object made;
    for (const auto& known : schema) {
        const auto* value = from.if_contains(known.name);
        if (value != nullptr && !value->is_null()) {
            auto better = normalised(*value, known);
            if (known.empty != left_out || !is_empty(better)) made.emplace(known.name, std::move(better));
        }
        if (made.contains(known.name)) continue;
        if (known.otherwise == fallback::tcp) made.emplace(known.name, "TCP");
        if (known.otherwise == fallback::empty_map) made.emplace(known.name, json::object{});
    }
    return made;
}

} // namespace

void check_pod_members(const field& pod_spec) { check_object(pod_spec, pod); }

json::object normalised_pod(const json::object& pod_spec) { return normalised(pod_spec, pod); }

} // namespace edgeconf::fleet
