#include "check/groups/groups.hpp"

#include "check/activity.hpp"
#include "check/back_end.hpp"
#include "check/held_time.hpp"
#include "check/instance.hpp"
#include "check/opened_library.hpp"
#include "check/patience.hpp"
#include "check/provider_call.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view operation_section =
    "docs/provider-abi.md, \"An operation's life\"; ecp/provider.h, \"Operations\"";
constexpr std::string_view threads_section = "docs/provider-abi.md, \"Threads\"";

std::string name_of(const device_request& r) {
    return fmt::format("{} of {}", edgeconf::name(r.op), r.device_id);
}

// Its completion; a fault where none comes within patience.
std::optional<answer> await(trial& in, instance& of, ecp_op op, const device_request& r,
                            std::string_view circumstances) {
    auto given = of.wait_until(op, soon(in));
    if (!given)
        in.fail("{}, {}, is not completed within {:.3g} s", name_of(r), circumstances,
                in.about().patience.count());
    return given;
}

// Stops it, after which nothing more can come, and tells of completions that were too many.
void end(trial& in, instance& one) {
    if (in.has_failed()) return;
    one.wait_until_returned();
    one.stop();
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_again)) in.fail("{}", m.text);
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_unknown)) in.fail("{}", m.text);
}

void expired(trial& in) {
    instance one{in};
    one.run();
    for (auto& r : requests_of(in, one)) {
        r.time = -std::chrono::seconds{1};
        await(in, one, one.begin(r), r, "whose deadline has passed when it comes");
    }
    end(in, one);
}

void none(trial& in) {
    instance one{in};
    one.run();
    for (auto& r : requests_of(in, one)) {
        r.time = {};
        const auto given = await(in, one, one.begin(r), r, "which has no deadline");
        if (given && given->status == ECP_DEADLINE)
            in.fail("{} is answered DEADLINE, and its deadline_ns is 0: it has none", name_of(r));
    }
    end(in, one);
}

void cancel(trial& in) {
    constexpr int rounds = 5;
    instance one{in};
    one.run();
    const auto all = requests_of(in, one);
    for (int i = 0; i < rounds && !in.has_failed(); ++i) {
        for (const auto& r : all) {
            auto before = r;
            before.cancelled_on_arrival = true;
            await(in, one, one.begin(before), r, "which was cancelled when it came");

            const auto during = one.begin(r);
            one.wait_until_called(soon(in));
            const auto pause = clock::now() + std::chrono::microseconds{in.below(100)};
            while (clock::now() < pause) std::this_thread::yield();
            one.cancel(during);
            await(in, one, during, r, "which was cancelled while it was open");

            // A host does so where a deadline and a completion meet.
            const auto after = one.begin(r);
            if (!await(in, one, after, r, "which was not cancelled") || one.table().cancel == nullptr)
                continue;
            const activity here{"cancel of a call that is completed"};
            call_provider(one.table().cancel, one.self(), after);
        }
    }
    end(in, one);
}

void storm(trial& in) {
    constexpr std::size_t size = 64;
    constexpr std::size_t threads = 4;
    instance one{in};
    one.run();
    const auto kinds = requests_of(in, one);
    if (kinds.empty()) in.skip("it has no call at all");
    for (const bool all_are_called : {true, false, true}) {
        std::vector<device_request> made;
        std::vector<ecp_op> ops;
        for (std::size_t i = 0; i < size; ++i) {
            made.push_back(kinds[in.below(kinds.size())]);
            ops.push_back(one.begin(made.back()));
        }
        // Otherwise cancels meet calls that arrive.
        if (all_are_called) one.wait_until_called(clock::now() + patience(in) / 4);
        std::vector<std::thread> cancelling;
        for (std::size_t t = 0; t < threads; ++t)
            cancelling.emplace_back([&, t] {
                for (std::size_t i = t; i < size; i += threads) one.cancel(ops[i]);
            });
        for (auto& t : cancelling) t.join();
        for (std::size_t i = 0; i < size && !in.has_failed(); ++i)
            await(in, one, ops[i], made[i], fmt::format("one of {} that were cancelled at once", size));
        if (in.has_failed()) return;
    }
    end(in, one);
}

// ---- the promise not to block ----

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int slowdown = 20; // for a provider that is built like this, too
#else
constexpr int slowdown = 1;
#endif
constexpr std::chrono::nanoseconds promised = slowdown * std::chrono::milliseconds{1};
constexpr std::chrono::nanoseconds misbehaviour = slowdown * std::chrono::milliseconds{5};

struct quickness {
    std::chrono::nanoseconds middle{0};
    std::size_t slow = 0; // took longer than what a host calls misbehaviour
    std::size_t calls = 0;
    bool kept() const noexcept { return middle <= promised && slow <= 1; }
};

quickness measure(const std::function<std::vector<std::chrono::nanoseconds>()>& round) {
    constexpr int rounds = 3;
    quickness best;
    for (int i = 0; i < rounds; ++i) {
        auto times = round();
        if (times.empty()) return best;
        std::sort(times.begin(), times.end());
        quickness q;
        q.middle = times[times.size() / 2];
        q.slow = static_cast<std::size_t>(
            std::count_if(times.begin(), times.end(), [](auto t) { return t > misbehaviour; }));
        q.calls = times.size();
        if (i == 0 || q.middle < best.middle || (q.middle == best.middle && q.slow < best.slow)) best = q;
        if (q.kept()) return q;
    }
    return best;
}

double in_ms(std::chrono::nanoseconds t) { return std::chrono::duration<double, std::milli>{t}.count(); }

void expect_prompt(trial& in, instance& one, std::string_view circumstances) {
    constexpr std::size_t calls = 20;
    auto all = requests_of(in, one);
    if (one.has(operation::put_heartbeat) && !all.empty()) { // as long as a host passes on
        device_request large;
        large.op = operation::put_heartbeat;
        large.device_id = all.front().device_id;
        large.body = large_heartbeat_body();
        all.push_back(std::move(large));
    }
    for (auto& r : all) {
        r.on_this_thread = true;
        const auto q = measure([&] {
            one.take_call_times();
            std::vector<ecp_op> ops;
            for (std::size_t i = 0; i < calls; ++i) ops.push_back(one.begin(r));
            auto times = one.take_call_times();
            for (const auto op : ops) one.wait(op);
            return times;
        });
        if (!q.kept())
            in.give_up(
                "{}{}{} held its thread for {:.1f} ms in the middle of {} calls, and {} of them for more "
                "than {:.0f} ms, in the best of three rounds: dispatch is NONBLOCKING, which promises "
                "{:.0f} ms",
                name_of(r), r.body.size() > 100'000 ? " with 1 MB" : "", circumstances, in_ms(q.middle),
                q.calls, q.slow, in_ms(misbehaviour), in_ms(promised));
    }
}

void need_promise(trial& in) {
    if (table_of(in).dispatch != ECP_DISPATCH_NONBLOCKING)
        in.skip("it says that its calls may block (ECP_DISPATCH_BLOCKING)");
}

void prompt(trial& in) {
    need_promise(in);
    instance one{in};
    one.run();
    expect_prompt(in, one, "");
}

void prompt_cancel(trial& in) {
    constexpr std::size_t calls = 20;
    need_promise(in);
    instance one{in};
    if (one.table().cancel == nullptr) in.skip("it has no cancel");
    one.run();
    for (auto& r : requests_of(in, one)) {
        const auto q = measure([&] {
            std::vector<std::chrono::nanoseconds> times;
            for (std::size_t i = 0; i < calls; ++i) {
                const auto op = one.begin(r);
                one.wait_until_called(soon(in));
                const held_time held;
                one.cancel(op);
                times.push_back(held.so_far());
                one.wait(op);
            }
            return times;
        });
        if (!q.kept())
            in.give_up(
                "cancel of {} held its thread for {:.1f} ms in the middle of {}, and {} of them for more "
                "than "
                "{:.0f} ms, in the best of three rounds: dispatch is NONBLOCKING, which promises {:.0f} ms",
                name_of(r), in_ms(q.middle), q.calls, q.slow, in_ms(misbehaviour), in_ms(promised));
    }
}

// ---- without a back end ----

void back_end_away(trial& in) {
    back_end behind{in};
    instance one{in};
    one.run();
    const auto all = requests_of(in, one);
    behind.take_away();
    const auto time = std::min<std::chrono::nanoseconds>(std::chrono::milliseconds{800}, patience(in));
    for (auto r : all) {
        r.time = time;
        const auto op = one.begin(r);
        if (one.wait_until(op, clock::now() + time)) continue;
        one.cancel(op);
        if (!await(in, one, op, r, "cancelled at its deadline while the back end is away")) return;
    }
    if (one.table().dispatch == ECP_DISPATCH_NONBLOCKING)
        expect_prompt(in, one, ", while the back end is away,");
    behind.bring_back();
    end(in, one);
}

const std::array all{
    check{"deadline.expired",
          "A call whose deadline has passed when it comes is completed all the same.",
          "One that is forgotten keeps its slot and its memory in the host for ever.",
          operation_section,
          &expired,
          {"completion.once"}},
    check{"deadline.none",
          "A call without a deadline is answered as if it had plenty of time.",
          "deadline_ns is 0 where nobody is in a hurry: that is no point in time.",
          "ecp/provider.h, ecp_request",
          &none,
          {"completion.once"}},
    check{"deadline.cancel",
          "A call that is cancelled, when it comes, while it is open or when it is over, is completed once.",
          "The host cancels what has missed its deadline, and keeps slot and memory until the completion.",
          operation_section,
          &cancel,
          {"completion.once"}},
    check{"deadline.storm",
          "Many open calls that are cancelled at once, from several threads, are all completed, once each.",
          "When a back end hangs, all that is open misses its deadline in the same moment.",
          operation_section,
          &storm,
          {"deadline.cancel"}},
    check{"deadline.prompt",
          "Calls of a NONBLOCKING provider return within 1 ms.",
          "The host makes them on its I/O threads: one that blocks holds up every device of that thread.",
          threads_section,
          &prompt,
          {"completion.once"},
          std::chrono::seconds{60}},
    check{"deadline.prompt-cancel",
          "The cancel of a NONBLOCKING provider returns within 1 ms.",
          "The host calls it on its I/O threads, for many operations in a row.",
          threads_section,
          &prompt_cancel,
          {"deadline.cancel", "deadline.prompt"},
          std::chrono::seconds{60}},
    check{
        "deadline.back-end-away",
        "While the back end is away, calls are completed by their deadline, or when they are cancelled then.",
        "Calls that wait for the back end take all of the host's workers, and then nobody is answered.",
        operation_section,
        &back_end_away,
        {"deadline.cancel", "deadline.prompt"},
        std::chrono::seconds{60}},
};

} // namespace

std::span<const check> deadline_checks() { return all; }

} // namespace edgeconf::check
