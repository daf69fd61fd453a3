// Who is at the other end of a Unix socket, as the kernel says.
#pragma once

#include "http/message.hpp"

#include <optional>
#include <vector>

namespace edgeconf::http {

// The peer of the connected Unix socket `fd`, admitted if its effective user is one of `users`;
// nobody is, where the kernel does not say. Without `users`, everybody who could open the socket is.
peer identify_local(int fd, const std::optional<std::vector<unsigned>>& users);

} // namespace edgeconf::http
