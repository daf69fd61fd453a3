#include "fleet/read_settings.hpp"

#include "fleet/field.hpp"

#include <limits>

namespace edgeconf::fleet {

namespace {

constexpr auto int64_most = std::numeric_limits<std::int64_t>::max();
constexpr auto int64_least = std::numeric_limits<std::int64_t>::min();

std::optional<heartbeat_settings> read_heartbeat(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"hardwareProfile", "periodSeconds"});
    heartbeat_settings read;
    read.period_seconds = from["periodSeconds"].integer(1, int64_most).value_or(0);
    const field profile = from["hardwareProfile"];
    profile.expect_members({"include", "scope"});
    read.include_hardware = profile["include"].boolean();
    read.hardware_scope = profile["scope"].text();
    if (read.hardware_scope && *read.hardware_scope != "full" && *read.hardware_scope != "delta") {
        profile["scope"].warn("devices know full and delta alone");
    }
    return read;
}

std::optional<os_settings> read_os(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"automaticallyUpgrade", "commitID", "hostedObjectsURL"});
    return os_settings{from["automaticallyUpgrade"].boolean(), from["commitID"].text(),
                       from["hostedObjectsURL"].text()};
}

std::vector<mount_settings> read_mounts(const field& from) {
    std::vector<mount_settings> read;
    for (const auto& each : from.items()) {
        each.expect_members({"device", "folder", "type", "options"});
        read.push_back(
            {each["device"].text(), each["folder"].text(), each["type"].text(), each["options"].text()});
    }
    return read;
}

std::optional<s3_settings> read_s3(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"configMapName", "secretName", "createOBC"});
    s3_settings read{from["configMapName"].text().value_or(""), from["secretName"].text().value_or("")};
    const bool named = !read.config_map.empty() || !read.secret.empty();
    if (from["createOBC"].boolean().value_or(false)) {
        if (named) {
            from["createOBC"].warn("has no effect beside configMapName and secretName; remove it");
        } else {
            from["createOBC"].warn("bucket claims exist on OpenShift alone: devices get no storage; set "
                                   "configMapName and secretName");
        }
    }
    if (!named) return std::nullopt;
    return read;
}

std::optional<std::string> read_reference(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"name"});
    auto name = from["name"].text();
    if (!name || name->empty()) {
        if (name || !from["name"].present())
            from["name"].error("is missing: it has to name the object to use");
        return std::nullopt;
    }
    return name;
}

std::optional<component_metrics> read_component(const field& from) {
    if (!from.present()) return std::nullopt;
    from.expect_members({"allowList", "disabled", "interval"});
    return component_metrics{from["interval"].integer().value_or(60), from["disabled"].boolean(),
                             read_reference(from["allowList"])};
}

metrics_settings read_metrics(const field& from) {
    metrics_settings read;
    from.expect_members({"retention", "system", "dataTransfer", "receiverConfiguration"});
    read.system = read_component(from["system"]);
    read.data_transfer = read_component(from["dataTransfer"]);
    if (const field retention = from["retention"]; retention.present()) {
        retention.expect_members({"maxMiB", "maxHours"});
        read.retention = metrics_retention{retention["maxMiB"].integer(), retention["maxHours"].integer()};
    }
    const field receiver = from["receiverConfiguration"];
    receiver.expect_members({"url", "caSecretName", "requestNumSamples", "timeoutSeconds"});
    read.receiver.url = receiver["url"].text().value_or("");
    read.receiver.ca_secret = receiver["caSecretName"].text().value_or("");
    // Zero and less keep the default (R25).
    const auto samples = receiver["requestNumSamples"].integer(int64_least, int64_most).value_or(0);
    const auto timeout = receiver["timeoutSeconds"].integer(int64_least, int64_most).value_or(0);
    if (samples > 0) read.receiver.request_num_samples = samples;
    if (timeout > 0) read.receiver.timeout_seconds = timeout;
    return read;
}

log_target read_log_target(const field& from) {
    from.expect_members({"kind", "bufferSize", "syslogConfig"});
    log_target read{from["kind"].text(), from["bufferSize"].integer(1).value_or(12),
                    read_reference(from["syslogConfig"])};
    if (!read.kind) return read;
    if (*read.kind != "syslog") {
        from["kind"].error("has to be syslog: devices know no other kind");
    } else if (!from["syslogConfig"].present()) {
        from["syslogConfig"].error("is missing: a device that gets kind syslog without it crashes; name a "
                                   "ConfigMap with the keys Address and Protocol");
    }
    return read;
}

device_settings read_settings(const field& spec) {
    device_settings read;
    read.heartbeat = read_heartbeat(spec["heartbeat"]);
    read.os = read_os(spec["osInformation"]);
    read.mounts = read_mounts(spec["mounts"]);
    spec["storage"].expect_members({"s3"});
    read.s3 = read_s3(spec["storage"]["s3"]);
    read.metrics = read_metrics(spec["metrics"]);
    for (const auto& [name, target] : spec["logCollection"].members()) {
        if (target.present()) read.logs.emplace(name, read_log_target(target));
    }
    return read;
}

} // namespace

device_settings read_device_settings(const field& spec) {
    spec.expect_members(
        {"heartbeat", "osInformation", "mounts", "storage", "metrics", "logCollection", "requestTime"});
    spec["requestTime"].text();
    return read_settings(spec);
}

device_settings read_set_settings(const field& spec) {
    spec.expect_members({"heartbeat", "osInformation", "mounts", "storage", "metrics", "logCollection"});
    return read_settings(spec);
}

} // namespace edgeconf::fleet
