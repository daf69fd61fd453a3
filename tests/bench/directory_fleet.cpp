#include "bench/directory_fleet.hpp"

#include "bench/sample_fleet.hpp"

#include "fleet/device_document.hpp"
#include "fleet/encoding.hpp"
#include "fleet/hardware_codec.hpp"
#include "fleet/manifest_cache.hpp"
#include "fleet/wire_body.hpp"
#include "fleet/yaml_reader.hpp"
#include "ldap/device_form.hpp"
#include "ldap/escaping.hpp"
#include "ldap/object_form.hpp"
#include "support/temp_folder.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace edgeconf::bench {

namespace {

using fleet::object_kind;

constexpr fleet::unix_seconds long_ago = 1'700'000'000;
constexpr std::size_t kinds_of_hardware = 1'000; // packed, so that equal ones share nothing

void write_entry(std::ostream& to, const ldap::write_request& entry) {
    to << "dn:: " << fleet::encode_base64(entry.dn) << '\n';
    for (const auto& each : entry.changes) {
        for (const auto& value : each.values)
            to << each.attribute << ":: " << fleet::encode_base64(value) << '\n';
    }
    to << '\n';
}

object_kind kind_of(std::string_view name) {
    constexpr std::array kinds{object_kind::edge_device_set, object_kind::edge_workload,
                               object_kind::config_map, object_kind::secret};
    return *std::find_if(kinds.begin(), kinds.end(), [&](auto kind) { return to_string(kind) == name; });
}

void write_objects(std::ostream& to, const std::string& base) {
    const test::temp_folder folder;
    write_manifests(0, 1, folder.path());
    for (const auto& each : fleet::read_yaml(test::read_file(folder.path() / "fleet.yaml")).documents) {
        const auto& metadata = each.root.at("metadata");
        const auto text = [](const boost::json::value& from) { return std::string{from.as_string()}; };
        const fleet::stored_object object{{kind_of(text(each.root.at("kind"))),
                                           {text(metadata.at("namespace")), text(metadata.at("name"))}},
                                          fleet::to_text(each.root)};
        write_entry(to, ldap::object_to_add(object, "ou=objects," + base));
    }
}

std::vector<fleet::compact_hardware> packed_hardware(std::size_t count) {
    fleet::hardware_codec codec;
    std::vector<fleet::compact_hardware> made;
    for (std::size_t i = 0; i < count; ++i) {
        const auto body = fleet::read_registration(registration_body(i));
        made.push_back(codec.pack(boost::json::serialize(body->hardware.hardware())));
    }
    return made;
}

void describe(fleet::device_record& device, std::size_t index) {
    device.number = static_cast<std::uint32_t>(index);
    device.id = device_id(index);
    device.ns = fleet_namespace;
    device.state = fleet::device_state::known;
    device.given_labels = {{"flotta/member-of", set_name(set_of(index))},
                           {"line", line_name(line_of(index))},
                           {"ring", is_canary(index) ? "canary" : "stable"},
                           {"site", fmt::format("site-{}", index % 200)}};
    device.reported_labels = {{"device.hostname", fmt::format("edge-{}", index)},
                              {"device.cpu-model", "arm"}};
    device.signs = std::make_shared<fleet::liveness>();
    device.status.phase = "up";
    device.status.registered = long_ago;
}

void write_devices(std::ostream& to, std::size_t devices, const std::string& base) {
    const auto hardware = packed_hardware(std::min(devices, kinds_of_hardware));
    for (std::size_t i = 0; i < devices; ++i) {
        fleet::device_record device;
        describe(device, i);
        device.hardware.known = hardware[i % hardware.size()];
        const auto all = ldap::attributes_of(device, fleet::lasting_status_document(device));
        const auto dn = ldap::child("edgeDeviceId", device.id, "ou=devices," + base);
        write_entry(to, ldap::device_to_add(dn, device.id, all.given, all.told, {1, 1}));
    }
}

} // namespace

void write_directory(std::size_t devices, const std::string& base, const std::filesystem::path& ldif) {
    std::ofstream to{ldif, std::ios::binary};
    write_objects(to, base);
    write_devices(to, devices, base);
    if (!to.flush()) throw std::runtime_error{"cannot write " + ldif.string()};
}

std::string object_dn(const std::string& kind, const std::string& name, const std::string& base) {
    return fmt::format("edgeKind={}+edgeNamespace={}+cn={},ou=objects,{}", kind, fleet_namespace, name, base);
}

} // namespace edgeconf::bench
