// What is measured of the fleet model, in the order in which it has to be: each goes on with the fleet as the
// one before left it.
#pragma once

#include "bench/report.hpp"

#include "fleet/model.hpp"
#include "fleet/objects.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::bench {

// A fleet as a provider holds it: the model, and the objects as last read from the manifests.
struct fleet_under_load {
    std::filesystem::path manifests;
    std::vector<std::string> ids; // by device
    fleet::object_set objects = {};
    fleet::model model{[] { return std::chrono::system_clock::now(); }, [](const fleet::notice&) {}};

    const fleet::device_table& table() const { return model.devices(); }
};

// Does all the model has to do, in slices as a provider's writer does, and says how long that took.
void work_until_idle(fleet::model& model, std::string_view what, report& out);

// All devices in an order in which no two neighbours are near in memory.
std::vector<std::size_t> shuffled_devices(std::size_t count);

// Manifests to objects to configurations.
void load(fleet_under_load& fleet, report& out);

// PUT registration without host and ABI: every device sends its hardware.
void register_devices(fleet_under_load& fleet, report& out);

// PUT heartbeat without host and ABI.
void send_heartbeats(fleet_under_load& fleet, report& out);

// GET configuration without host and ABI, on one thread and on two.
void read_configurations(const fleet_under_load& fleet, report& out);

// An operator edits objects that many devices use, or one.
void edit_objects(fleet_under_load& fleet, report& out);

// The manifests are read again and nothing has changed.
void reload(fleet_under_load& fleet, report& out);

} // namespace edgeconf::bench
