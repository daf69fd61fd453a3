#include "check/groups/groups.hpp"

#include "check/instance.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <vector>

namespace edgeconf::check {
namespace {

constexpr std::string_view operations_section =
    "ecp/provider.h, \"Operations\"; docs/provider-abi.md, \"An operation's life\"";

// The devices whose calls go different ways through a provider.
std::vector<std::string> devices(trial& in, instance& of) {
    std::vector<std::string> ids{unknown_device(in)};
    if (auto known = find_known_device(in, of)) ids.push_back(*std::move(known));
    return ids;
}

struct made_call {
    device_request request;
    answer given;
    std::string name() const {
        return fmt::format("{} of {}", edgeconf::name(request.op), request.device_id);
    }
};

// Every call of the provider's, once for each device.
std::vector<made_call> call_everything(trial& in, instance& of, bool revoke = false) {
    std::vector<made_call> all;
    for (const auto& id : devices(in, of)) {
        for (auto& request : one_of_each(id)) {
            if (!of.has(request.op)) continue;
            request.revoke_when_completed = revoke;
            auto given = of.call(request);
            all.push_back({std::move(request), std::move(given)});
        }
    }
    return all;
}

void once(trial& in) {
    instance one{in};
    one.run();
    call_everything(in, one);
    one.wait_until_returned();
    one.stop(); // after it nothing more can come
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_again)) in.fail("{}", m.text);
    for (const auto& m : stand_in_host::get().misuses(misuse::completed_unknown)) in.fail("{}", m.text);
}

void result(trial& in) {
    instance one{in};
    one.run();
    for (const auto& call : call_everything(in, one))
        for (const auto& fault : call.given.malformed) in.fail("{}: {}", call.name(), fault);
}

void status(trial& in) {
    instance one{in};
    one.run();
    for (const auto& call : call_everything(in, one))
        if (!may_answer(call.request.op, call.given.status))
            in.fail("{} is answered {}, which this call does not have", call.name(),
                    name_of(call.given.status));
}

void text(trial& in) {
    instance one{in};
    one.run();
    for (const auto& call : call_everything(in, one)) {
        for (const auto& member : call.given.bad_texts) in.fail("{}: {} is not UTF-8", call.name(), member);
        boost::system::error_code ec;
        if (!call.given.body.empty()) boost::json::parse(call.given.body, ec);
        if (ec) in.fail("{}: the body is no JSON: {}", call.name(), ec.message());
    }
}

void memory(trial& in) {
    instance one{in};
    one.run();
    call_everything(in, one, true);
    one.wait_until_returned();
    one.stop();
}

const std::array all{
    check{"completion.once",
          "Every operation is completed, and exactly once.",
          "A call that never ends costs its device the deadline and the host a slot; a second completion may "
          "meet "
          "another device's call.",
          operations_section,
          &once,
          {"life.starts", "life.stops"}},
    check{
        "completion.result",
        "Every result is well formed: struct_size set, counts and pointers that agree, lengths "
        "that a host takes.",
        "The host answers 500 for a result that it cannot read, and stops asking a provider that goes on so.",
        "ecp/provider.h, ecp_result",
        &result,
        {"completion.once"}},
    check{"completion.status",
          "Every status is one that the call has.",
          "The host answers 500 for a status that it cannot translate.",
          "docs/provider-abi.md, \"What each call may answer\"",
          &status,
          {"completion.result"}},
    check{"completion.text",
          "Messages and revisions are UTF-8, and bodies are JSON.",
          "A body goes to a device as it is; a message goes into the operator's log.",
          "ecp/provider.h, \"Text\"",
          &text,
          {"completion.result"}},
    check{"completion.memory",
          "A request is not touched any more once its operation is completed.",
          "The host uses the memory for the next device's request: what is read there is another device's.",
          operations_section,
          &memory,
          {"completion.once"}},
};

} // namespace

std::span<const check> completion_checks() { return all; }

} // namespace edgeconf::check
