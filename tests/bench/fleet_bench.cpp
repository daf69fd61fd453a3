// Measures the fleet model with a fleet as large as asked for; docs/performance.md says how to read it.
#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"
#include "support/temp_folder.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>

namespace {

using namespace edgeconf;

bool run(std::size_t devices, std::size_t devices_per_file) {
    const test::temp_folder folder;
    bench::write_manifests(devices, devices_per_file, folder.path());
    bench::fleet_under_load fleet{.manifests = folder.path(), .ids = {}};
    for (std::size_t i = 0; i < devices; ++i) fleet.ids.push_back(bench::device_id(i));
    fmt::print("{} devices, {} sets, {} workloads\n", devices, bench::set_count, bench::workload_count);
    bench::report out;
    bench::load(fleet, out);
    bench::register_devices(fleet, out);
    bench::send_heartbeats(fleet, out);
    bench::read_configurations(fleet, out);
    bench::edit_objects(fleet, out);
    bench::reload(fleet, out);
    return out.sane();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App options{"Measures the fleet model. Prints figures; fails only if a result is wrong."};
    std::size_t devices = 100'000;
    std::size_t devices_per_file = 1'000;
    options.add_option("--devices", devices, "how large a fleet")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--devices-per-file", devices_per_file, "how its manifests are kept")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    return run(devices, devices_per_file) ? EXIT_SUCCESS : EXIT_FAILURE;
}
