// Which device ids and namespaces exist at all. A device chooses its id, so it is hostile input
// until it has passed here. Ours; Flotta itself takes what Kubernetes takes.
#pragma once

#include <string_view>

namespace edgeconf::codec {

// 1 to 253 of A-Z a-z 0-9 . _ : -, but neither "." nor "..".
bool is_device_id(std::string_view text) noexcept;

// A DNS label: 1 to 63 of a-z 0-9 -, beginning and ending with a letter or digit.
bool is_namespace(std::string_view text) noexcept;

} // namespace edgeconf::codec
