// The order of a map's keys in YAML that go-yaml writes: natural, as a person would sort them.
#pragma once

#include <string_view>

namespace edgeconf::fleet {

// Letters after everything else, numbers by their value: "8080" < "_a" < "a" < "k9" < "k10". Outside ASCII
// everything counts as a letter. Pure. Not transitive for every odd mixture, so sort with std::stable_sort,
// which stays in bounds whatever it is told.
bool comes_before(std::string_view a, std::string_view b) noexcept;

} // namespace edgeconf::fleet
