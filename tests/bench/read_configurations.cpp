#include "bench/benchmarks.hpp"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <latch>
#include <numeric>
#include <thread>

namespace edgeconf::bench {

namespace {

// What provider::get_configuration does before it hands the pieces to the host; the message's bytes.
std::size_t collect(const fleet::device_table& table, std::string_view id) {
    const auto devices = table.read();
    const auto* entry = devices.find(id);
    if (entry == nullptr || entry->id != id || !entry->configuration) return 0;
    boost::container::small_vector<std::string_view, 48> parts{R"({"device_id":")",
                                                               entry->id,
                                                               R"(","version":")",
                                                               {entry->version.data(), entry->version.size()},
                                                               R"(","configuration":)"};
    const auto& pieces = entry->configuration->pieces;
    parts.insert(parts.end(), pieces.begin(), pieces.end());
    return std::accumulate(parts.begin(), parts.end(), std::size_t{0},
                           [](std::size_t sum, std::string_view each) { return sum + each.size(); });
}

struct reads {
    std::size_t made = 0;
    std::size_t bytes = 0;
    bool all_there = true;
    time_spent spent = {};
};

reads read_all(const fleet_under_load& fleet, const std::vector<std::size_t>& order, std::size_t first) {
    constexpr std::size_t rounds = 20;
    reads done;
    const stopwatch watch;
    for (; done.made < rounds * order.size(); ++done.made) {
        const auto size = collect(fleet.table(), fleet.ids[order[(first + done.made) % order.size()]]);
        done.bytes += size;
        done.all_there = done.all_there && size != 0;
    }
    done.spent = watch.elapsed();
    return done;
}

void measure(const fleet_under_load& fleet, std::size_t threads, report& out) {
    const auto order = shuffled_devices(fleet.ids.size());
    std::vector<reads> done(threads);
    std::latch start{static_cast<std::ptrdiff_t>(threads)};
    std::vector<std::jthread> readers;
    for (std::size_t i = 0; i < threads; ++i) {
        readers.emplace_back([&, i] {
            start.arrive_and_wait();
            done[i] = read_all(fleet, order, i * order.size() / threads);
        });
    }
    readers.clear(); // joins them
    for (std::size_t i = 0; i < threads; ++i) {
        out.time(fmt::format("one read, on thread {} of {}", i + 1, threads), done[i].spent, done[i].made);
        out.expect(done[i].all_there, "every configuration was read");
    }
    if (threads != 1) return;
    out.count("the message", static_cast<double>(done.front().bytes / done.front().made), "B");
}

} // namespace

void read_configurations(const fleet_under_load& fleet, report& out) {
    out.section("Reads of a configuration");
    measure(fleet, 1, out);
    measure(fleet, 2, out);
}

} // namespace edgeconf::bench
