// From the options to settings.
#pragma once

#include "ldap/settings.hpp"

#include "fleet/option_reader.hpp"

namespace edgeconf::ldap {

// What is wrong is told to the reader; the settings are then not to be used. Looks whether the files that are
// named can be read, and asks no server.
settings read_settings(fleet::option_reader& from);

} // namespace edgeconf::ldap
