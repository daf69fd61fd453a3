// Measures the database of the provider "file" with a fleet as large as asked for. What it writes is synced,
// so the clock tells of the disk and CPU time of the work.
#include "bench/report.hpp"
#include "bench/sample_fleet.hpp"
#include "file/connection.hpp"
#include "file/database.hpp"
#include "support/temp_folder.hpp"

#include <CLI/CLI.hpp>
#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace edgeconf;
using fleet::aspect;
using device_list = std::vector<std::unique_ptr<fleet::device_record>>;

constexpr std::size_t devices_a_commit = 200; // what comes while the disk writes the commit before
constexpr int commits = 500;
constexpr fleet::unix_seconds start = 1'700'000'000;

// As packed hardware is to a database: 1.1 KB that nothing makes smaller.
fleet::compact_hardware noise(std::mt19937_64& random) {
    std::string bytes(1'100, '\0');
    for (auto& each : bytes) each = static_cast<char>(random());
    return fleet::compact_hardware{bytes};
}

device_list make_devices(std::size_t count) {
    std::mt19937_64 random{1};
    device_list devices;
    for (std::size_t i = 0; i < count; ++i) {
        auto device = std::make_unique<fleet::device_record>();
        device->number = static_cast<std::uint32_t>(i);
        device->id = bench::device_id(i);
        device->ns = bench::fleet_namespace;
        device->state = fleet::device_state::known;
        device->given_labels = {{"flotta/member-of", bench::set_name(bench::set_of(i))},
                                {"line", bench::line_name(bench::line_of(i))}};
        device->reported_labels = {{"device.hostname", "edge-" + std::to_string(i)},
                                   {"device.cpu-model", "arm"}};
        device->status.phase = "up";
        device->status.version = std::string(32, 'a');
        device->status.registered = start;
        for (const auto* name : {"agent", "collector", "filler", "gateway", "probe"}) {
            device->status.workloads.push_back(
                {fleet::shared_text{name}, fleet::shared_text{"Running"}, start, {}});
        }
        device->hardware.known = noise(random);
        device->unsaved = aspect::all;
        devices.push_back(std::move(device));
    }
    return devices;
}

struct counting_visitor final : fleet::store_visitor {
    std::size_t devices = 0;
    fleet::unix_seconds last_heard = 0;

    void manifests(const fleet::manifest_file&) override {}
    void object(const fleet::stored_object&) override {}
    void device(const fleet::stored_device& device) override {
        ++devices;
        last_heard = std::max(last_heard, device.heard);
    }
    void happened(const fleet::event&) override {}
};

void first_save(fleet::store& store, const device_list& devices, bench::report& out) {
    out.section("all devices, saved for the first time");
    const bench::stopwatch watch;
    fleet::unsaved_changes changes;
    for (const auto& each : devices) changes.devices.push_back({each.get()});
    store.save(changes);
    out.time("save() of all", watch.elapsed());
    out.time("  a device", watch.elapsed(), devices.size());
    const bench::stopwatch tending;
    store.tend();
    out.time("tend() after it: the checkpoint", tending.elapsed());
}

// `change` puts what is to be saved of one device into the changes.
template <class Change>
void steady(fleet::store& store, const device_list& devices, const char* what, bench::report& out,
            Change&& change) {
    bench::time_spent saving;
    bench::time_spent tending;
    bench::time_spent longest;
    std::size_t next = 0;
    for (int i = 0; i < commits; ++i) {
        fleet::unsaved_changes changes;
        for (std::size_t j = 0; j < std::min(devices_a_commit, devices.size()); ++j) {
            next = (next + 7'919) % devices.size(); // neighbours are not heard one after the other
            change(*devices[next], start + i, changes);
        }
        const bench::stopwatch watch;
        store.save(changes);
        saving += watch.elapsed();
        const bench::stopwatch tend_watch;
        store.tend();
        const auto took = tend_watch.elapsed();
        tending += took;
        if (took.cpu > longest.cpu) longest = took;
    }
    out.section(what);
    out.time("save()", saving, commits);
    out.time("tend() after each", tending, commits);
    out.time("the longest tend()", longest);
}

void read_back(const file::database_options& options, std::size_t devices, fleet::unix_seconds last_heard,
               bench::report& out) {
    out.section("a start");
    {
        auto connection = file::open_for_reading(options.file, nullptr);
        const bench::stopwatch quick;
        out.expect(connection.execAndGet("PRAGMA quick_check(1)").getString() == "ok",
                   "the database is sound");
        out.time("quick_check, which would do without indexes", quick.elapsed());
        const bench::stopwatch watch;
        out.expect(!file::find_damage(connection), "its indexes are, too");
        out.time("find_damage()", watch.elapsed());
    }
    file::database store{options};
    const bench::stopwatch opening;
    store.open();
    out.time("open()", opening.elapsed());
    counting_visitor found;
    const bench::stopwatch loading;
    store.load(found);
    out.time("load()", loading.elapsed());
    out.expect(found.devices == devices, "all devices come back");
    out.expect(found.last_heard == last_heard, "and when they were heard");
    const bench::stopwatch recovering;
    store.recover();
    out.time("recover()", recovering.elapsed());
}

bool run(std::size_t count) {
    const test::temp_folder folder;
    const file::database_options options{folder.path() / "fleet.db"};
    const auto devices = make_devices(count);
    bench::report out;
    fmt::print("{} devices, {} of them in each commit\n", count, devices_a_commit);
    {
        file::database store{options};
        store.open();
        first_save(store, devices, out);
        out.count("on disk, with the WAL", static_cast<double>(store.size()), "B");
        steady(store, devices, "devices that were heard", out, [](auto& device, auto at, auto& changes) {
            changes.heard.push_back({device.number, at});
        });
        steady(store, devices, "devices whose status changed", out, [](auto& device, auto at, auto& changes) {
            device.unsaved = aspect::status;
            device.status.workloads[0].since = at;
            changes.devices.push_back({&device});
        });
        out.count("on disk, with the WAL", static_cast<double>(store.size()), "B");
    }
    read_back(options, count, start + commits - 1, out);
    return out.sane();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App options{
        "Measures the database of the provider file. Prints figures; fails only if a result is wrong."};
    std::size_t devices = 100'000;
    options.add_option("--devices", devices, "how large a fleet")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    return run(devices) ? EXIT_SUCCESS : EXIT_FAILURE;
}
