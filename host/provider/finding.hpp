// What is wrong with a provider's options, as the schema or the provider itself found it.
#pragma once

#include <string>
#include <vector>

namespace edgeconf::provider {

struct finding {
    bool is_error = true; // else a warning
    std::string pointer;  // JSON Pointer into the options; empty: all of them
    std::string message;
};
using findings = std::vector<finding>;

bool has_error(const findings& found) noexcept;

} // namespace edgeconf::provider
