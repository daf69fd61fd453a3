// A made-up fleet to measure with: its manifests as an operator keeps them, and what its devices send. The
// same index gives the same device on every machine. Pure functions, but for write_manifests().
//
// All devices are in one namespace. Each runs five of fifty workloads: two of its set, one of its production
// line, and two that every device runs. Each workload has a ConfigMap of its own name, the sets' workloads a
// Secret for each set, the agent a Secret that thus every device needs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::bench {

inline constexpr std::size_t set_count = 20;
inline constexpr std::size_t line_count = 8;
inline constexpr std::size_t workload_count = 2 * set_count + line_count + 2;
inline constexpr std::size_t canary_share = 10; // every so many devices have the label ring: canary

inline constexpr std::string_view fleet_namespace = "plant-1";
inline constexpr std::string_view workload_of_all = "agent";        // by a selector that demands nothing
inline constexpr std::string_view workload_of_both_rings = "probe"; // by the label `ring`
inline constexpr std::string_view secret_of_all = "agent-token";

// Like the ids that Flotta's devices give themselves: a UUID.
std::string device_id(std::size_t device);

std::string set_name(std::size_t set);
std::string line_name(std::size_t line);
constexpr std::size_t set_of(std::size_t device) { return device % set_count; }
constexpr std::size_t line_of(std::size_t device) { return device / set_count % line_count; }
constexpr bool is_canary(std::size_t device) { return device / set_count % canary_share == 0; }

// Writes all objects to files of `devices_per_file` EdgeDevices each, and one for the rest. Throws
// std::runtime_error if that fails.
void write_manifests(std::size_t devices, std::size_t devices_per_file, const std::filesystem::path& folder);

// What a device sends when it registers: its hardware, about 20 KB.
std::string registration_body(std::size_t device);

// What it sends every minute: five workloads and no hardware. `phase` is that of one of the workloads.
std::string heartbeat_body(std::size_t device, std::string_view version, std::string_view phase);

// The same with all the hardware, as devices send it that were told to include it in full.
std::string full_heartbeat_body(std::size_t device, std::string_view version);

} // namespace edgeconf::bench
