// Into the provider, and back.
#pragma once

#include <ecp/provider.h>

#include <utility>

namespace edgeconf::check {

// Calls a function of the provider's as C does it: what it throws ends the process, and is no exception of
// the check's own.
template <class R, class... Parameters, class... Arguments>
R call_provider(R(ECP_CALL* function)(Parameters...), Arguments&&... arguments) noexcept {
    return function(std::forward<Arguments>(arguments)...);
}

} // namespace edgeconf::check
