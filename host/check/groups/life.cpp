#include "check/groups/groups.hpp"

#include "check/back_end.hpp"
#include "check/instance.hpp"
#include "check/opened_library.hpp"
#include "check/patience.hpp"
#include "check/prepared_options.hpp"
#include "check/readings.hpp"
#include "check/refused_options.hpp"
#include "check/trial.hpp"

#include <array>

namespace edgeconf::check {
namespace {

constexpr std::string_view life_section = "docs/provider-abi.md, \"An instance's life\"";

// What three of them may take.
constexpr std::chrono::seconds few_operations{15};

void tell_malformed(trial& in, std::string_view what, const answer& given) {
    for (const auto& fault : given.malformed) in.fail("the result of {}: {}", what, fault);
}

std::string_view reason_in(const judgement& made) {
    return made.findings.empty() ? "it gives no reason" : std::string_view{made.findings.front().message};
}

void starts(trial& in) {
    instance one{in};
    one.abandon(); // how it stops is life.stops' business
    const auto made = one.create(prepared_options(in, one.table()));
    if (made.status != ECP_OK) {
        for (const auto& f : made.findings) in.fail("create finds \"{}\": {}", f.pointer, f.message);
        in.give_up("create answers {} to the given options", name_of(made.status));
    }
    const auto began = one.start();
    tell_malformed(in, "start", began);
    if (began.status != ECP_OK)
        in.fail("start is completed with {}: {}", name_of(began.status), began.message);
}

void stops(trial& in) {
    instance one{in};
    one.run();
    const auto ended = one.stop();
    tell_malformed(in, "stop", ended);
    if (ended.status != ECP_OK)
        in.fail("stop is completed with {}: {}", name_of(ended.status), ended.message);
    one.destroy();
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_again)) in.fail("{}", m.text);
}

void destroy_unstarted(trial& in) {
    instance one{in};
    const auto made = one.create(prepared_options(in, one.table()));
    if (made.status != ECP_OK) in.give_up("create answers {}: {}", name_of(made.status), reason_in(made));
    one.destroy();
}

void again(trial& in) {
    constexpr int unstarted = 100;
    constexpr int started = 20;
    const auto options = prepared_options(in, table_of(in));
    const auto live = [&](int round, bool start) {
        instance one{in, fmt::format("instance {}", round)};
        const auto made = one.create(options);
        if (made.status != ECP_OK)
            in.give_up("create answers {} to instance {}, after {} that are no more: {}",
                       name_of(made.status), round, round - 1, reason_in(made));
        if (start) {
            const auto began = one.start();
            if (began.status != ECP_OK)
                in.give_up("start of instance {} is completed with {}, after {} that are no more: {}", round,
                           name_of(began.status), round - 1, began.message);
            one.stop();
        }
        one.destroy();
    };
    for (int i = 1; i <= unstarted; ++i) live(i, false);
    for (int i = unstarted + 1; i <= unstarted + started; ++i) live(i, true);
}

void twice(trial& in) {
    if ((table_of(in).flags & ECP_PROVIDER_EXCLUSIVE) != 0)
        in.skip("it says that there is one instance at a time (ECP_PROVIDER_EXCLUSIVE)");
    // A reload ends the elder one; one that failed, the younger.
    for (const bool elder_ends : {true, false}) {
        instance elder{in, "the elder instance"};
        elder.run();
        const auto read_by_elder = read_all(elder, known_and_unknown(in, elder));
        instance younger{in, "the younger instance"};
        younger.run();
        const auto read_by_younger = read_all(younger, known_and_unknown(in, younger));
        compare_again(in, elder, read_by_elder, "after the start of another instance");
        auto& ended = elder_ends ? elder : younger;
        auto& left = elder_ends ? younger : elder;
        ended.stop();
        const auto& before = elder_ends ? read_by_younger : read_by_elder;
        compare_again(in, left, before, "after the stop of another instance");
        ended.destroy();
        compare_again(in, left, before, "after the destroy of another instance");
    }
}

void need_reconfigure(trial& in) {
    if (table_of(in).reconfigure == nullptr)
        in.skip("it has no reconfigure: a host makes a second instance for new options");
}

void reconfigure(trial& in) {
    constexpr int rounds = 5;
    need_reconfigure(in);
    instance one{in};
    one.run();
    const auto options = prepared_options(in, one.table());
    const auto before = read_all(one, known_and_unknown(in, one));
    for (int i = 0; i < rounds; ++i) {
        std::vector<ecp_op> meanwhile;
        for (const auto& r : before) meanwhile.push_back(one.begin(r.request));
        const auto done = one.reconfigure(options);
        tell_malformed(in, "reconfigure", done);
        if (done.status != ECP_OK)
            in.give_up("reconfigure with the options that it has is completed with {}: {}",
                       name_of(done.status), done.message);
        for (std::size_t r = 0; r < before.size(); ++r)
            compare(in, before[r], one.wait(meanwhile[r]),
                    "during a reconfigure with the options that it has");
        compare_again(in, one, before, "after a reconfigure with the options that it has");
        if (in.has_failed()) return;
    }
}

void refused_reconfigure(trial& in) {
    need_reconfigure(in);
    instance one{in};
    one.run();
    const auto wrong = find_refused_options(in, one.table());
    if (!wrong) in.skip("no options were found that validate refuses");
    const auto before = read_all(one, known_and_unknown(in, one));
    const auto done = one.reconfigure(*wrong);
    tell_malformed(in, "reconfigure", done);
    if (done.status == ECP_OK)
        in.give_up("reconfigure is completed with OK, and validate refuses these options: {}", *wrong);
    if (done.message.empty() && done.details.empty())
        in.fail("reconfigure refuses with {}, without a message or details; the options: {}",
                name_of(done.status), *wrong);
    compare_again(in, one, before,
                  fmt::format("after a reconfigure that was refused with {}", name_of(done.status)));
    const auto sound = one.reconfigure(prepared_options(in, one.table()));
    if (sound.status != ECP_OK)
        in.fail(
            "reconfigure with the options that it has is completed with {} after one that was refused: {}",
            name_of(sound.status), sound.message);
}

std::string_view health_name(std::int32_t state) {
    constexpr std::array names{"UNKNOWN", "OK", "DEGRADED", "DOWN"};
    return state >= 0 && static_cast<std::size_t>(state) < names.size()
               ? names[static_cast<std::size_t>(state)]
               : "a state that there is not";
}

void await_health(trial& in, const instance& of, std::int32_t due, std::string_view when) {
    const auto told = stand_in_host::get().wait_for_health(of.token(), {due}, soon(in));
    if (told.state != due)
        in.fail("{} its health is {} after {:.3g} s: {} is due", when,
                told.state == ECP_HEALTH_UNKNOWN ? "as it was, for it says nothing" : health_name(told.state),
                in.about().patience.count(), health_name(due));
}

// An instance that begins without its back end.
void begin_without(trial& in, instance& one, back_end& behind) {
    behind.take_away();
    const auto made = one.create(prepared_options(in, one.table()));
    if (made.status != ECP_OK)
        in.give_up("create answers {} while the back end is away: {}", name_of(made.status), reason_in(made));
    const auto began = one.start();
    if (began.status != ECP_OK)
        in.give_up("start is completed with {} while the back end is away: {}", name_of(began.status),
                   began.message);
}

void back_end_down(trial& in) {
    back_end behind{in};
    instance one{in};
    begin_without(in, one, behind);
    await_health(in, one, ECP_HEALTH_DOWN, "started while the back end is away,");
    behind.bring_back();
    await_health(in, one, ECP_HEALTH_OK, "once the back end is back,");
}

// What a store that cannot be asked has to say of a device that it holds.
void expect_nobody_gone(trial& in, instance& one, const std::string& device, std::string_view when) {
    for (const auto& r : read_all(one, {device}))
        if (r.given.status == ECP_NOT_FOUND || r.given.status == ECP_REMOVED)
            in.fail("{}, {} is answered {}: UNAVAILABLE is due, or what is known of it", when, r.name(),
                    name_of(r.given.status));
}

void back_end_forgets_nobody(trial& in) {
    back_end behind{in};
    if (in.about().devices.empty()) in.skip("no device is known from the start: name one with --device");
    const auto& device = in.about().devices.front();
    {
        instance one{in};
        one.run();
        behind.take_away();
        expect_nobody_gone(in, one, device, "while the back end is away");
        behind.bring_back();
    }
    instance one{in};
    begin_without(in, one, behind);
    expect_nobody_gone(in, one, device, "started while the back end is away");
    behind.bring_back();
}

const std::array all{
    check{"life.starts",
          "create and start succeed with the given options.",
          "Without it the host does not serve at all.",
          life_section,
          &starts,
          {"table.complete", "table.schema"},
          few_operations},
    check{"life.stops",
          "stop is completed once, with OK, and destroy returns.",
          "A host that waits for a stop in vain ends without destroying the instance, after "
          "provider.deadlines.stop.",
          life_section,
          &stops,
          {"life.starts"},
          few_operations},
    check{"life.destroy-unstarted",
          "An instance that was never started can be destroyed.",
          "A host that is asked to stop while it starts does so, and so does a reload that comes to nothing.",
          life_section,
          &destroy_unstarted,
          {"life.stops"},
          few_operations},
    check{"life.again",
          "Instances come and go a hundred times in one process.",
          "Each reload makes one, and a library is never unloaded: what one leaves behind meets the next.",
          life_section,
          &again,
          {"life.destroy-unstarted"}},
    check{"life.twice",
          "Two instances live side by side, and neither minds the end of the other.",
          "A reload starts the new one, moves the calls over, and stops the old one: both serve meanwhile.",
          "docs/provider-abi.md, \"An instance's life\"; ecp/provider.h, ECP_PROVIDER_EXCLUSIVE",
          &twice,
          {"life.again", "completion.once"}},
    check{"life.reconfigure",
          "reconfigure takes the options that the instance has already, and reads go on meanwhile.",
          "It comes with every reload, whatever has changed: devices must not notice.",
          "ecp/provider.h, reconfigure",
          &reconfigure,
          {"life.stops", "completion.once"}},
    check{"life.refused-reconfigure",
          "reconfigure refuses options that validate refuses, says why, and goes on with the ones it has.",
          "A mistake in a configuration file must not take away what serves.",
          "ecp/provider.h, reconfigure: all or nothing",
          &refused_reconfigure,
          {"life.reconfigure"}},
    check{"life.back-end-down",
          "Without its back end it starts all the same, with health DOWN, and with OK when it is back.",
          "After a power cut the host may be up before the database, and nobody is there to start it again.",
          "ecp/provider.h, start",
          &back_end_down,
          {"life.stops"}},
    check{"life.back-end-forgets-nobody",
          "While the back end is away, no device that it holds is unknown or removed.",
          "Devices wipe themselves, data included, when they are told that they were removed.",
          "docs/provider-abi.md, \"What each call may answer\"",
          &back_end_forgets_nobody,
          {"life.back-end-down", "deadline.back-end-away"}},
};

} // namespace

std::span<const check> life_checks() { return all; }

} // namespace edgeconf::check
