#include "bench/load_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace edgeconf::bench {

double median(std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of.empty() ? 0 : of[of.size() / 2];
}

void load_row::measure(server_process& server, load_client& clients, const load& what,
                       const std::function<double()>& count) {
    const auto count_before = count();
    const auto before = server.spent().cpu;
    const auto result = clients.run(what);
    const auto cpu = server.spent().cpu - before;
    const auto answered = static_cast<double>(result.answered);
    rate.push_back(answered / result.wall.count());
    cpu_us.push_back(cpu.count() * 1e6 / answered);
    p50.push_back(result.percentile(0.5));
    p99.push_back(result.percentile(0.99));
    counted.push_back((count() - count_before) / result.wall.count());
    refused += result.refused;
}

void load_row::print(std::string_view what, std::string_view counts) const {
    fmt::print("  {:<44} {:>8.0f}/s {:>7.1f} µs CPU   p50 {:>6.2f} ms   p99 {:>6.2f} ms", what, median(rate),
               median(cpu_us), median(p50), median(p99));
    if (!counts.empty()) fmt::print(" {:>6.0f} {}/s", median(counted), counts);
    fmt::print("\n");
    std::fflush(stdout);
}

} // namespace edgeconf::bench
