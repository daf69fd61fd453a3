// Measures the host with the provider "file" as devices and operators see it, and, for comparison, with the
// provider "memory", and nginx, where there is one, as it answers a GET with nothing. docs/performance.md
// says how to read it.
#include "bench/load_client.hpp"
#include "bench/load_row.hpp"
#include "bench/measured_host.hpp"
#include "bench/report.hpp"
#include "bench/sample_fleet.hpp"
#include "bench/served_fleet.hpp"
#include "bench/server_process.hpp"
#include "bench/workplace.hpp"
#include "support/temp_folder.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using namespace edgeconf;
namespace fs = std::filesystem;

struct settings {
    std::size_t devices = 100'000;
    std::vector<std::size_t> connections{64, 256};
    double seconds = 5;
    std::size_t runs = 5;
    std::string nginx = "/usr/sbin/nginx";
    fs::path folder{}; // empty: a temporary one
};

enum class manifests { of_the_rest, of_all };

struct wanted {
    bool durable = true;  // the provider file, else memory
    bool batched = false; // durability
    bool tls = false;
    manifests which = manifests::of_the_rest;
    int sync_delay_us = 0;
    std::string_view database = "fleet.db";
};

std::string configuration(const bench::workplace& in, const wanted& how) {
    std::string text = "device-api:\n  listen: 127.0.0.1:0\n";
    if (how.tls) {
        text += "  tls: {certificate: tls/server.crt, private-key: tls/server.key, client-ca: "
                "tls/flotta-ca.crt, admit-dns-names: [project-flotta.io]}\n";
    }
    text += fmt::format("observe:\n  listen: 127.0.0.1:0\nthreads: 2\nprovider:\n  library: {}\n",
                        how.durable ? EDGECONF_FILE_PROVIDER : EDGECONF_MEMORY_PROVIDER);
    text += fmt::format("  deadlines: {{device: 5s, start: 10m}}\n  options:\n    manifests: {}\n"
                        "    approval: automatic\n",
                        in.path(how.which == manifests::of_all ? "all" : "rest").string());
    if (how.durable) {
        text += fmt::format("    database: {}\n    durability: {}\n", in.path(how.database).string(),
                            how.batched ? "batched" : "full");
    }
    return text;
}

bench::measured_host start(const bench::workplace& in, const wanted& how) {
    std::map<std::string, std::string> environment;
    if (how.sync_delay_us != 0) {
        environment = {{"LD_PRELOAD", EDGECONF_SLOW_DISK},
                       {"EDGECONF_SYNC_DELAY_US", std::to_string(how.sync_delay_us)}};
    }
    return {in, "edgeconf", configuration(in, how), how.tls, environment};
}

// The largest size that a file has had, as far as looking every few milliseconds shows.
class largest_size {
public:
    explicit largest_size(fs::path file)
        : file_{std::move(file)}, looking_{[this](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  std::error_code absent;
                  const auto size = fs::file_size(file_, absent);
                  if (!absent) largest_ = std::max<std::uintmax_t>(largest_, size);
                  std::this_thread::sleep_for(std::chrono::milliseconds{20});
              }
          }} {}
    double bytes() const { return static_cast<double>(largest_.load()); }

private:
    fs::path file_;
    std::atomic<std::uintmax_t> largest_{0};
    std::jthread looking_;
};

double megabytes(double bytes) { return bytes / 1e6; }

// ---- the stages ----

void make_fleet(const bench::workplace& in, bench::served_fleet& fleet, bench::report& out) {
    out.section(
        "A new fleet: each device enrols, registers with 20 KB of hardware, polls, sends a heartbeat");
    auto server = start(in, {});
    const largest_size wal{in.path("fleet.db-wal")};
    constexpr std::size_t connections = 64;
    bench::load_client clients{server.devices(), connections};
    const auto before = server.process().spent();
    const auto result = clients.run({fleet.joining(connections)});
    auto spent = server.process().spent();
    spent.cpu -= before.cpu;
    spent.wall = result.wall;
    out.expect(result.answered == 4 * fleet.size() && result.refused == 0, "all of them may join");
    out.time("a device, four requests", spent, fleet.size());
    out.count("commits", server.metric("commit_seconds_count"), "");
    out.count("resident, of each device",
              static_cast<double>(server.process().resident()) / static_cast<double>(fleet.size()), "B");
    out.count("the WAL's largest size", megabytes(wal.bytes()), "MB");
    server.process().stop();
    out.count("the database, of each device",
              static_cast<double>(fs::file_size(in.path("fleet.db"))) / static_cast<double>(fleet.size()),
              "B");
}

void starts(const bench::workplace& in, const wanted& how, std::size_t devices, std::size_t runs,
            std::string_view what, bench::report& out) {
    std::vector<double> cpu;
    std::vector<double> wall;
    std::vector<double> resident;
    for (std::size_t i = 0; i < runs; ++i) {
        auto server = start(in, how);
        cpu.push_back(server.ready().cpu.count());
        wall.push_back(server.ready().wall.count());
        resident.push_back(static_cast<double>(server.resident_when_ready()));
        out.expect(server.metric("devices_known") == static_cast<double>(devices), "all devices are back");
        server.process().stop();
    }
    out.time(what, {bench::duration{bench::median(cpu)}, bench::duration{bench::median(wall)}});
    out.count("  resident when ready, of each device", bench::median(resident) / static_cast<double>(devices),
              "B");
}

void all_starts(const bench::workplace& in, const settings& how, bench::report& out) {
    out.section("From exec to ready");
    starts(in, {}, how.devices, how.runs, "devices in the database", out);
    fs::copy_file(in.path("fleet.db"), in.path("both.db"), fs::copy_options::overwrite_existing);
    starts(in, {.which = manifests::of_all, .database = "both.db"}, how.devices, 1,
           "all in the manifests, too, for the first time", out);
    starts(in, {.which = manifests::of_all, .database = "both.db"}, how.devices, how.runs,
           "and again, the manifests unchanged", out);
    starts(in, {.durable = false, .which = manifests::of_all}, how.devices, 1, "memory, all in the manifests",
           out);
}

// nginx as it would be configured for nothing else.
class nginx_server {
public:
    nginx_server(const bench::workplace& in, const std::string& program, bool tls, std::uint16_t port)
        : at_{in.at("127.0.0.1:" + std::to_string(port), tls)}, process_{
                                                                    {program, "-p", in.path(""), "-c",
                                                                     in.write("nginx.conf", text(tls, port))},
                                                                    in.path("nginx.log")} {
        for (int i = 0; i < 200; ++i) {
            try {
                const test::client attempt{{at_.address, {}, {}, {}}};
                return;
            } catch (const std::runtime_error&) {
                std::this_thread::sleep_for(std::chrono::milliseconds{10});
            }
        }
        throw std::runtime_error{"nginx does not listen:\n" + test::read_file(in.path("nginx.log"))};
    }
    const test::target& at() const { return at_; }
    bench::server_process& process() { return process_; }

private:
    static std::string text(bool tls, std::uint16_t port) {
        return fmt::format("daemon off; master_process off; error_log stderr; pid nginx.pid;\n"
                           "events {{ worker_connections 1024; }}\n"
                           "http {{ access_log off; keepalive_requests 1000000000; server {{\n"
                           "listen 127.0.0.1:{}{};\n{}"
                           "location / {{ return 200; }} }} }}\n",
                           port, tls ? " ssl" : "",
                           tls ? "ssl_certificate tls/server.crt; ssl_certificate_key tls/server.key;\n"
                                 "ssl_client_certificate tls/flotta-ca.crt; ssl_verify_client on;\n"
                                 "ssl_protocols TLSv1.3;\n"
                               : "");
    }

    test::target at_;
    bench::server_process process_;
};

// Every server once in each run, so that whatever else the machine does hits them alike.
void heartbeats(const bench::workplace& in, const settings& how, bench::served_fleet& fleet,
                std::size_t connections, bool tls, int sync_delay_us, bench::report& out) {
    out.section(
        fmt::format("Heartbeats over {} connections{}{}", connections, tls ? ", TLS" : "",
                    sync_delay_us == 0 ? "" : fmt::format(", each sync {} ms longer", sync_delay_us / 1000)));
    struct contender {
        std::string_view name;
        wanted how;
        bench::load_row same{};
        bench::load_row news{};
        bench::load_row steady{};
    };
    std::vector<contender> all{
        {"file, full", {.durable = true, .batched = false, .tls = tls, .sync_delay_us = sync_delay_us}},
        {"file, batched", {.durable = true, .batched = true, .tls = tls, .sync_delay_us = sync_delay_us}}};
    if (sync_delay_us == 0) {
        all.push_back({"memory", {.durable = false, .tls = tls, .which = manifests::of_all}});
    }
    bench::load_row nothing;
    const bool with_nginx = sync_delay_us == 0 && fs::exists(how.nginx);
    double wal_size = 0;
    for (std::size_t i = 0; i < how.runs; ++i) {
        for (auto& each : all) {
            auto server = start(in, each.how);
            const largest_size wal{in.path("fleet.db-wal")};
            bench::load_client clients{server.devices(), connections};
            const auto commits = [&] { return server.metric("commit_seconds_count"); };
            out.expect(clients.run({fleet.all_once()}).refused == 0, "every heartbeat is taken");
            if (i == 0 && !tls) {
                out.count(fmt::format("{}: resident after one of each device", each.name),
                          static_cast<double>(server.process().resident()) /
                              static_cast<double>(fleet.size()),
                          "B");
            }
            const bench::duration lasts{how.seconds};
            each.same.measure(server.process(), clients, {fleet.same_again(), 0, lasts}, commits);
            each.news.measure(server.process(), clients, {fleet.something_new(), 0, lasts}, commits);
            const auto minutely = static_cast<double>(fleet.size()) / 60;
            each.steady.measure(server.process(), clients, {fleet.same_again(), minutely, lasts}, commits);
            wal_size = std::max(wal_size, wal.bytes());
            server.process().stop();
        }
        if (with_nginx) {
            nginx_server server{in, how.nginx, tls, 18'080};
            bench::load_client clients{server.at(), connections};
            const auto get = [](std::size_t, std::string& request) {
                request = test::go_request("GET", "/");
                return true;
            };
            nothing.measure(server.process(), clients, {get, 0, bench::duration{how.seconds}});
            server.process().stop();
        }
    }
    for (const auto& each : all) {
        out.expect(each.same.refused + each.news.refused + each.steady.refused == 0,
                   "every heartbeat is taken");
        each.same.print(fmt::format("{}: nothing new", each.name), "commits");
        each.news.print(fmt::format("{}: another phase", each.name), "commits");
        each.steady.print(fmt::format("{}: nothing new, one a minute from each", each.name), "commits");
    }
    if (with_nginx) nothing.print("nginx: GET, return 200");
    out.count("the WAL's largest size", megabytes(wal_size), "MB");
}

bool run(const settings& how) {
    const bench::workplace in{how.folder};
    fs::create_directories(in.path("rest"));
    fs::create_directories(in.path("all"));
    bench::write_manifests(0, 1, in.path("rest"));
    bench::write_manifests(how.devices, 1'000, in.path("all"));
    bench::served_fleet fleet{how.devices};
    bench::report out;
    fmt::print("{} devices, medians of {} runs\n", how.devices, how.runs);
    if (!fs::exists(in.path("fleet.db"))) make_fleet(in, fleet, out);
    all_starts(in, how, out);
    for (const auto each : how.connections) heartbeats(in, how, fleet, each, false, 0, out);
    heartbeats(in, how, fleet, how.connections.back(), false, 5'000, out);
    heartbeats(in, how, fleet, how.connections.front(), true, 0, out);
    out.section("On disk, in the end");
    out.count("the database, of each device",
              static_cast<double>(fs::file_size(in.path("fleet.db"))) / static_cast<double>(fleet.size()),
              "B");
    return out.sane();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App options{
        "Measures the host with the provider file. Prints figures; fails only if a result is wrong."};
    settings how;
    options.add_option("--devices", how.devices, "how large a fleet")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--connections", how.connections, "from how many at a time heartbeats come")
        ->delimiter(',')
        ->capture_default_str();
    options.add_option("--seconds", how.seconds, "how long each of them is measured")->capture_default_str();
    options.add_option("--runs", how.runs, "of which medians are shown")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--nginx", how.nginx, "to compare with")->capture_default_str();
    options.add_option("--folder", how.folder, "keeps everything, and goes on with a database that is there");
    CLI11_PARSE(options, argc, argv);
    return run(how) ? EXIT_SUCCESS : EXIT_FAILURE;
}
