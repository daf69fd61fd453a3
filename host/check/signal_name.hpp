// Signals in words.
#pragma once

#include <fmt/format.h>

#include <string.h>

#include <string>

namespace edgeconf::check {

// "SIGTERM"; "signal 34" where it has no name.
inline std::string signal_name(int number) {
    const char* name = ::sigabbrev_np(number);
    return name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", name);
}

} // namespace edgeconf::check
