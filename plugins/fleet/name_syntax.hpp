// What names, labels and keys may look like in Kubernetes: a cluster would have refused anything else.
// Device ids and namespaces are in identity.hpp. Pure functions.
#pragma once

#include <string_view>

namespace edgeconf::fleet {

// An object's name: 1 to 253 of a-z 0-9 - and ., a letter or digit at both ends and on both sides of a dot.
bool is_object_name(std::string_view text) noexcept;

// 1 to 63 of A-Z a-z 0-9 - _ . with a letter or digit at both ends; in front of it, if anything, a DNS
// name and a slash.
bool is_label_key(std::string_view text) noexcept;

// Empty, or as the last part of a label's key.
bool is_label_value(std::string_view text) noexcept;

// A key of a ConfigMap or Secret: 1 to 253 of A-Z a-z 0-9 - _ . that do not start with two dots.
bool is_data_key(std::string_view text) noexcept;

} // namespace edgeconf::fleet
