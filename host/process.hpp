// What this process asks of the operating system before it serves.
#pragma once

#include <filesystem>

namespace edgeconf {

// No core files (they would hold keys and Secrets), as many descriptors as the hard limit allows, and
// a peer that closes early is an error code, not a signal.
void prepare_process();

// `../lib/edgeconf/providers` from the binary: the same in the build tree and installed.
std::filesystem::path provider_directory();

// Ends the process with code 1 and unwinds nothing, runs nothing registered: a provider may still be
// inside our objects, hold a stream's lock or have left handlers. The log is written already.
[[noreturn]] void leave_at_once();

} // namespace edgeconf
