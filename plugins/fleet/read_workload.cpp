#include "fleet/read_workload.hpp"

#include "fleet/field.hpp"
#include "fleet/manifest.hpp"
#include "fleet/name_syntax.hpp"
#include "fleet/pod_rules.hpp"
#include "fleet/pod_schema.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_label = 63; // of the part after the slash

std::optional<selector_operator> read_operator(const field& from) {
    const auto name = from.text();
    if (!name) {
        if (!from.present()) from.error("is missing: In, NotIn, Exists or DoesNotExist");
        return std::nullopt;
    }
    if (*name == "In") return selector_operator::in;
    if (*name == "NotIn") return selector_operator::not_in;
    if (*name == "Exists") return selector_operator::exists;
    if (*name == "DoesNotExist") return selector_operator::does_not_exist;
    from.error("has to be In, NotIn, Exists or DoesNotExist");
    return std::nullopt;
}

// A cluster would take such a selector and then never match with it.
bool is_key(const field& from, std::string_view key) {
    if (is_label_key(key)) return true;
    from.error("is no key of a label: 1 to 63 of A-Z a-z 0-9 - _ . with a letter or digit at both ends, "
               "after a DNS name and a slash or not");
    return false;
}

bool is_value(const field& from, std::string_view value) {
    if (is_label_value(value)) return true;
    from.error("is no value of a label: at most 63 of A-Z a-z 0-9 - _ . with a letter or digit at both ends");
    return false;
}

void read_expression(const field& from, label_selector& into) {
    from.expect_members({"key", "operator", "values"});
    auto key = from["key"].text();
    if (!from["key"].present()) from["key"].error("is missing");
    const auto is = read_operator(from["operator"]);
    std::vector<std::string> values;
    for (const auto& each : from["values"].items()) {
        if (auto value = each.text(); value && is_value(each, *value)) values.push_back(*std::move(value));
    }
    if (!key || !is || !is_key(from["key"], *key)) return;
    const bool compares = *is == selector_operator::in || *is == selector_operator::not_in;
    if (compares && from["values"].items().empty())
        return from["values"].error("needs at least one value with In and NotIn");
    if (!compares && !from["values"].items().empty())
        return from["values"].error("has to be empty with Exists and DoesNotExist");
    into.requirements.push_back({*std::move(key), *is, std::move(values)});
}

std::optional<label_selector> read_selector(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"matchLabels", "matchExpressions"});
    label_selector read;
    for (const auto& [key, value] : from["matchLabels"].members()) {
        if (!value.present()) value.error("has to be text; put an empty value in quotes");
        if (auto text = value.text(); text && is_key(value, key) && is_value(value, *text)) {
            read.requirements.push_back({std::string{key}, selector_operator::in, {*std::move(text)}});
        }
    }
    for (const auto& each : from["matchExpressions"].items()) read_expression(each, read);
    return read;
}

json::array read_data_paths(const field& from) {
    json::array read;
    for (const auto& each : from.items()) {
        each.expect_members({"source", "target"});
        json::object path;
        for (const auto* name : {"source", "target"}) {
            if (!each[name].present()) each[name].error("is missing");
            if (auto text = each[name].text()) path.emplace(name, *text);
        }
        read.push_back(std::move(path));
    }
    return read;
}

// In the form that goes to the device: the same names there.
std::optional<json::object> read_data(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"ingress", "egress"});
    json::object read;
    for (const auto* name : {"ingress", "egress"}) {
        if (from[name].present()) read.emplace(name, read_data_paths(from[name]));
    }
    return read;
}

std::optional<workload_metrics> read_metrics(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"allowList", "containers", "interval", "path", "port"});
    workload_metrics read;
    read.port = from["port"].integer(0, 65535).value_or(0);
    read.path = from["path"].text().value_or("/");
    read.interval = from["interval"].integer().value_or(60);
    if (const field list = from["allowList"]; list.present()) {
        list.expect_members({"name"});
        read.allow_list = list["name"].text();
        if (!list["name"].present()) list["name"].error("is missing: it has to name a ConfigMap");
    }
    for (const auto& [name, container] : from["containers"].members()) {
        container.expect_members({"disabled", "path", "port"});
        container_metrics each;
        each.disabled = container["disabled"].boolean();
        each.path = container["path"].text().value_or("/");
        if (const auto port = container["port"].integer(0, 65535)) each.port = *port;
        read.containers.emplace(name, std::move(each));
    }
    return read;
}

// What Flotta needs but devices and this service do not.
void check_form(const field& root, const std::string& name) {
    const field spec = root["spec"];
    spec.expect_members(
        {"data", "device", "deviceSelector", "imageRegistries", "logCollection", "metrics", "pod", "type"});
    spec["type"].text();
    if (!spec["type"].present()) {
        spec["type"].warn("is missing: Flotta's own API refuses a workload without it; write `type: pod`");
    }
    spec["imageRegistries"].expect_members({"secretRef"});
    spec["imageRegistries"]["secretRef"].expect_members({"name"});
    spec["pod"].expect_members({"spec"});
    if (name.size() > longest_label) {
        root["metadata"]["name"].warn(
            fmt::format("is longer than {} characters: devices run the workload, but "
                        "no label selector can ask for workload/<name>",
                        longest_label));
    }
}

} // namespace

edge_workload read_workload(const manifest& from, findings& found) {
    const field root{from, from.root, found};
    const field spec = root["spec"];
    check_form(root, from.name.name);
    edge_workload read;
    read.name = from.name;
    read.labels = from.labels;
    read.annotations = from.annotations;
    read.annotations.erase("kubectl.kubernetes.io/last-applied-configuration"); // kubectl's own, and long
    read.device = spec["device"].text().value_or("");
    read.selector = read_selector(spec["deviceSelector"]);
    if (!read.device.empty() && read.selector) {
        spec["deviceSelector"].warn("is not used, because spec.device names one device");
    }
    read.data = read_data(spec["data"]);
    read.log_collection = spec["logCollection"].text();
    const field registry = spec["imageRegistries"]["secretRef"];
    read.registry_secret = registry["name"].text().value_or("");
    if (registry.present() && read.registry_secret.empty()) registry["name"].error("is missing");
    read.metrics = read_metrics(spec["metrics"]);
    const field pod = spec["pod"]["spec"];
    check_pod_members(pod);
    check_pod(pod);
    collect_pod_references(pod, read.config_maps, read.secrets);
    if (const auto* value = pod.value(); value != nullptr && value->is_object()) {
        read.pod = normalised_pod(value->get_object());
    }
    return read;
}

} // namespace edgeconf::fleet
