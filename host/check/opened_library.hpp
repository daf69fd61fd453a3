// The library in the check's process, as the host loads it.
#pragma once

#include "check/trial.hpp"

#include <ecp/provider.h>

#include <string>

namespace edgeconf::check {

using entry_function = const ecp_provider*(ECP_CALL*)(const ecp_host*);

struct opened_library {
    void* handle = nullptr; // never closed
    entry_function entry = nullptr;
};

// dlopen with a host's flags. Gives the check up where that fails, with the loader's words.
opened_library open_library(trial& in);

// The provider's table for that host, today's without one; members that it lacks are zero. Gives the check up
// where there is none.
ecp_provider table_of(trial& in, const ecp_host* host = nullptr);

// What the entry answers, as it is.
const ecp_provider* ask_entry(trial& in, const ecp_host* host);

} // namespace edgeconf::check
