// The one table from what a provider says to what the host means by it.
#pragma once

#include "model/device_call.hpp"
#include "model/problem.hpp"

#include <ecp/provider.h>

#include <optional>

namespace edgeconf::provider {

// The outcome for a status that means success in that call; nothing for every other.
std::optional<outcome> success_of(operation op, ecp_status status) noexcept;

// The failure for any other status. One that does not exist, or that this call does not know, is
// errc::internal.
errc failure_of(ecp_status status) noexcept;

} // namespace edgeconf::provider
