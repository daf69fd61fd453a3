// What the operating system knows of this process, under the names that Prometheus' clients share.
#pragma once

#include "observe/metrics.hpp"

namespace edgeconf::observe {

// CPU time, memory, open descriptors and the start time; what cannot be read is left out.
std::vector<sample> process_figures();

} // namespace edgeconf::observe
