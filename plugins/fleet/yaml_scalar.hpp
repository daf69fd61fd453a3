// What an unquoted YAML scalar means to Kubernetes, which reads and writes YAML 1.1 with go-yaml 2: `yes`
// and `on` are booleans, `0x10` is a number. Pure functions.
#pragma once

#include <boost/json/fwd.hpp>

#include <string_view>

namespace edgeconf::fleet {

// The value of a plain scalar: null, boolean, integer, float, or the text itself.
boost::json::value resolve_scalar(std::string_view plain);

// Whether go-yaml writes `text` without quotes as far as its meaning goes: what it would read back as
// something else, dates and base-60 numbers (`1:30`) included, it quotes. Whether the characters are
// allowed in a plain scalar is the writer's business.
bool stays_string(std::string_view text) noexcept;

} // namespace edgeconf::fleet
