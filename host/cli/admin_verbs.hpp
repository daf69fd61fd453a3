// The verbs for a running host: asks over the admin socket and prints what it says.
#pragma once

#include "cli/command_line.hpp"

namespace edgeconf::cli {

// The process's exit code: 0 done, 1 not, with the reason on standard error.
int run_admin_verb(const command& what);

} // namespace edgeconf::cli
