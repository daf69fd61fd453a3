// The part of a provider's options that says who may join: approval, approval-rules, allowed-namespaces and
// automatic-limit.
#pragma once

#include "fleet/admission.hpp"
#include "fleet/option_reader.hpp"

namespace edgeconf::fleet {

// Reads the files of ids and serial numbers that rules name, too: what is decided later takes no I/O. What
// is wrong goes to the reader's problems; the result is of use only if there are none.
admission_settings read_admission(option_reader& from);

} // namespace edgeconf::fleet
