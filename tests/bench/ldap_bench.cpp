// Measures the host with the provider "ldap" before a slapd on the same machine: starts, memory, how soon an
// administrator's change reaches a configuration, devices that join, heartbeats, and polls while the
// directory is away. docs/performance.md says how to read it.
#include "bench/directory_fleet.hpp"
#include "bench/load_client.hpp"
#include "bench/load_row.hpp"
#include "bench/measured_host.hpp"
#include "bench/report.hpp"
#include "bench/sample_fleet.hpp"
#include "bench/served_fleet.hpp"
#include "bench/workplace.hpp"
#include "ldap/slapd.hpp"
#include "support/edge_api_client.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string_view>
#include <vector>

namespace {

using namespace edgeconf;
namespace fs = std::filesystem;

struct settings {
    std::size_t devices = 10'000;
    std::size_t joining = 1'000;
    std::size_t connections = 64;
    double seconds = 5;
    std::size_t runs = 3;
};

struct wanted {
    std::string_view follow = "sync";
    std::string_view heartbeats = "memory";
    std::string_view more{}; // further options, as YAML in lines
};

std::string configuration(const test::slapd& directory, const wanted& how) {
    return fmt::format("device-api:\n  listen: 127.0.0.1:0\n"
                       "observe:\n  listen: 127.0.0.1:0\nthreads: 2\nprovider:\n  library: {}\n"
                       "  deadlines: {{device: 60s, start: 10m}}\n  options:\n    urls: {}\n    base: {}\n"
                       "    bind: {{method: simple, dn: \"{}\", password-file: {}}}\n"
                       "    follow: {{by: {}}}\n    heartbeats: {}\n{}",
                       EDGECONF_LDAP_PROVIDER, directory.url(), directory.base(), directory.host_dn(),
                       directory.password_file().string(), how.follow, how.heartbeats, how.more);
}

bench::measured_host start(const bench::workplace& in, const test::slapd& directory, const wanted& how) {
    return {in, "edgeconf", configuration(directory, how), false};
}

// CPU time of all of slapd's threads.
bench::duration spent_by(const test::slapd& directory) {
    clockid_t id{};
    std::timespec cpu{};
    if (clock_getcpuclockid(directory.id(), &id) != 0 || clock_gettime(id, &cpu) != 0)
        throw std::runtime_error{"no CPU time of a slapd that is gone"};
    return std::chrono::seconds{cpu.tv_sec} + std::chrono::nanoseconds{cpu.tv_nsec};
}

// On the disk: the files have holes.
std::size_t bytes_below(const fs::path& folder) {
    std::size_t bytes = 0;
    for (const auto& each : fs::directory_iterator{folder}) {
        struct stat about {};
        if (stat(each.path().c_str(), &about) == 0) bytes += static_cast<std::size_t>(about.st_blocks) * 512;
    }
    return bytes;
}

// How often hosts have written devices, all together.
double modifications(const test::slapd& directory) {
    std::istringstream lines{
        directory.try_search({"-E", "pr=1000/noprompt", "(edgeRevision=*)", "edgeRevision"}, directory.host())
            .output};
    double made = 0;
    constexpr std::string_view name = "edgeRevision: ";
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) made += std::strtod(line.c_str() + name.size(), nullptr);
    }
    return made;
}

// ---- the stages ----

void fill(const bench::workplace& in, test::slapd& directory, const fs::path& data, std::size_t devices,
          bench::report& out) {
    out.section("A directory, filled by slapadd");
    bench::write_directory(devices, directory.base(), in.path("fleet.ldif"));
    directory.stop();
    const bench::stopwatch watch;
    directory.load(in.path("fleet.ldif"));
    const auto entries = static_cast<double>(devices);
    out.count("devices", entries, "");
    out.count("  as LDIF, each", static_cast<double>(fs::file_size(in.path("fleet.ldif"))) / entries, "B");
    out.count("  in slapd's database, each", static_cast<double>(bytes_below(data)) / entries, "B");
    out.count("  slapadd took", watch.elapsed().wall.count(), "s");
    directory.start();
}

void starts(const bench::workplace& in, const test::slapd& directory, const settings& how,
            std::string_view follow, bench::report& out) {
    std::vector<double> cpu;
    std::vector<double> wall;
    std::vector<double> resident;
    std::vector<double> beside;
    for (std::size_t i = 0; i < how.runs; ++i) {
        const auto before = spent_by(directory);
        auto server = start(in, directory, {.follow = follow});
        cpu.push_back(server.ready().cpu.count());
        wall.push_back(server.ready().wall.count());
        beside.push_back((spent_by(directory) - before).count());
        resident.push_back(static_cast<double>(server.resident_when_ready()));
        out.expect(server.metric("devices_known") == static_cast<double>(how.devices),
                   "all devices are there");
        server.process().stop();
    }
    out.time(fmt::format("{}: from exec to ready", follow),
             {bench::duration{bench::median(cpu)}, bench::duration{bench::median(wall)}});
    out.count("  slapd's CPU meanwhile", 1e3 * bench::median(beside), "ms");
    out.count("  resident when ready, of each device",
              bench::median(resident) / static_cast<double>(how.devices), "B");
}

std::string configuration_of(test::edge_api_client& device, std::size_t index) {
    return device.get_configuration(std::string{bench::fleet_namespace}, bench::device_id(index)).body;
}

std::string exchanged_line(const test::slapd& directory, std::size_t before, std::size_t now) {
    return fmt::format("dn: edgeDeviceId={},ou=devices,{}\nchangetype: modify\n"
                       "delete: edgeLabel\nedgeLabel: line={}\n-\nadd: edgeLabel\nedgeLabel: line={}\n",
                       bench::device_id(0), directory.base(), bench::line_name(before),
                       bench::line_name(now));
}

std::string another_config_map(const test::slapd& directory, std::string_view level) {
    return fmt::format(
        "dn: {}\nchangetype: modify\nreplace: edgeData\nedgeData: {{\"data\":{{\"LOG_LEVEL\":\"{}\"}}}}\n",
        bench::object_dn("ConfigMap", std::string{bench::workload_of_all}, directory.base()), level);
}

// Until the first device's configuration is another one, counted from ldapmodify's end.
void changes(const bench::workplace& in, const test::slapd& directory, const settings& how,
             std::string_view follow, bench::report& out) {
    auto server = start(in, directory, {.follow = follow});
    test::edge_api_client device{server.devices()};
    const auto wait = [&](const std::string& ldif) {
        const auto before = configuration_of(device, 0);
        out.expect(!before.empty(), "the device has a configuration");
        directory.modify(ldif);
        const bench::stopwatch watch;
        while (configuration_of(device, 0) == before && watch.elapsed().wall.count() < 60) {
        }
        const auto took = watch.elapsed().wall.count();
        out.expect(took < 60, "a change arrives");
        return took;
    };
    std::vector<double> label;
    std::vector<double> object;
    for (std::size_t i = 0; i < how.runs; ++i) {
        label.push_back(wait(exchanged_line(directory, 0, 1)));
        label.push_back(wait(exchanged_line(directory, 1, 0)));
        object.push_back(wait(another_config_map(directory, fmt::format("{}-{}", follow, i))));
    }
    server.process().stop();
    out.count(fmt::format("{}: a device's label", follow), 1e3 * bench::median(label), "ms");
    out.count(fmt::format("{}: a ConfigMap of every device", follow), 1e3 * bench::median(object), "ms");
}

void joining(const bench::workplace& in, const settings& how, bool fast, bench::report& out) {
    const test::slapd directory{{.fast = fast}};
    auto server = start(in, directory, {.more = "    approval: automatic\n"});
    bench::served_fleet fleet{how.joining};
    bench::load_client clients{server.devices(), how.connections};
    const auto host_before = server.process().spent().cpu;
    const auto slapd_before = spent_by(directory);
    const auto result = clients.run({fleet.joining(how.connections)});
    const auto host = server.process().spent().cpu - host_before;
    const auto slapd = spent_by(directory) - slapd_before;
    out.expect(result.answered == 4 * how.joining && result.refused == 0, "all of them may join");
    out.time(fmt::format("a device, {}", fast ? "nothing forced to the disk" : "as slapd comes"),
             {host, result.wall}, how.joining);
    out.count("  slapd's CPU meanwhile", 1e6 * slapd.count() / static_cast<double>(how.joining), "µs");
    out.count("  devices a second", static_cast<double>(how.joining) / result.wall.count(), "");
    out.count("  modifications of each device", modifications(directory) / static_cast<double>(how.joining),
              "");
    server.process().stop();
}

void heartbeats(const bench::workplace& in, const test::slapd& directory, const settings& how,
                std::string_view kind, bench::report& out) {
    bench::load_row same;
    bench::load_row news;
    std::vector<double> written;
    std::vector<double> slapd;
    bench::served_fleet fleet{how.devices};
    for (std::size_t i = 0; i < how.runs; ++i) {
        auto server = start(in, directory, {.heartbeats = kind});
        bench::load_client clients{server.devices(), how.connections};
        const bench::duration lasts{how.seconds};
        const auto before = modifications(directory);
        const auto cpu_before = spent_by(directory);
        const bench::stopwatch watch;
        news.measure(server.process(), clients, {fleet.something_new(), 0, lasts});
        server.process().stop(); // what is on its way is written
        const auto wall = watch.elapsed().wall;
        slapd.push_back((spent_by(directory) - cpu_before) / wall);
        written.push_back((modifications(directory) - before) / wall.count());
        auto again = start(in, directory, {.heartbeats = kind});
        bench::load_client more{again.devices(), how.connections};
        out.expect(more.run({fleet.all_once()}).refused == 0, "every heartbeat is taken");
        same.measure(again.process(), more, {fleet.same_again(), 0, lasts});
        again.process().stop();
    }
    out.expect(same.refused + news.refused == 0, "every heartbeat is taken");
    same.print(fmt::format("{}: nothing new", kind));
    news.print(fmt::format("{}: another phase", kind));
    out.count("  modifications a second", bench::median(written), "");
    out.count("  slapd meanwhile, of one core", 100 * bench::median(slapd), "%");
}

void polls(const bench::workplace& in, test::slapd& directory, const settings& how, bench::report& out) {
    auto server = start(in, directory, {});
    bench::served_fleet fleet{how.devices};
    bench::load_client clients{server.devices(), how.connections};
    const bench::duration lasts{how.seconds};
    bench::load_row present;
    bench::load_row away;
    for (std::size_t i = 0; i < how.runs; ++i)
        present.measure(server.process(), clients, {fleet.polls(), 0, lasts});
    directory.stop();
    for (std::size_t i = 0; i < how.runs; ++i)
        away.measure(server.process(), clients, {fleet.polls(), 0, lasts});
    directory.start();
    out.expect(present.refused + away.refused == 0, "every device has its configuration");
    present.print("configurations, the directory is there");
    away.print("configurations, the directory is stopped");
    server.process().stop();
}

bool run(const settings& how) {
    const bench::workplace in{{}};
    fs::create_directories(in.path("data"));
    test::slapd directory{{.fast = true, .data_folder = in.path("data"), .data_bytes = 8ULL << 30U}};
    bench::report out;
    fmt::print("{} devices, medians of {} runs, {} connections\n", how.devices, how.runs, how.connections);
    fill(in, directory, in.path("data"), how.devices, out);
    out.section("From exec to ready");
    for (const auto* follow : {"sync", "poll"}) starts(in, directory, how, follow, out);
    out.section("Until a change by ldapmodify is in a configuration");
    for (const auto* follow : {"sync", "poll"}) changes(in, directory, how, follow, out);
    out.section("Configurations");
    polls(in, directory, how, out);
    out.section("Heartbeats; nothing is forced to slapd's disk");
    for (const auto* kind : {"ignore", "memory", "write"}) heartbeats(in, directory, how, kind, out);
    out.section("New devices: each enrols, registers with 20 KB of hardware, polls, sends a heartbeat");
    for (const bool fast : {true, false}) joining(in, how, fast, out);
    return out.sane();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App options{
        "Measures the host with the provider ldap. Prints figures; fails only if a result is wrong."};
    settings how;
    options.add_option("--devices", how.devices, "how large a fleet is in the directory")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--joining", how.joining, "how many devices join an empty one")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--connections", how.connections, "from how many at a time devices call")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--seconds", how.seconds, "how long each load is measured")->capture_default_str();
    options.add_option("--runs", how.runs, "of which medians are shown")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    return run(how) ? EXIT_SUCCESS : EXIT_FAILURE;
}
