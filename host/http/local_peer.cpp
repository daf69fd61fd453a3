#include "http/local_peer.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>

namespace edgeconf::http {

peer identify_local(int fd, const std::optional<std::vector<unsigned>>& users) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return {!users.has_value(), "unknown"};
    const bool admitted = !users || std::find(users->begin(), users->end(), credentials.uid) != users->end();
    return {admitted, fmt::format("uid {} (pid {})", credentials.uid, credentials.pid)};
}

} // namespace edgeconf::http
