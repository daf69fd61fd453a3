// From the option `mapping` to settings.
#pragma once

#include "ldap/settings.hpp"

#include "fleet/option_reader.hpp"

#include <string_view>

namespace edgeconf::ldap {

// `from` is the object of the option. What is wrong is told to the reader.
mapping_settings read_mapping(fleet::option_reader& from);

// A text that is there, not empty, and a DN; what is wrong is told to the reader.
void read_dn(fleet::option_reader& from, std::string_view key, std::string& value);

} // namespace edgeconf::ldap
