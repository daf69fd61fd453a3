#include "check/groups/groups.hpp"

#include "check/opened_library.hpp"
#include "check/process_state.hpp"
#include "check/provider_call.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

namespace edgeconf::check {
namespace {

using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::string_view loading_section = "docs/provider-abi.md, \"Loading\"";
constexpr std::string_view entry_section = "ecp/provider.h, ecp_provider_entry_v1";

void opens(trial& in) { open_library(in); }

void entry(trial& in) { table_of(in); }

// Of this process, all of its threads.
milliseconds processor_time() {
    ::timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

// What loading costs a process that has not done it yet. Nothing where it did not come to its end.
std::optional<milliseconds> time_to_load(trial& in) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return std::nullopt;
    const auto id = ::fork();
    if (id == 0) {
        try {
            const auto began = processor_time();
            ask_entry(in, stand_in_host::get().table());
            const double took = (processor_time() - began).count();
            ::_exit(::write(ends[1], &took, sizeof took) == sizeof took ? 0 : 1);
        } catch (...) { // the check is the first process's
            ::_exit(1);
        }
    }
    ::close(ends[1]);
    double took = 0;
    const bool came = id > 0 && ::read(ends[0], &took, sizeof took) == sizeof took;
    ::close(ends[0]);
    while (id > 0 && ::waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
    }
    return came ? std::optional{milliseconds{took}} : std::nullopt;
}

// The best of a few, in processor time: what else the machine does has no part in it.
void quick(trial& in) {
    const milliseconds most = milliseconds{100} * (in.about().patience / default_patience);
    std::optional<milliseconds> best;
    for (int i = 0; i < 3; ++i) {
        const auto took = time_to_load(in);
        if (took && (!best || *took < *best)) best = took;
    }
    if (!best) in.give_up("it loads here, and does not in a second process");
    if (*best > most)
        in.fail("loading it and asking its entry takes {:.0f} ms of processor time, the best of three times; "
                "{:.0f} ms are due",
                best->count(), most.count());
}

void process(trial& in) {
    const auto before = look_at_process();
    ask_entry(in, stand_in_host::get().table());
    for (const auto& change : differences(before, look_at_process())) in.fail("{}", change);
}

void again(trial& in) {
    const auto first = open_library(in);
    const auto second = open_library(in);
    if (first.handle != second.handle) in.fail("dlopen gives two handles for the same file");
    const auto* host = stand_in_host::get().table();
    const auto* table = call_provider(first.entry, host);
    if (table == nullptr) in.give_up("its entry hands out a table in one process and none in another");
    ecp_provider copied{};
    const auto size = std::min<std::size_t>(table->struct_size, sizeof copied);
    std::memcpy(&copied, table, size);
    if (call_provider(second.entry, host) != table)
        in.give_up("its entry hands out another table the second time");
    if (std::memcmp(&copied, table, size) != 0)
        in.fail("its table has other contents after the entry's second call");
}

const std::array all{
    check{"load.opens",
          "The library loads with RTLD_NOW and exports its entry.",
          "A symbol that nothing defines is an error now, and would be a crash in the middle of the night.",
          loading_section,
          &opens,
          {"elf.undefined-symbols"}},
    check{"load.entry",
          "The entry hands out a table to today's host.",
          "A host ends its start with the reason that the "
          "entry gives for NULL.",
          loading_section,
          &entry,
          {"load.opens"}},
    check{"load.quick",
          "Loading and the entry take less than 100 ms of processor time.",
          "The host does nothing else meanwhile. What takes long belongs into start.",
          loading_section,
          &quick,
          {"load.entry"}},
    check{
        "load.process",
        "Loading and the entry leave the process as it is: threads, files, signals, environment, directory, "
        "umask, locale.",
        "All of that is the host's, and other libraries rely on it. What needs a thread or a file belongs "
        "into start.",
        "ecp/provider.h, \"Process\"",
        &process,
        {"load.entry"}},
    check{"load.again",
          "Loading it again gives the same library, and its entry the same table.",
          "A host keeps what it was given first, also for instances that it makes much later.",
          entry_section,
          &again,
          {"load.entry"}},
};

} // namespace

std::span<const check> load_checks() { return all; }

} // namespace edgeconf::check
