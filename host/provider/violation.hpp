// What a provider breaks when it breaks the contract.
#pragma once

#include <cstddef>
#include <string_view>

namespace edgeconf::provider {

enum class violation {
    stale_completion,  // an operation completed twice, or one that never was
    malformed_result,  // sizes, pointers or lengths that cannot be
    unexpected_status, // one that this call does not have
    incomplete_answer, // a body that would harm a device
    slow_call,         // a call that blocked although it must not
};
inline constexpr std::size_t violation_kinds = 5;

std::string_view name(violation v) noexcept;

} // namespace edgeconf::provider
