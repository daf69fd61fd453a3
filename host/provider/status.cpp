#include "provider/status.hpp"

namespace edgeconf::provider {

std::optional<outcome> success_of(operation op, ecp_status status) noexcept {
    if (status == ECP_OK) return outcome::ok;
    if (status == ECP_CREATED && op == operation::enrol) return outcome::created;
    if (status == ECP_REMOVED && op == operation::get_registration) return outcome::removed;
    return std::nullopt;
}

errc failure_of(ecp_status status) noexcept {
    switch (status) {
    case ECP_CANCELLED: return errc::cancelled;
    case ECP_INVALID: return errc::invalid;
    case ECP_NOT_FOUND: return errc::not_found;
    case ECP_EXISTS: return errc::exists;
    case ECP_CONFLICT: return errc::conflict;
    case ECP_DENIED: return errc::denied;
    case ECP_UNAUTHENTICATED: return errc::unauthenticated;
    case ECP_DEADLINE: return errc::deadline;
    case ECP_BUSY: return errc::busy;
    case ECP_UNAVAILABLE: return errc::unavailable;
    case ECP_UNIMPLEMENTED: return errc::unimplemented;
    case ECP_PRECONDITION: return errc::precondition;
    case ECP_CORRUPT: return errc::corrupt;
    default: return errc::internal;
    }
}

} // namespace edgeconf::provider
