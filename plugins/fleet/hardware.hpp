// What a device reports of its hardware, in the wire's spelling: what is kept of it, and the labels that come
// of it (R16, R17, R36). Pure functions.
#pragma once

#include "fleet/selector.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// Puts every field of `reported` that is not empty on top of `known`; true when that changed anything. A
// device sends what cannot change once and leaves it out later, so nothing is ever taken away (R36). Lists
// are replaced whole, since their elements have no names.
bool merge_hardware(boost::json::object& known, const boost::json::object& reported);

// `hardware` as JSON text of at most `limit` bytes: past that the long lists go, the least telling first, so
// that what a device can make the server keep is bounded.
std::string bounded_hardware(boost::json::object hardware, std::size_t limit);

// The labels of R16, device.hostname to device.system-serial: those that have a value. What is not reported
// gives no label, not an empty one, so that a merge leaves the device's old one (R17).
string_map hardware_labels(const boost::json::object& reported);

// Whether `key` is that of a label that hardware_labels() gives.
bool is_hardware_label(std::string_view key) noexcept;

// `text` as a label's value: lower case, from its first to its last letter or digit, only a-z 0-9 - _ .
// in between, at most 63 characters of that, trimmed again (R16). Empty when nothing is left.
std::string normalised_label(std::string_view text);

} // namespace edgeconf::fleet
