// How long something may take that has to end now.
#pragma once

#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <chrono>

namespace edgeconf::check {

inline clock::duration patience(const trial& in) {
    return std::chrono::duration_cast<clock::duration>(in.about().patience);
}

// When patience that begins now is over.
inline clock::time_point soon(const trial& in) { return clock::now() + patience(in); }

} // namespace edgeconf::check
