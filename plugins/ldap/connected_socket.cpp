#include "ldap/connected_socket.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/name_lookup.hpp"

#include <ldap.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace edgeconf::ldap {
namespace {

using std::chrono::milliseconds;

std::string reason(int error) { return std::generic_category().message(error); }

void set(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

// Keepalive notices a peer that is gone while nothing is said; the user timeout, while something is.
void watch_peer(int fd, milliseconds silence) {
    const auto seconds = static_cast<int>(std::max<milliseconds::rep>(silence.count() / 1000, 1));
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(silence.count()));
}

// 0, or errno's.
int wait_connected(int fd, deadline until) {
    for (;;) {
        pollfd waits{fd, POLLOUT, 0};
        const int ready = ::poll(&waits, 1, static_cast<int>(left_until(until).count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return errno;
        if (ready == 0) return ETIMEDOUT;
        int error = 0;
        socklen_t size = sizeof error;
        return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
    }
}

// 0, or errno's.
int try_address(const sockaddr* address, socklen_t size, deadline until, owned_descriptor& made) {
    made = owned_descriptor{::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (made.get() < 0) return errno;
    if (::connect(made.get(), address, size) == 0) return 0;
    return errno == EINPROGRESS ? wait_connected(made.get(), until) : errno;
}

owned_descriptor connect_to_socket(const std::string& path, deadline until) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw directory_problem{LDAP_PARAM_ERROR, "the path of the socket is too long"};
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    owned_descriptor made;
    const int error = try_address(reinterpret_cast<const sockaddr*>(&address), sizeof address, until, made);
    if (error != 0) throw directory_problem{LDAP_SERVER_DOWN, "cannot be connected to: " + reason(error)};
    return made;
}

} // namespace

owned_descriptor connect_to(const server_url& where, deadline until, milliseconds silence) {
    if (where.scheme == url_scheme::ldapi) return connect_to_socket(where.host, until);
    const auto found = find_addresses(where.host, where.port, until);
    int left = 0;
    for (const auto* each = found.get(); each != nullptr; each = each->ai_next) ++left;
    int error = 0;
    for (const auto* each = found.get(); each != nullptr; each = each->ai_next, --left) {
        owned_descriptor made;
        error = try_address(each->ai_addr, each->ai_addrlen, after(left_until(until) / left), made);
        if (error != 0) continue;
        watch_peer(made.get(), silence);
        return made;
    }
    throw directory_problem{error == ETIMEDOUT ? LDAP_TIMEOUT : LDAP_SERVER_DOWN,
                            "cannot be connected to: " + reason(error)};
}

} // namespace edgeconf::ldap
