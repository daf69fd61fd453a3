#include "check/groups/groups.hpp"

#include "check/instance.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view threads_section = "docs/provider-abi.md, \"Threads\"";

// Those given with --device, or some that the provider takes at once, and as many that are not known.
std::vector<std::string> several_devices(trial& in, instance& of) {
    constexpr std::size_t of_a_kind = 4;
    std::vector<std::string> ids{in.about().devices.begin(),
                                 in.about().devices.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                  in.about().devices.size(), of_a_kind))};
    for (std::size_t i = 0; i < of_a_kind && in.about().devices.empty(); ++i)
        if (auto known = find_known_device(in, of)) ids.push_back(*std::move(known));
    for (std::size_t i = 0; i < of_a_kind; ++i) ids.push_back(unknown_device(in));
    return ids;
}

// What is answered alike twice, one by one: the rest is judged elsewhere.
std::vector<reading> steady_readings(instance& of, const std::vector<std::string>& devices) {
    auto first = read_all(of, devices);
    const auto second = read_all(of, devices);
    std::vector<reading> steady;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto& a = first[i].given;
        const auto& b = second[i].given;
        if (!says_nothing(a) && a.status == b.status && a.body == b.body && a.revision == b.revision)
            steady.push_back(std::move(first[i]));
    }
    return steady;
}

// `readings` over and over, in any order, with at most `at_once` open, and `others` in between: each is
// answered as it was alone.
void read_in_parallel(trial& in, instance& one, const std::vector<reading>& readings,
                      const std::vector<device_request>& others, std::size_t at_once, std::string_view when) {
    constexpr std::size_t rounds = 25;
    for (std::size_t i = 0; i < rounds && !in.has_failed(); ++i) {
        std::vector<std::pair<ecp_op, const reading*>> open; // nothing: one of the others
        for (std::size_t n = 0; n < at_once; ++n) {
            const auto which = in.below(readings.size() + others.size());
            const auto* r = which < readings.size() ? &readings[which] : nullptr;
            open.emplace_back(one.begin(r != nullptr ? r->request : others[which - readings.size()]), r);
        }
        for (const auto& [op, r] : open) {
            const auto given = one.wait(op);
            if (r != nullptr) compare(in, *r, given, when, compared::body_and_revision);
        }
    }
}

std::size_t allowed_at_once(const instance& one) {
    return std::clamp<std::size_t>(one.table().max_concurrency, 1, 8);
}

void need_more_than_one(trial& in, const instance& one) {
    if (allowed_at_once(one) == 1) in.skip("it is called once at a time (max_concurrency)");
}

void parallel(trial& in) {
    instance one{in};
    need_more_than_one(in, one);
    one.run();
    const auto devices = several_devices(in, one);
    const auto readings = steady_readings(one, devices);
    if (readings.empty()) in.skip("nothing that it answers to a read stays the same");
    // Of other devices than those that are read.
    std::vector<device_request> others;
    for (const auto& id : {unknown_device(in), made_up_device(in), made_up_device(in)})
        for (auto& r : one_of_each(id))
            if (one.has(r.op)) others.push_back(std::move(r));
    read_in_parallel(in, one, readings, others, allowed_at_once(one),
                     fmt::format("with {} calls at once, of several devices", allowed_at_once(one)));
}

void one_device(trial& in) {
    instance one{in};
    need_more_than_one(in, one);
    one.run();
    if (const auto id = find_known_device(in, one)) {
        const auto readings = steady_readings(one, {*id});
        std::vector<device_request> writes;
        for (auto& r : one_of_each(*id))
            if (one.has(r.op) && (r.op == operation::put_heartbeat || r.op == operation::enrol))
                writes.push_back(std::move(r));
        if (!readings.empty() && !writes.empty())
            read_in_parallel(in, one, readings, writes, allowed_at_once(one),
                             fmt::format("with {} calls at once, of the same device", allowed_at_once(one)));
    }
    if (!one.has(operation::enrol)) return;
    constexpr int newcomers = 10;
    for (int i = 0; i < newcomers && !in.has_failed(); ++i) {
        device_request r;
        r.op = operation::enrol;
        r.device_id = made_up_device(in);
        r.body = enrolment_body();
        std::vector<ecp_op> open;
        for (std::size_t n = 0; n < allowed_at_once(one); ++n) open.push_back(one.begin(r));
        for (const auto op : open)
            if (const auto given = one.wait(op); given.status == ECP_EXISTS)
                in.fail("enrol of {}, {} times at once, is answered EXISTS: its own id is no case twin",
                        r.device_id, open.size());
    }
}

// How many calls like these the provider lets in within a quarter of patience; no more than a host leaves
// open.
std::size_t calls_in_time(trial& in, instance& one, const std::vector<device_request>& kinds) {
    one.wait_until_returned();
    one.take_call_times();
    for (const auto& r : kinds) one.call(r);
    one.wait_until_returned();
    const auto times = one.take_call_times();
    const auto each = std::accumulate(times.begin(), times.end(), std::chrono::nanoseconds{1}) / times.size();
    const auto in_time = in.about().patience / 4 / each * static_cast<double>(allowed_at_once(one));
    return static_cast<std::size_t>(std::clamp(in_time, 50.0, 1000.0));
}

void above(trial& in) {
    constexpr int rounds = 2;
    instance one{in};
    one.run();
    std::vector<device_request> kinds;
    for (const auto& id : several_devices(in, one))
        for (auto& r : one_of_each(id))
            if (one.has(r.op)) kinds.push_back(std::move(r));
    if (kinds.empty()) in.skip("it has no call at all");
    const auto many = calls_in_time(in, one, kinds);
    for (int i = 0; i < rounds; ++i) {
        std::vector<ecp_op> open;
        for (std::size_t n = 0; n < many; ++n) open.push_back(one.begin(kinds[in.below(kinds.size())]));
        // Nothing more is due than an end of each, one after the other.
        for (const auto op : open) one.wait(op);
    }
    one.wait_until_returned();
    one.stop();
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_again)) in.fail("{}", m.text);
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_unknown)) in.fail("{}", m.text);
}

const std::array all{
    check{"concurrency.parallel",
          "With as many calls inside as it allows, each is answered as when it is asked alone.",
          "A device that gets another one's answer runs another one's workloads, with its secrets.",
          threads_section,
          &parallel,
          {"completion.status"}},
    check{"concurrency.one-device",
          "Reads of a device are the same while it is written to, and it may enrol several times at once.",
          "Devices send what they have to say in parallel, and again when the answer is late.",
          threads_section,
          &one_device,
          {"concurrency.parallel"}},
    check{"concurrency.above",
          "A thousand calls begun at once, or what a slow provider can take, are all completed, with BUSY if "
          "need be.",
          "After a power cut a whole fleet comes back in the same minute.",
          threads_section,
          &above,
          {"completion.once"},
          std::chrono::seconds{60}},
};

} // namespace

std::span<const check> concurrency_checks() { return all; }

} // namespace edgeconf::check
