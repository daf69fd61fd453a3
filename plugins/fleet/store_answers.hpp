// What administrators are told when the store fails behind what they asked for.
#pragma once

#include <ecp/provider.hpp>

namespace edgeconf::fleet {

inline ecp::reply taken_over_only() {
    return ecp::reply{ECP_UNAVAILABLE,
                      "taken over, but not stored yet: the store cannot be written; it is stored "
                      "as soon as it can be, unless the host ends before"};
}

} // namespace edgeconf::fleet
