#include "check/groups/groups.hpp"

#include "check/opened_library.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <array>

namespace edgeconf::check {
namespace {

constexpr std::string_view loading_section = "docs/provider-abi.md, \"Loading\"";

void opens(trial& in) { open_library(in); }

void entry(trial& in) { table_of(in); }

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
};

} // namespace

std::span<const check> load_checks() { return all; }

} // namespace edgeconf::check
