#include "provider/violation.hpp"

namespace edgeconf::provider {

std::string_view name(violation v) noexcept {
    switch (v) {
    case violation::stale_completion: return "stale_completion";
    case violation::malformed_result: return "malformed_result";
    case violation::unexpected_status: return "unexpected_status";
    case violation::incomplete_answer: return "incomplete_answer";
    case violation::slow_call: return "slow_call";
    }
    return "unknown";
}

} // namespace edgeconf::provider
