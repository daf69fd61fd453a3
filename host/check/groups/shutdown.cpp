#include "check/groups/groups.hpp"

#include "check/back_end.hpp"
#include "check/instance.hpp"
#include "check/patience.hpp"
#include "check/process_figures.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view life_section =
    "docs/provider-abi.md, \"An instance's life\"; ecp/provider.h, ecp_provider";

// A fault for each that was not completed before stop was.
void expect_completed_before(trial& in, instance& one, const answer& stopped, const std::vector<ecp_op>& ops,
                             std::string_view circumstances) {
    std::size_t open = 0;
    std::size_t late = 0;
    for (const auto op : ops) {
        const auto given = one.wait_until(op, clock::now());
        if (!given)
            ++open;
        else if (given->order > stopped.order)
            ++late;
    }
    if (open + late != 0)
        in.fail(
            "{} of {} calls that were open when stop came{} were not completed before it ({} of them later)",
            open + late, ops.size(), circumstances, late);
}

void open_calls(trial& in) {
    constexpr int rounds = 5;
    constexpr std::size_t many = 64;
    for (int i = 0; i < rounds && !in.has_failed(); ++i) {
        instance one{in};
        one.run();
        const auto kinds = requests_of(in, one);
        if (kinds.empty()) in.skip("it has no call at all");
        std::vector<ecp_op> ops;
        for (std::size_t n = 0; n < many; ++n) ops.push_back(one.begin(kinds[in.below(kinds.size())]));
        one.wait_until_called(clock::now() + patience(in) / 10);
        for (const auto op : ops) one.cancel(op);
        const auto stopped = one.stop();
        expect_completed_before(in, one, stopped, ops, "");
        if (!in.has_failed()) one.destroy();
    }
}

// Until the threads of `before` alone are left, and no longer than that.
std::map<std::string, std::string> threads_left(const std::map<std::string, std::string>& before,
                                                clock::time_point until) {
    for (;;) {
        auto left = threads_now();
        std::erase_if(left, [&](const auto& t) { return before.contains(t.first); });
        if (left.empty() || clock::now() >= until) return left;
        std::this_thread::yield();
    }
}

void silent(trial& in) {
    auto& host = stand_in_host::get();
    instance one{in};
    const auto before = threads_now();
    one.run();
    for (const auto& r : requests_of(in, one)) one.call(r);
    one.wait_until_returned();
    one.stop();
    const auto told = host.calls();
    one.destroy();
    // Where a thread is left, it gets the time to show itself.
    threads_left(before, clock::now() + patience(in) / 10);
    const auto misuses = host.misuses(misuse::called_when_stopped);
    if (!misuses.empty())
        in.fail("{}{}", misuses.front().text,
                misuses.size() > 1 ? fmt::format(", the first of {} such calls", misuses.size())
                                   : std::string{});
    if (misuses.empty() && host.calls() != told)
        in.fail("functions of the host were called {} times after stop was completed", host.calls() - told);
}

void threads(trial& in) {
    instance one{in};
    const auto before = threads_now();
    one.run();
    for (const auto& r : requests_of(in, one)) one.call(r);
    one.stop();
    one.destroy();
    const auto left = threads_left(before, soon(in));
    if (left.empty()) return;
    std::string names;
    for (const auto& [number, name] : left) names += (names.empty() ? "" : ", ") + name;
    in.fail("{:.3g} s after destroy these threads are left: {}", in.about().patience.count(), names);
}

struct figures {
    std::size_t descriptors = 0;
    std::size_t mapped_files = 0;
    std::size_t heap = 0;
};

figures figures_now() { return {descriptors_now(), mapped_files_now(), heap_now()}; }

std::size_t growth(std::size_t from, std::size_t to) { return to > from ? to - from : 0; }

void grows_not(trial& in) {
    constexpr int windows = 6;
    constexpr int lives = 8;
    // Of a life that leaves nothing behind, once the allocator has found its habits.
    constexpr std::size_t heap_noise = 256;
    std::vector<device_request> asked;
    const auto live = [&] {
        ecp_ctx token = 0;
        {
            instance one{in};
            token = one.token();
            one.run();
            if (asked.empty())
                asked = requests_of(in, one); // the same in each life: a store holds what it has held
            for (const auto& r : asked) one.call(r);
            one.stop();
            one.destroy();
        }
        stand_in_host::get().forget(token);
    };
    for (int i = 0; i < lives; ++i) live();

    // What one life leaves behind, each does: in the window with the least of it, too. One that shows nothing
    // is enough.
    constexpr auto none_yet = std::numeric_limits<std::size_t>::max();
    figures least{none_yet, none_yet, none_yet};
    const auto grows = [&] {
        return least.descriptors >= lives || least.mapped_files >= lives || least.heap > lives * heap_noise;
    };
    for (int w = 0; w < windows && grows(); ++w) {
        const auto before = figures_now();
        for (int i = 0; i < lives; ++i) live();
        const auto after = figures_now();
        least.descriptors = std::min(least.descriptors, growth(before.descriptors, after.descriptors));
        least.mapped_files = std::min(least.mapped_files, growth(before.mapped_files, after.mapped_files));
        least.heap = std::min(least.heap, growth(before.heap, after.heap));
    }
    const auto tell = [&](std::size_t grown, std::string_view what) {
        if (grown >= lives)
            in.fail(
                "{} that each instance leaves behind: {:.3g}, for there are {} more after {} that were made, "
                "asked, stopped and destroyed, in the best of {} rounds",
                what, static_cast<double>(grown) / lives, grown, lives, windows);
    };
    tell(least.descriptors, "file descriptors");
    tell(least.mapped_files, "mapped files");
    if (least.heap > lives * heap_noise) tell(least.heap, "bytes of memory");
    if (heap_now() == 0) in.note("memory is not looked at: this program is built with a sanitizer");
}

void back_end_away(trial& in) {
    back_end behind{in};
    instance one{in};
    one.run();
    const auto kinds = requests_of(in, one);
    behind.take_away();
    std::vector<ecp_op> ops;
    for (auto r : kinds) {
        r.time = std::chrono::milliseconds{800};
        ops.push_back(one.begin(r));
    }
    one.wait_until_called(clock::now() + patience(in) / 10);
    for (const auto op : ops) one.cancel(op);
    const auto stopped = one.stop();
    expect_completed_before(in, one, stopped, ops, " while the back end was away");
    if (!in.has_failed()) one.destroy();
    behind.bring_back();
}

const std::array all{
    check{"shutdown.open",
          "All calls that are open when stop comes are completed, and then stop.",
          "A host that ends waits for them, up to provider.deadlines.stop, and then ends without destroying "
          "the "
          "instance.",
          life_section,
          &open_calls,
          {"life.again", "deadline.storm"}},
    check{"shutdown.silent",
          "Once stop is completed, none of the instance's threads calls the host.",
          "What such a call is about is no more: it is told of another instance, or of none.",
          life_section,
          &silent,
          {"completion.once"}},
    check{"shutdown.threads",
          "No thread of the instance's is left after destroy.",
          "A reload makes an instance: each would leave threads behind, and what they hold.",
          life_section,
          &threads,
          {"completion.once"}},
    check{"shutdown.grows-not",
          "Instances that come and go leave no file descriptors, mapped files or memory behind.",
          "A host runs for years, and each reload may make an instance.",
          life_section,
          &grows_not,
          {"life.again", "logging.arguments", "shutdown.silent", "shutdown.threads"},
          std::chrono::seconds{60}},
    check{"shutdown.back-end-away",
          "stop is completed while the back end is away, and so are the calls that are open.",
          "An operator who ends a host that has lost its database should not have to kill it.",
          life_section,
          &back_end_away,
          {"shutdown.open", "deadline.back-end-away"}},
};

} // namespace

std::span<const check> shutdown_checks() { return all; }

} // namespace edgeconf::check
