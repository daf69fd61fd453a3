// What an unquoted YAML scalar means to Kubernetes, which reads YAML 1.1: `yes` and `on` are booleans,
// `0x10` is a number, `1:30` may be one. Reading follows Kubernetes' own reader; writing avoids every
// text that any YAML 1.1 reader could take for something other than a string. Pure functions.
#pragma once

#include <boost/json/fwd.hpp>

#include <string_view>

namespace edgeconf::fleet {

// The value of a plain scalar: null, boolean, integer, float, or the text itself.
boost::json::value resolve_scalar(std::string_view plain);

// Whether every YAML 1.1 reader takes `text`, written plainly, as the string it is. Looks at meaning
// alone; whether the characters are allowed in a plain scalar is the emitter's business.
bool stays_string(std::string_view text) noexcept;

} // namespace edgeconf::fleet
