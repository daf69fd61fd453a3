#include "fleet/render_settings.hpp"

#include "fleet/encoding.hpp"
#include "fleet/reference.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

template <class T>
void put(json::object& into, std::string_view name, const std::optional<T>& value) {
    if (value) into.emplace(name, *value);
}

json::object render_heartbeat(const std::optional<heartbeat_settings>& settings) {
    const auto chosen = settings.value_or(heartbeat_settings{60, std::nullopt, std::nullopt});
    json::object profile;
    put(profile, "include", chosen.include_hardware);
    put(profile, "scope", chosen.hardware_scope);
    return {{"hardware_profile", std::move(profile)}, {"period_seconds", chosen.period_seconds}};
}

json::object render_os(const os_settings& settings) {
    json::object os;
    put(os, "automatically_upgrade", settings.automatically_upgrade);
    put(os, "commit_id", settings.commit_id);
    put(os, "hosted_objects_url", settings.hosted_objects_url);
    return os;
}

json::array render_mounts(const std::vector<mount_settings>& mounts) {
    json::array rendered;
    for (const auto& mount : mounts) {
        json::object each;
        put(each, "device", mount.device);
        put(each, "directory", mount.folder);
        put(each, "options", mount.options);
        put(each, "type", mount.type);
        rendered.push_back(std::move(each));
    }
    return rendered;
}

void render_port(const std::string& text, const std::string& map, const references& refer,
                 json::object& into) {
    std::int32_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || port < 1 || port > 65535) {
        refer.problem(
            fmt::format("ConfigMap {}/{}: BUCKET_PORT has to be a number from 1 to 65535", refer.ns(), map));
    }
    into.emplace("bucket_port", port);
}

// On the wire the keys and the CA are base64, as in the Secret (R27). Flotta leaves storage out when
// something is missing; here that is a problem like any other, as a device without its storage stops
// its uploads without a word.
json::object render_s3(const s3_settings& settings, const references& refer) {
    static constexpr std::string_view user = "storage.s3";
    json::object s3;
    if (settings.config_map.empty() || settings.secret.empty()) {
        refer.problem("storage.s3 names only one of configMapName and secretName; it needs both");
        return s3;
    }
    // Each missing object is named once, not once a key.
    const auto* map = refer.find_config_map(settings.config_map, user);
    const auto* keys = refer.find_secret(settings.secret, user);
    if (map == nullptr || keys == nullptr) return s3;
    const auto config = [&](std::string_view name, std::string_view key) {
        const auto* value = refer.config_key(settings.config_map, key, user);
        if (value != nullptr) s3.emplace(name, *value);
    };
    const auto credential = [&](std::string_view name, std::string_view key) {
        const auto* value = refer.secret_key(settings.secret, key, user);
        if (value != nullptr) s3.emplace(name, encode_base64(*value));
    };
    config("bucket_name", "BUCKET_NAME");
    config("bucket_host", "BUCKET_HOST");
    config("bucket_region", "BUCKET_REGION");
    if (const auto* text = refer.config_key(settings.config_map, "BUCKET_PORT", user)) {
        render_port(*text, settings.config_map, refer, s3);
    }
    credential("aws_access_key_id", "AWS_ACCESS_KEY_ID");
    credential("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY");
    const auto ca = keys->data.find("tls.crt");
    if (ca != keys->data.end()) s3.emplace("aws_ca_bundle", encode_base64(ca->second));
    return s3;
}

json::object render_component(const component_metrics& settings, std::string_view user,
                              const references& refer) {
    json::object component;
    component.emplace("interval", settings.interval);
    put(component, "disabled", settings.disabled);
    if (settings.allow_list) component.emplace("allow_list", refer.allow_list(*settings.allow_list, user));
    return component;
}

json::object render_metrics(const metrics_settings& settings, const references& refer) {
    json::object metrics;
    if (settings.retention) {
        json::object retention;
        put(retention, "max_mib", settings.retention->max_mib);
        put(retention, "max_hours", settings.retention->max_hours);
        metrics.emplace("retention", std::move(retention));
    }
    if (settings.system) {
        metrics.emplace("system", render_component(*settings.system, "metrics.system.allowList", refer));
    }
    if (settings.data_transfer) {
        metrics.emplace("data-transfer",
                        render_component(*settings.data_transfer, "metrics.dataTransfer.allowList", refer));
    }
    json::object receiver;
    if (!settings.receiver.url.empty()) receiver.emplace("url", settings.receiver.url);
    receiver.emplace("request_num_samples", settings.receiver.request_num_samples);
    receiver.emplace("timeout_seconds", settings.receiver.timeout_seconds);
    if (settings.receiver.url.starts_with("https") && !settings.receiver.ca_secret.empty()) {
        const auto* ca =
            refer.secret_text(settings.receiver.ca_secret, "ca.crt", "metrics.receiverConfiguration");
        if (ca != nullptr) receiver.emplace("caCert", *ca);
    }
    metrics.emplace("receiver", std::move(receiver));
    return metrics;
}

json::object render_log_target(const log_target& settings, const std::string& name, const references& refer) {
    json::object target;
    put(target, "kind", settings.kind);
    target.emplace("buffer_size", settings.buffer_size);
    if (!settings.syslog_config) return target;
    const auto user = fmt::format("logCollection.{}.syslogConfig", name);
    json::object syslog;
    const auto* address = refer.config_key(*settings.syslog_config, "Address", user);
    if (address == nullptr) return target;
    syslog.emplace("address", *address);
    const auto& data = refer.optional_config_map(*settings.syslog_config)->data;
    const auto protocol = data.find("Protocol");
    const auto chosen = protocol == data.end() ? std::string{"tcp"} : protocol->second;
    if (chosen != "tcp" && chosen != "udp") {
        refer.problem(fmt::format("ConfigMap {}/{}: Protocol has to be tcp or udp ({} needs it)", refer.ns(),
                                  *settings.syslog_config, user));
    }
    syslog.emplace("protocol", chosen);
    target.emplace("syslog_config", std::move(syslog));
    return target;
}

} // namespace

json::object render_settings(const device_settings& settings, const references& refer) {
    json::object configuration;
    configuration.emplace("heartbeat", render_heartbeat(settings.heartbeat));
    if (settings.os) configuration.emplace("os", render_os(*settings.os));
    configuration.emplace("mounts", render_mounts(settings.mounts));
    if (settings.s3) configuration.emplace("storage", json::object{{"s3", render_s3(*settings.s3, refer)}});
    configuration.emplace("metrics", render_metrics(settings.metrics, refer));
    if (!settings.logs.empty()) {
        json::object logs;
        for (const auto& [name, target] : settings.logs)
            logs.emplace(name, render_log_target(target, name, refer));
        configuration.emplace("log-collection", std::move(logs));
    }
    return configuration;
}

} // namespace edgeconf::fleet
