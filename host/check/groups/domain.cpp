#include "check/groups/groups.hpp"

#include "check/device_talk.hpp"
#include "check/instance.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"
#include "codec/configuration_check.hpp"
#include "codec/playbooks_check.hpp"
#include "codec/registration.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view answers_section = "docs/provider-abi.md, \"What each call may answer\"";
constexpr std::string_view calls_section = "ecp/provider.h, \"The six device calls\"";

constexpr std::string_view because_known = "the device is named with --device, or has enrolled just now";

// A device that is asked about, and whose provider has `call`.
device_talk known_for(trial& in, instance& of, operation call) {
    if (!of.has(call)) in.skip("the provider has no {}", name(call));
    return {in, of, known_device(in, of)};
}

// Those that are asked about, each by itself: the answer for one must not be another's.
std::vector<device_talk> all_known_for(trial& in, instance& of, operation call) {
    if (!of.has(call)) in.skip("the provider has no {}", name(call));
    std::vector<device_talk> all;
    for (auto& id : known_devices(in, of)) all.emplace_back(in, of, std::move(id));
    return all;
}

void unknown(trial& in) {
    instance one{in};
    one.run();
    device_talk nobody{in, one, unknown_device(in)};
    int answered = 0;
    for (const auto op : {operation::get_registration, operation::get_configuration, operation::put_heartbeat,
                          operation::get_playbooks, operation::put_registration}) {
        const auto given = nobody.expect(op, {ECP_NOT_FOUND}, "nobody has ever enrolled this device");
        answered += given.status == ECP_UNIMPLEMENTED ? 0 : 1;
    }
    if (answered == 0) in.skip("the provider has no call that could find a device");
}

// How far a device has come, by the answer to its enrolment.
int progress(ecp_status status) { return status == ECP_OK ? 2 : status == ECP_CREATED ? 1 : 0; }

void enrolment(trial& in) {
    instance one{in};
    one.run();
    device_talk device{in, one, made_up_device(in)};
    device.need({operation::enrol});
    int before = 0;
    for (const auto* time : {"the first time", "the second time", "the third time"}) {
        const auto given = device.expect(operation::enrol, {ECP_OK, ECP_CREATED, ECP_DENIED},
                                         "a device enrols as often as it likes, with a body like any other");
        if (in.has_failed()) return;
        if (progress(given.status) < before)
            in.give_up(
                "enrol of {}, {}, is answered {}, which is less than the time before: the same enrolment "
                "changes nothing",
                device.id(), time, said(given));
        before = progress(given.status);
    }
}

void pending(trial& in) {
    instance one{in};
    one.run();
    device_talk device{in, one, made_up_device(in)};
    device.need({operation::enrol});
    if (device.is_let_in()) in.skip("an enrolment is approved at once");
    struct told {
        operation op;
        ecp_status due;
        answer given;
    };
    std::vector<told> all{
        {operation::get_registration, ECP_NOT_FOUND, {}},
        {operation::put_registration, ECP_PRECONDITION, {}},
        {operation::get_configuration, ECP_NOT_FOUND, {}},
        {operation::put_heartbeat, ECP_NOT_FOUND, {}},
        {operation::get_playbooks, ECP_NOT_FOUND, {}},
    };
    for (auto& t : all) t.given = device.ask(t.op);
    // Only while enrol says that it waits, before and after.
    if (const auto still = device.ask(operation::enrol); still.status != ECP_CREATED)
        in.skip("an enrolment is answered {}, so that no device waits for its approval", said(still));
    for (const auto& t : all)
        device.judge(t.op, t.given, {t.due}, "enrol says, before and after, that it waits for its approval");
}

void own_writes(trial& in) {
    instance one{in};
    one.run();
    for (int i = 0; i < 5 && !in.has_failed(); ++i) {
        device_talk device{in, one, made_up_device(in)};
        device.need({operation::enrol});
        if (!device.is_let_in()) in.skip("no enrolment is approved at once");
        const auto judge_all = [&](std::initializer_list<operation> calls, std::string_view why) {
            for (const auto op : calls) device.expect(op, {ECP_OK}, why);
        };
        judge_all({operation::get_registration, operation::put_registration}, "enrol has just said OK");
        judge_all(calls_of_known_devices, "the device has just registered");
    }
}

void registration(trial& in) {
    instance one{in};
    one.run();
    for (auto& device : all_known_for(in, one, operation::get_registration)) {
        const auto given = device.expect(operation::get_registration, {ECP_OK}, because_known);
        if (given.status == ECP_OK && !codec::namespace_of(given.body))
            in.fail(
                "get_registration of {} is answered with the body {}: due is {{\"namespace\": \"...\"}}, a "
                "DNS label",
                device.id(), given.body.empty() ? "of no bytes" : given.body.substr(0, 200));
    }
}

void configuration(trial& in) {
    instance one{in};
    one.run();
    for (auto& device : all_known_for(in, one, operation::get_configuration)) {
        const auto given = device.expect(operation::get_configuration, {ECP_OK}, because_known);
        if (given.status != ECP_OK) continue;
        if (const auto whole = codec::check_configuration(given.body, device.id()); !whole)
            in.fail("get_configuration of {}: {}", device.id(), whole.error().detail);
        if (given.revision.empty())
            in.fail("get_configuration of {} comes without a revision: the host examines it at every poll",
                    device.id());
    }
}

void stable(trial& in) {
    instance one{in};
    one.run();
    auto device = known_for(in, one, operation::get_configuration);
    const auto first = device.ask(operation::get_configuration);
    for (int i = 2; i <= 10; ++i) {
        const auto next = device.ask(operation::get_configuration);
        const auto fault = [&](std::string_view what) {
            in.give_up("get_configuration of {}, read {} times while nothing changed: {}", device.id(), i,
                       what);
        };
        if (next.status != first.status) fault(fmt::format("{}, then {}", said(first), said(next)));
        if (next.body != first.body && next.revision == first.revision)
            fault("other bytes with the same revision, which the host takes for examined");
        if (next.body != first.body) fault("other bytes");
        if (next.revision != first.revision)
            fault(fmt::format("the same bytes with revisions \"{}\" and \"{}\"", first.revision,
                              next.revision));
    }
}

void playbooks(trial& in) {
    instance one{in};
    one.run();
    for (auto& device : all_known_for(in, one, operation::get_playbooks)) {
        const auto given = device.expect(operation::get_playbooks, {ECP_OK}, because_known);
        if (given.status != ECP_OK) continue;
        if (const auto fit = codec::check_playbooks(given.body); !fit)
            in.fail("get_playbooks of {}: {}", device.id(), fit.error().detail);
    }
}

// Two instances, and so two caches: whichever device is asked about first, the answers are the same.
void order(trial& in) {
    std::vector<std::string> ids;
    std::vector<reading> in_order;
    {
        instance one{in};
        one.run();
        ids = known_devices(in, one);
        if (ids.size() < 2) in.skip("one device is known, and it takes two: name another one with --device");
        in_order = read_all(one, ids);
        one.stop();
        one.destroy();
    }
    instance next{in, "the instance after it"};
    next.run();
    for (const auto& id : ids) { // a provider may keep them in memory
        const auto& named = in.about().devices;
        if (std::find(named.begin(), named.end(), id) != named.end()) continue;
        device_talk device{in, next, id};
        if (!device.is_let_in()) in.skip("{} enrols at once, and after a restart no more", id);
        device.ask(operation::put_registration);
    }
    const auto when = fmt::format("with {} read first", ids.back());
    for (auto before = in_order.rbegin(); before != in_order.rend(); ++before)
        compare(in, *before, next.call(before->request), when);
}

void name_space(trial& in) {
    instance one{in};
    one.run();
    const auto id = known_device(in, one);
    device_talk here{in, one, id};
    device_talk elsewhere{in, one, id, "elsewhere"};
    for (const auto op : calls_of_known_devices) {
        const auto first = here.ask(op);
        const auto second = elsewhere.ask(op);
        if (second.status != first.status)
            in.fail("{} of {} is answered {} in the namespace default and {} in the namespace elsewhere",
                    name(op), id, said(first), said(second));
        else if (second.body != first.body)
            in.fail("{} of {} has another body in the namespace elsewhere than in default", name(op), id);
    }
}

std::string in_another_case(std::string id) {
    std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) {
        return static_cast<char>(std::islower(c) != 0 ? std::toupper(c) : std::tolower(c));
    });
    return id;
}

// One that has just enrolled, or waits; else one that was there before. With the answer to its enrolment.
std::pair<device_talk, ecp_status> somebody(trial& in, instance& of) {
    device_talk device{in, of, made_up_device(in)};
    device.need({operation::enrol});
    const auto given = device.is_let_in() ? ECP_OK : device.ask(operation::enrol).status;
    if (progress(given) != 0) return {device, given};
    if (in.about().devices.empty()) in.skip("no device can enrol, and none is named with --device");
    device_talk named{in, of, in.about().devices.front()};
    return {named, named.ask(operation::enrol).status};
}

void case_twin(trial& in) {
    instance one{in};
    one.run();
    auto [device, enrolled] = somebody(in, one);
    if (enrolled == ECP_OK) device.ask(operation::put_registration);
    device_talk twin{in, one, in_another_case(device.id())};
    if (twin.id() == device.id()) in.skip("the id {} has no letters", device.id());
    const auto why = fmt::format("there is {}", device.id());
    twin.expect(operation::enrol, {ECP_EXISTS, ECP_DENIED}, why);
    twin.expect(operation::put_registration, {ECP_NOT_FOUND, ECP_PRECONDITION, ECP_DENIED}, why);
    twin.expect(operation::get_registration, {ECP_NOT_FOUND}, why);
    twin.expect(operation::get_configuration, {ECP_NOT_FOUND}, why);
    device.judge(operation::enrol, device.ask(operation::enrol), {enrolled},
                 "it was so before its twin came");
}

void heartbeat(trial& in) {
    instance one{in};
    one.run();
    auto device = known_for(in, one, operation::put_heartbeat);
    const auto before = device.ask(operation::get_configuration);
    for (const auto* time : {"the first", "the second", "the third"})
        device.expect(operation::put_heartbeat, {ECP_OK}, fmt::format("it is {} of three like it", time));
    const auto after = device.ask(operation::get_configuration);
    if (before.status != after.status)
        in.fail("get_configuration of {} is answered {} before its heartbeats and {} after them", device.id(),
                said(before), said(after));
    else if (before.body != after.body || before.revision != after.revision)
        in.fail("the configuration of {} has changed with its heartbeats, from revision \"{}\" to \"{}\"",
                device.id(), before.revision, after.revision);
}

// The limits of what a device may call itself, and ids that are easily taken for one another.
std::vector<std::string> notable_ids(trial& in) {
    const auto base = made_up_device(in);
    constexpr std::string_view letters{"abcdefghijklmnopqrstuvwxyz0123456789"};
    return {
        std::string{letters[in.below(letters.size())]},
        base + std::string(253 - base.size(), 'x'),
        base + std::string(252 - base.size(), 'x'),
        base + "-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz-0123456789._:-",
        base + ".a",
        base + ":a",
        base + "_a",
        base + "-a",
        "." + base,
        "-" + base,
        base + "..",
        in.below(2) == 0 ? "..." : "....",
    };
}

void ids(trial& in) {
    instance one{in};
    one.run();
    const auto all = notable_ids(in);
    std::vector<device_talk> let_in;
    for (const auto& id : all) {
        device_talk device{in, one, id};
        device.need({operation::enrol, operation::get_configuration});
        const bool known = device.is_let_in();
        device.judge(operation::enrol, device.ask(operation::enrol), {ECP_OK, ECP_CREATED, ECP_DENIED},
                     "the id is one that a device may have");
        if (known) let_in.push_back(std::move(device));
    }
    if (let_in.empty() && !in.has_failed()) in.skip("no enrolment is approved at once");
    for (auto& device : let_in) {
        const auto given = device.expect(operation::get_configuration, {ECP_OK}, "enrol has said OK");
        if (given.status != ECP_OK) continue;
        if (const auto whole = codec::check_configuration(given.body, device.id()); !whole)
            in.fail("get_configuration of {}: {}", shown(device.id()), whole.error().detail);
    }
}

constexpr std::string_view large_due =
    "the body is one that a device may send; it is taken whole or refused (INVALID, BUSY)";

void large_bodies(trial& in) {
    instance one{in};
    one.run();
    device_talk device{in, one, made_up_device(in)};
    device.need({operation::enrol});
    const auto large = device.ask(operation::enrol, large_enrolment_body());
    device.judge(operation::enrol, large, {ECP_OK, ECP_CREATED, ECP_DENIED, ECP_INVALID}, large_due);
    if (progress(large.status) == 0) return;
    if (large.status == ECP_OK || device.ask(operation::enrol, large_enrolment_body()).status == ECP_OK) {
        device.expect(operation::get_registration, {ECP_OK}, "enrol has said OK to a body of nearly 1 MiB");
        if (in.has_failed()) return;
        device.ask(operation::put_registration);
        const auto beat = device.ask(operation::put_heartbeat, large_heartbeat_body());
        device.judge(operation::put_heartbeat, beat, {ECP_OK, ECP_INVALID}, large_due);
        device.expect(operation::get_configuration, {ECP_OK}, "the device is known, and was before");
    }
}

void expect_not_removed(trial& in, device_talk& device, std::string_view after) {
    const auto given = device.ask(operation::get_registration);
    if (given.status == ECP_REMOVED)
        in.fail("get_registration of {} is answered {} after {}: no administrator has removed it",
                device.id(), said(given), after);
}

void unregistered(trial& in) {
    const auto id = made_up_device(in);
    {
        instance one{in};
        one.run();
        device_talk device{in, one, id};
        device.need({operation::enrol, operation::get_registration});
        for (const auto& request : one_of_each(id)) {
            device.ask(request.op, request.body);
            expect_not_removed(in, device, name(request.op));
            if (request.body.empty()) continue;
            device.ask(request.op, R"({"status": "down", "unregistered": true})");
            expect_not_removed(in, device, fmt::format("a strange {}", name(request.op)));
        }
        one.stop();
        one.destroy();
    }
    instance next{in, "the instance after it"};
    next.run();
    device_talk device{in, next, id};
    expect_not_removed(in, device, "a restart");
}

const std::vector<std::string_view> sound_answers{"completion.status", "completion.text"};
// Relies on a device that is known because it has just enrolled.
const std::vector<std::string_view> on_known_devices{"domain.own-writes"};

const std::array all{
    check{"domain.unknown", "A device that nobody has ever enrolled is NOT_FOUND, for every call but enrol.",
          "OK gets a stranger a certificate of the fleet; REMOVED tells a device to wipe itself.",
          answers_section, &unknown, sound_answers},
    check{"domain.enrolment", "An enrolment that is repeated is answered the same, or better.",
          "A device enrols every 10 s until it is let in; one that loses its place never is.",
          answers_section, &enrolment, sound_answers},
    check{"domain.pending",
          "A device that waits for approval is NOT_FOUND, and may not register.",
          "put_registration is what keeps a certificate from leaving: OK there, and the device is in.",
          answers_section,
          &pending,
          {"domain.enrolment"}},
    check{"domain.own-writes",
          "What was acknowledged is seen at once.",
          "A device acts on each answer: NOT_FOUND after an enrolment was OK fails its registration.",
          answers_section,
          &own_writes,
          {"domain.enrolment"}},
    check{"domain.registration", "The registration of a known device names its namespace.",
          "The device's certificate carries the namespace that is named here.", calls_section, &registration,
          on_known_devices},
    check{
        "domain.configuration", "The configuration of a known device is complete, and has a revision.",
        "A device removes the workloads that are not in it, and crashes where a hardware profile is missing.",
        answers_section, &configuration, on_known_devices},
    check{
        "domain.stable",
        "A configuration that has not changed is the same, byte for byte.",
        "A device restarts workloads whose text has changed; with lists in random order it does so all day.",
        answers_section,
        &stable,
        {"domain.configuration"}},
    check{"domain.playbooks", "The playbooks of a known device are an array of names and texts.",
          "The device's worker uses each of them unseen.", calls_section, &playbooks, on_known_devices},
    check{"domain.order",
          "What a device is told does not depend on which device was asked about before it.",
          "A cache that takes one device for another hands out its workloads and secrets.",
          answers_section,
          &order,
          {"domain.stable", "domain.registration", "domain.playbooks", "domain.unregistered"}},
    check{"domain.case-twin",
          "An id that differs from a device's in case alone is refused.",
          "Flotta compares ids without regard to case: each of the two could be the other.",
          answers_section,
          &case_twin,
          {"domain.unknown", "domain.own-writes"}},
    check{"domain.heartbeat",
          "A heartbeat is taken as often as it comes, and changes no configuration.",
          "Flotta sends a heartbeat up to four times; a revision that changes with it makes work at every "
          "poll.",
          answers_section,
          &heartbeat,
          {"domain.stable"}},
    check{"domain.namespace",
          "A device is found by its id, whichever namespace it is asked for in.",
          "A device that has no certificate yet asks in the namespace default, wherever it belongs.",
          calls_section,
          &name_space,
          {"domain.heartbeat"}},
    check{"domain.ids",
          "Every id within the rules is a device of its own, or is refused.",
          "Two ids that are one in the store give a device another one's workloads and secrets.",
          "ecp/provider.h, ecp_request",
          &ids,
          {"domain.configuration"}},
    check{"domain.large-bodies", "A body of nearly 1 MiB is taken whole, or refused.",
          "What a device reports of itself grows with its hardware and its mounts.", answers_section,
          &large_bodies, on_known_devices},
    check{"domain.unregistered",
          "A device is REMOVED by an administrator, and by nothing else.",
          "The host may tell a device that is REMOVED to wipe itself, data included.",
          "docs/provider-abi.md, \"What each call may answer\"",
          &unregistered,
          {"domain.unknown"}},
};

} // namespace

std::span<const check> domain_checks() { return all; }

} // namespace edgeconf::check
