#include "fleet/objects.hpp"

#include <fmt/format.h>

#include <utility>

namespace edgeconf::fleet {

std::string_view to_string(object_kind kind) noexcept {
    switch (kind) {
    case object_kind::edge_device: return "EdgeDevice";
    case object_kind::signed_request: return "EdgeDeviceSignedRequest";
    case object_kind::edge_device_set: return "EdgeDeviceSet";
    case object_kind::edge_workload: return "EdgeWorkload";
    case object_kind::edge_config: return "EdgeConfig";
    case object_kind::playbook_execution: return "PlaybookExecution";
    case object_kind::config_map: return "ConfigMap";
    case object_kind::secret: return "Secret";
    }
    return "object";
}

std::string to_string(const object_key& key) {
    return fmt::format("{} {}/{}", to_string(key.kind), key.name.ns, key.name.name);
}

own_settings::own_settings(device_settings given) {
    if (given != device_settings{}) given_ = std::make_shared<const device_settings>(std::move(given));
}

const device_settings& own_settings::operator*() const noexcept {
    static const device_settings none;
    return given_ ? *given_ : none;
}

} // namespace edgeconf::fleet
