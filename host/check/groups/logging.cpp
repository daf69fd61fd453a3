#include "check/groups/groups.hpp"

#include "check/back_end.hpp"
#include "check/catalogue.hpp"
#include "check/instance.hpp"
#include "check/patience.hpp"
#include "check/prepared_options.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view host_section = "ecp/provider.h, ecp_host";
constexpr std::size_t most_lines_a_call = 100;
constexpr std::size_t repeats = 10;

struct logged {
    std::string call; // "put_heartbeat of camera-1"
    std::vector<log_line> lines;
};

// The lines since the first `from`.
std::vector<log_line> lines_from(std::size_t from) {
    auto lines = stand_in_host::get().lines();
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(from, lines.size())));
    return lines;
}

// Every call, several times, of a device that is known and one that is not; what each of them logs until it
// has returned.
std::vector<logged> call_and_listen(trial& in, instance& of, std::size_t times) {
    std::vector<logged> all;
    for (const auto& id : known_and_unknown(in, of)) {
        for (const auto& request : one_of_each(id)) {
            if (!of.has(request.op)) continue;
            const auto before = stand_in_host::get().lines().size();
            for (std::size_t i = 0; i < times; ++i) of.call(request);
            of.wait_until_returned();
            all.push_back({fmt::format("{} of {}", name(request.op), id), lines_from(before)});
        }
    }
    return all;
}

void use_everything(trial& in) {
    instance one{in};
    one.run();
    call_and_listen(in, one, 1);
    one.stop();
    one.destroy();
}

void text(trial& in) {
    use_everything(in);
    for (const auto& line : stand_in_host::get().lines())
        if (!line.is_utf8) in.fail("a log line is not UTF-8: \"{}\"", line.text.substr(0, 100));
}

void arguments(trial& in) {
    use_everything(in);
    for (const auto& m : stand_in_host::get().misuses(misuse::bad_argument)) in.fail("{}", m.text);
}

void flood(trial& in) {
    instance one{in};
    one.run();
    for (const auto& [call, lines] : call_and_listen(in, one, 1))
        if (lines.size() > most_lines_a_call)
            in.fail("{} logs {} lines, the first of which is \"{}\"", call, lines.size(),
                    lines.front().text.substr(0, 100));
}

void levels(trial& in) {
    stand_in_host::get().set_log_level(ECP_LOG_ERROR);
    instance one{in};
    one.run();
    for (const auto& [call, lines] : call_and_listen(in, one, repeats)) {
        const auto unwanted = std::count_if(lines.begin(), lines.end(),
                                            [](const log_line& l) { return l.level < ECP_LOG_ERROR; });
        if (static_cast<std::size_t>(unwanted) >= repeats)
            in.fail("{}, made {} times, logs {} lines below ERROR, the first of which is \"{}\": "
                    "log_enabled() says that none is wanted",
                    call, repeats, unwanted, lines.front().text.substr(0, 100));
    }
}

void await_health(trial& in, const instance& of, std::initializer_list<std::int32_t> due,
                  std::string_view words, std::string_view when) {
    const auto until = soon(in);
    const auto told = stand_in_host::get().wait_for_health(of.token(), due, until).state;
    if (std::find(due.begin(), due.end(), told) == due.end())
        in.give_up("it does not say {} within {:.3g} s after the back end {}", words,
                   in.about().patience.count(), when);
}

void health(trial& in) {
    back_end behind{in};
    instance one{in};
    one.run();
    const auto at_first = stand_in_host::get().health(one.token()).state;
    if (at_first != ECP_HEALTH_OK && at_first != ECP_HEALTH_UNKNOWN)
        in.skip("it is not well before its back end is taken away");
    for (int round = 0; round < 2; ++round) {
        behind.take_away();
        // It may find out by being asked.
        call_and_listen(in, one, 1);
        await_health(in, one, {ECP_HEALTH_DEGRADED, ECP_HEALTH_DOWN}, "DOWN, or DEGRADED",
                     "has been taken away");
        behind.bring_back();
        await_health(in, one, {ECP_HEALTH_OK}, "OK", "has come back");
    }
}

const std::array all{
    check{silent_streams, "Nothing is printed on standard output or standard error, in any check.",
          "Standard error is the host's log, one line an event, which programs read.",
          "ecp/provider.h, \"Process\"", nullptr},
    check{"logging.text",
          "Log lines are UTF-8.",
          "The host has to replace what is none, so that the operator reads something else than was meant.",
          "ecp/provider.h, \"Text\"",
          &text,
          {"completion.once"}},
    check{
        "logging.arguments",
        "What the host's functions are given is something: levels, states, kinds, names of metrics.",
        "The host drops what it cannot make sense of, and the figure or the line is missing when it counts.",
        host_section,
        &arguments,
        {"completion.once"}},
    check{
        "logging.flood",
        "A call logs no more than 100 lines.",
        "The host drops what is more than 100 lines a second, after 1,000 at once: the line that matters may "
        "be one of them.",
        "docs/provider-abi.md, \"When a provider misbehaves\"",
        &flood,
        {"completion.once"}},
    check{
        "logging.levels",
        "A line that comes with each call is made only where it is wanted.",
        "A fleet makes thousands of calls a second; a line for each that is thrown away costs more than the "
        "call.",
        "ecp/provider.h, log_enabled",
        &levels,
        {"logging.text", "logging.flood"}},
    check{"logging.health",
          "While it runs, its health follows its back end: DOWN, or DEGRADED where it goes on without, and "
          "OK when it is back.",
          "The host's /readyz and its operator know of the back end only what the provider says.",
          "ecp/provider.h, set_health",
          &health,
          {"life.back-end-down", "deadline.back-end-away"}},
};

} // namespace

std::span<const check> logging_checks() { return all; }

} // namespace edgeconf::check
