// Times as Kubernetes writes them: RFC 3339, "2022-11-03T10:11:12Z".
#pragma once

#include "fleet/liveness.hpp"

#include <optional>
#include <string>

namespace edgeconf::fleet {

// To the second, from 1970 to 9999; what is before that, such as Go's zero time, is 0: never. Nothing for
// any other text.
std::optional<unix_seconds> read_timestamp(const std::string& text);

} // namespace edgeconf::fleet
