#include "check/groups/groups.hpp"

#include "check/opened_library.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <array>
#include <cstddef>

namespace edgeconf::check {
namespace {

// Reads nothing but the size.
void size(trial& in) {
    const auto* given = ask_entry(in, stand_in_host::get().table());
    if (given == nullptr) in.skip("the entry refuses this host: load.entry tells");
    constexpr auto least = offsetof(ecp_provider, get_playbooks) + sizeof(given->get_playbooks);
    if (given->struct_size < least)
        in.fail("struct_size is {}, and the first ecp_provider had {} bytes: set it to sizeof(ecp_provider)",
                given->struct_size, least);
}

void complete(trial& in) {
    const auto table = table_of(in);
    if (table.create == nullptr) in.fail("create is NULL");
    if (table.start == nullptr) in.fail("start is NULL");
    if (table.stop == nullptr) in.fail("stop is NULL");
    if (table.destroy == nullptr) in.fail("destroy is NULL");
}

const std::array all{
    check{"table.size",
          "The table says its own size, and has all that the first one had.",
          "A host reads what struct_size covers, and refuses a table that lacks what every one has.",
          "ecp/provider.h, \"Growth\"",
          &size,
          {"load.entry"}},
    check{"table.complete",
          "create, start, stop and destroy are there.",
          "A host refuses a table without them.",
          "ecp/provider.h, ecp_provider",
          &complete,
          {"table.size"}},
};

} // namespace

std::span<const check> table_checks() { return all; }

} // namespace edgeconf::check
