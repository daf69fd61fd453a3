#include "check/groups/groups.hpp"

#include "check/instance.hpp"
#include "check/prepared_options.hpp"
#include "check/trial.hpp"

#include <array>

namespace edgeconf::check {
namespace {

constexpr std::string_view life_section = "docs/provider-abi.md, \"An instance's life\"";

void tell_malformed(trial& in, std::string_view what, const answer& given) {
    for (const auto& fault : given.malformed) in.fail("the result of {}: {}", what, fault);
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

const std::array all{
    check{"life.starts",
          "create and start succeed with the given options.",
          "Without it the host does not serve at all.",
          life_section,
          &starts,
          {"table.complete", "table.schema"}},
    check{"life.stops",
          "stop is completed once, with OK, and destroy returns.",
          "A host that waits for a stop in vain ends without destroying the instance, after "
          "provider.deadlines.stop.",
          life_section,
          &stops,
          {"life.starts"}},
};

} // namespace

std::span<const check> life_checks() { return all; }

} // namespace edgeconf::check
