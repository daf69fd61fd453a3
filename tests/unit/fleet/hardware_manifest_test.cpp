#include "fleet/hardware_manifest.hpp"

#include "support/catch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string_view>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

json::object object(std::string_view text) { return json::parse(text).get_object(); }

// Every field that Flotta's swagger has.
constexpr std::string_view on_the_wire = R"({
    "hostname": "h",
    "interfaces": [{"ipv6_addresses": ["fe80::1/64"], "vendor": "0x8086", "name": "eth0", "has_carrier": true,
        "product": "0x1539", "mtu": 1500, "ipv4_addresses": ["192.0.2.1/24"], "biosdevname": "em1",
        "client_id": "c", "mac_address": "70:85:c2:56:61:0d", "flags": ["up"], "speed_mbps": -1}],
    "disks": [{"id": "i", "drive_type": "SSD", "vendor": "ATA", "name": "sda", "path": "/dev/sda",
        "hctl": "0:0:0:0", "by_path": "p", "by_id": "b", "model": "m", "wwn": "w", "serial": "s",
        "size_bytes": 250059350016, "bootable": true, "is_installation_media": false, "smart": "{}",
        "io_perf": {"sync_duration": 3}}],
    "boot": {"current_boot_mode": "uefi", "pxe_interface": "eth0"},
    "system_vendor": {"serial_number": "S", "product_name": "P", "manufacturer": "M", "virtual": true},
    "memory": {"physical_bytes": 68719476736, "usable_bytes": 67271598080},
    "cpu": {"count": 32, "frequency": 3400.5, "flags": ["fpu"], "model_name": "c", "architecture": "x86_64"},
    "gpus": [{"vendor": "v", "vendor_id": "10de", "device_id": "1b06", "name": "n", "address": "0000:42:00.0"}],
    "host_devices": [{"path": "/dev/sda", "device_type": "b", "uid": 1, "gid": 6, "major": 8, "minor": 2}],
    "mounts": [{"device": "/dev/sda1", "directory": "/", "type": "ext4", "options": "rw"
}]
})";

// The same with the names of the EdgeDevice CRD.
constexpr std::string_view in_a_manifest = R"({
    "hostname": "h",
    "interfaces": [{"ipv6Addresses": ["fe80::1/64"], "vendor": "0x8086", "name": "eth0", "hasCarrier": true,
        "product": "0x1539", "mtu": 1500, "ipv4Addresses": ["192.0.2.1/24"], "biosdevname": "em1",
        "clientId": "c", "macAddress": "70:85:c2:56:61:0d", "flags": ["up"], "speedMbps": -1}],
    "disks": [{"id": "i", "driveType": "SSD", "vendor": "ATA", "name": "sda", "path": "/dev/sda",
        "hctl": "0:0:0:0", "byPath": "p", "byId": "b", "model": "m", "wwn": "w", "serial": "s",
        "sizeBytes": 250059350016, "bootable": true, "isInstallationMedia": false, "smart": "{}",
        "ioPerf": {"syncDuration": 3}}],
    "boot": {"currentBootMode": "uefi", "pxeInterface": "eth0"},
    "systemVendor": {"serialNumber": "S", "productName": "P", "manufacturer": "M", "virtual": true},
    "memory": {"physicalBytes": 68719476736, "usableBytes": 67271598080},
    "cpu": {"count": 32, "frequency": "3400.50", "flags": ["fpu"], "modelName": "c", "architecture": "x86_64"},
    "gpus": [{"vendor": "v", "vendorId": "10de", "deviceId": "1b06", "name": "n", "address": "0000:42:00.0"}],
    "hostDevices": [{"path": "/dev/sda", "deviceType": "b", "owner": 1, "group": 6, "major": 8, "minor": 2}],
    "mounts": [{"device": "/dev/sda1", "folder": "/", "type": "ext4", "options": "rw"
}]
})";

} // namespace

TEST_CASE("hardware_manifest: R15 every field has the CRD's name, and the swagger's on the way back",
          "[fleet][unit]") {
    CHECK(hardware_as_manifest(object(on_the_wire)) == object(in_a_manifest));
    CHECK(hardware_from_manifest(object(in_a_manifest)) == object(on_the_wire));
}

TEST_CASE("hardware_manifest: R15 a frequency is text with two decimals", "[fleet][unit]") {
    const auto shown = [](std::string_view frequency) {
        json::object wire;
        wire["cpu"] = json::object{{"frequency", json::parse(frequency)}};
        return json::serialize(hardware_as_manifest(wire).at("cpu").as_object().at("frequency"));
    };
    CHECK(shown("1800") == R"("1800.00")");
    CHECK(shown("2994.374") == R"("2994.37")");
    CHECK(shown("1.8E3") == R"("1800.00")");

    const auto read = [](std::string_view frequency) {
        json::object manifest;
        manifest["cpu"] = json::object{{"frequency", json::parse(frequency)}};
        return hardware_from_manifest(manifest).at("cpu").as_object();
    };
    CHECK(read(R"("1800.00")") == object(R"({"frequency": 1800.0})"));
    CHECK(read("1800") == object(R"({"frequency": 1800})"));
    for (const auto* wrong :
         {R"("fast")", R"("")", R"("1800 MHz")", R"("inf")", R"("nan")", R"("1e999")", "[]"}) {
        CAPTURE(wrong);
        CHECK(read(wrong).empty());
    }
}

TEST_CASE("hardware_manifest: R15 lists that the CRD insists on are there", "[fleet][unit]") {
    CHECK(hardware_as_manifest({}) == object(R"({"interfaces": [], "disks": [], "gpus": []})"));
    CHECK(hardware_as_manifest(object(R"({"cpu": {}, "disks": null, "interfaces": [{}], "gpus": []})")) ==
          object(R"({"cpu": {"flags": []}, "disks": [], "interfaces": [{"flags": []}], "gpus": []})"));
    CHECK(hardware_from_manifest({}).empty());
}

TEST_CASE("hardware_manifest: what Flotta does not have is dropped, and what has no place", "[fleet][unit]") {
    const auto odd = object(R"({"hostname": ["h"], "boot": "uefi", "memory": null, "mounts": {"device": "x"},
        "disks": [1, {"name": "sda", "colour": "red"}], "interfaces": [{"flags": [1, "up"]}],
        "gpus": [], "taste": {"sweet": true}})");
    const auto kept =
        object(R"({"disks": [{"name": "sda"}], "interfaces": [{"flags": ["up"]}], "gpus": []})");
    CHECK(hardware_as_manifest(odd) == kept);
    CHECK(hardware_from_manifest(odd) == kept);
}

TEST_CASE("hardware_manifest: R15 upgrade information has both spellings", "[fleet][unit]") {
    const auto wire = object(R"({"current_commit_ID": "0305686e", "last_upgrade_status": "succeeded",
        "last_upgrade_time": "2026-11-20 04:05:06 +0000 UTC"})");
    const auto manifest = object(R"({"currentCommitID": "0305686e", "lastUpgradeStatus": "succeeded",
        "lastUpgradeTime": "2026-11-20 04:05:06 +0000 UTC"})");
    CHECK(upgrade_as_manifest(wire) == manifest);
    CHECK(upgrade_from_manifest(manifest) == wire);
    CHECK(upgrade_as_manifest({}) == object(R"({"currentCommitID": ""})"));
    CHECK(upgrade_from_manifest(object(R"({"currentcommitid": "x"})")).empty());
}
