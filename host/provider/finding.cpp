#include "provider/finding.hpp"

#include <algorithm>

namespace edgeconf::provider {

bool has_error(const findings& found) noexcept {
    return std::any_of(found.begin(), found.end(), [](const finding& f) { return f.is_error; });
}

} // namespace edgeconf::provider
