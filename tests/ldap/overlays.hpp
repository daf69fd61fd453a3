// Overlays by which a real slapd refuses what it would take otherwise: as slapd_options::configuration.
#pragma once

#include "ldap/slapd.hpp"

#include <string>
#include <string_view>

namespace edgeconf::test {

std::string overlay(std::string_view name, std::string_view settings);

// Fails for what it is asked to do with entries that let_fail() was called for.
std::string failing_entries();

// Of an entry that is there: `operation` is modify or delete, and is answered with "other" (80).
void let_fail(const slapd& directory, const std::string& dn, const std::string& operation);

} // namespace edgeconf::test
