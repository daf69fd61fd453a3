#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"

#include "fleet/wire_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace edgeconf::bench {

namespace {

using body_maker = std::function<std::string(std::size_t device, std::string_view version)>;

constexpr std::size_t batch = 64; // as many as may wait for the writer at a time

void measure(fleet_under_load& fleet, std::string_view what, const body_maker& make_body, report& out) {
    const auto order = shuffled_devices(fleet.ids.size());
    time_spent reading;
    time_spent putting;
    std::size_t bytes = 0;
    std::size_t answered = 0;
    for (std::size_t first = 0; first < order.size(); first += batch) {
        const auto last = std::min(order.size(), first + batch);
        std::vector<std::string> texts;
        for (auto i = first; i < last; ++i) {
            const auto& version = fleet.table().find(fleet.ids[order[i]])->version;
            texts.push_back(make_body(order[i], {version.data(), version.size()}));
            bytes += texts.back().size();
        }
        std::vector<fleet::heartbeat> beats;
        const stopwatch read_watch;
        for (const auto& each : texts) beats.push_back(*fleet::read_heartbeat(each));
        std::vector<fleet::heartbeat_digest> digests;
        for (const auto& each : texts) digests.push_back(fleet::digest_of(each));
        reading += read_watch.elapsed();
        const stopwatch put_watch;
        for (auto i = first; i < last; ++i) {
            const auto result =
                fleet.model.put_heartbeat(fleet.ids[order[i]], beats[i - first], digests[i - first]);
            answered += result == fleet::outcome::ok ? 1 : 0;
        }
        putting += put_watch.elapsed();
    }
    out.count(fmt::format("body, {}", what), static_cast<double>(bytes / order.size()), "B");
    out.time("  digest_of and read_heartbeat", reading, order.size());
    out.time("  put_heartbeat", putting, order.size());
    out.expect(answered == order.size(), "every device may send heartbeats");
}

body_maker with_phase(std::string_view phase) {
    return [phase](std::size_t device, std::string_view version) {
        return heartbeat_body(device, version, phase);
    };
}

} // namespace

void send_heartbeats(fleet_under_load& fleet, report& out) {
    out.section("Heartbeats");
    const auto kept_phase = [&] {
        return fleet.model.describe(fleet.ids.front())->status.workload("set-00-db")->phase.get();
    };
    measure(fleet, "the first", with_phase("Running"), out);
    out.memory("heartbeats", fleet.ids.size());
    measure(fleet, "nothing new", with_phase("Running"), out);
    out.expect(kept_phase() == "Running", "what a device says of its workloads is kept");
    measure(fleet, "a workload's phase changed", with_phase("Exited"), out);
    out.expect(kept_phase() == "Exited", "a changed phase is kept");
    measure(fleet, "with all the hardware, nothing new", full_heartbeat_body, out);
}

} // namespace edgeconf::bench
