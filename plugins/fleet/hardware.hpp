// What a device reports of its hardware, kept as JSON text in the wire's spelling, and the labels that
// come of it (R16, R36). Pure functions.
#pragma once

#include "fleet/selector.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// `known` with every field of `reported` that is not empty on top. A device sends what cannot change once
// and leaves it out later, so nothing is ever taken away. `known` is an earlier result, or empty.
// Past `limit` bytes the long lists go, the least telling first, so that what a device can make the server
// keep is bounded.
std::string merge_hardware(const std::string& known, const boost::json::object& reported, std::size_t limit);

// device.hostname, device.cpu-architecture, device.cpu-model and device.system-...: those that have a value.
string_map hardware_labels(const boost::json::object& reported);

// `text` as a label's value: lower case, from its first to its last letter or digit, only a-z 0-9 - _ .
// in between, at most 63 characters. Empty when nothing is left.
std::string normalised_label(std::string_view text);

} // namespace edgeconf::fleet
