// What a hop costs: configurations read from a host, and through a second one with the provider "rest-proxy"
// in front of it, from its cache and without one. docs/performance.md says how to read it.
#include "bench/load_client.hpp"
#include "bench/load_row.hpp"
#include "bench/measured_host.hpp"
#include "bench/report.hpp"
#include "bench/sample_fleet.hpp"
#include "bench/served_fleet.hpp"
#include "bench/workplace.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace {

using namespace edgeconf;
namespace fs = std::filesystem;

struct settings {
    std::size_t devices = 1'000;
    std::vector<std::size_t> connections{1, 64};
    double seconds = 5;
    std::size_t runs = 5;
};

std::string listening(const bench::workplace& in, bool tls) {
    std::string text = "device-api:\n  listen: 127.0.0.1:0\n";
    if (tls) {
        text += fmt::format("  tls: {{certificate: {0}/server.crt, private-key: {0}/server.key, client-ca: "
                            "{0}/flotta-ca.crt, admit-dns-names: [project-flotta.io]}}\n",
                            in.path("tls").string());
    }
    return text + "observe:\n  listen: 127.0.0.1:0\nthreads: 1\n";
}

std::string centre(const bench::workplace& in, bool tls) {
    return listening(in, tls) + fmt::format("provider:\n  library: {}\n  options: {{manifests: {}}}\n",
                                            EDGECONF_MEMORY_PROVIDER, in.path("all").string());
}

// Devices reach it without TLS in either case: what is compared is the hop.
std::string site(const bench::workplace& in, const std::string& upstream, bool tls, bool cached) {
    auto text = listening(in, false) + fmt::format("provider:\n  library: {}\n  options:\n    upstreams:\n"
                                                   "      - url: {}://{}/api/flotta-backend/v1\n",
                                                   EDGECONF_PROXY_PROVIDER, tls ? "https" : "http", upstream);
    if (tls) {
        text += fmt::format("        tls: {{ca: {0}/flotta-ca.crt, certificate: {0}/edge-api.crt, key: "
                            "{0}/edge-api.key}}\n",
                            in.path("tls").string());
    }
    return text + (cached ? "    cache: {ttl: 1h}\n" : "    cache: {bytes: 0}\n");
}

void measure(const settings& how, std::size_t connections, bool tls, bench::served_fleet& fleet,
             const bench::workplace& in, bench::report& out) {
    out.section(fmt::format("Configurations over {} connections{}", connections,
                            tls ? ", the hop over mTLS" : ", the hop without TLS"));
    bench::load_row direct;
    bench::load_row cached;
    bench::load_row uncached;
    bench::load_row behind; // the centre, while the proxy asks it
    const bench::duration lasts{how.seconds};
    for (std::size_t i = 0; i < how.runs; ++i) {
        bench::measured_host source{in, "centre", centre(in, tls), tls};
        {
            bench::load_client clients{source.devices(), connections};
            direct.measure(source.process(), clients, {fleet.polls(), 0, lasts});
        }
        for (const bool from_cache : {true, false}) {
            bench::measured_host proxy{in, "site", site(in, source.devices().address, tls, from_cache),
                                       false};
            bench::load_client clients{proxy.devices(), connections};
            std::size_t warmed = 0;
            const auto each_once = [&, next = fleet.polls()](std::size_t c, std::string& request) {
                return warmed++ < fleet.size() && next(c, request);
            };
            out.expect(clients.run({each_once}).refused == 0, "every configuration comes through the proxy");
            auto& row = from_cache ? cached : uncached;
            const auto before = source.process().spent().cpu;
            row.measure(proxy.process(), clients, {fleet.polls(), 0, lasts});
            if (!from_cache) {
                const auto answered = row.rate.back() * how.seconds;
                behind.cpu_us.push_back((source.process().spent().cpu - before).count() * 1e6 / answered);
            }
            proxy.process().stop();
        }
        source.process().stop();
    }
    out.expect(direct.refused + cached.refused + uncached.refused == 0, "every configuration is served");
    direct.print("the centre alone");
    cached.print("through the proxy, from its cache");
    uncached.print("through the proxy, without a cache");
    out.count("  and the centre's CPU for each of those", bench::median(behind.cpu_us), "us");
}

bool run(const settings& how) {
    const bench::workplace in{{}};
    fs::create_directories(in.path("all"));
    bench::write_manifests(how.devices, 1'000, in.path("all"));
    bench::served_fleet fleet{how.devices};
    bench::report out;
    fmt::print("{} devices, medians of {} runs\n", how.devices, how.runs);
    for (const auto each : how.connections)
        for (const bool tls : {false, true}) measure(how, each, tls, fleet, in, out);
    return out.sane();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App options{
        "Measures what the provider rest-proxy costs. Prints figures; fails only if a result is wrong."};
    settings how;
    options.add_option("--devices", how.devices, "how many are asked for")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    options.add_option("--connections", how.connections, "over how many at a time")
        ->delimiter(',')
        ->capture_default_str();
    options.add_option("--seconds", how.seconds, "how long each is measured")->capture_default_str();
    options.add_option("--runs", how.runs, "of which medians are shown")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    return run(how) ? EXIT_SUCCESS : EXIT_FAILURE;
}
