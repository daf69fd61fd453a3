#include "http/listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace edgeconf::http {
namespace {

constexpr int backlog = 4096; // the kernel lowers it to net.core.somaxconn

problem cannot_listen(const endpoint& at, int error) {
    auto why = std::error_code{error, std::generic_category()}.message();
    if (error == EADDRINUSE) why += "; is another edgeconf running, or another service on this port?";
    if (error == EACCES) why += "; ports below 1024 need CAP_NET_BIND_SERVICE, sockets a writable folder";
    return {errc::unavailable, fmt::format("cannot listen on {}: {}", at.text(), why)};
}

// The address as the socket calls want it.
std::pair<sockaddr_storage, socklen_t> native(const endpoint& at) {
    sockaddr_storage storage{};
    if (at.is_unix()) {
        auto& address = reinterpret_cast<sockaddr_un&>(storage);
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, at.socket.c_str(), sizeof address.sun_path - 1);
        return {storage, sizeof(sockaddr_un)};
    }
    const asio::ip::tcp::endpoint tcp{asio::ip::make_address(at.address), at.port};
    std::memcpy(&storage, tcp.data(), tcp.size());
    return {storage, static_cast<socklen_t>(tcp.size())};
}

int open_socket(const endpoint& at, bool shared_port) {
    const auto [address, size] = native(at);
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    constexpr int on = 1;
    if (!at.is_unix()) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted sockets inherit it
        if (shared_port) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        if (address.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

// With SO_REUSEPORT a second host of the same user would bind silently and get half the connections;
// without it, binding tells.
bool port_is_free(const endpoint& at) {
    const int fd = open_socket(at, false);
    if (fd < 0) return false;
    close(fd);
    return true;
}

void learn_port(int fd, endpoint& at) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (at.is_unix() || getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return;
    at.port = ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                                  : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

// Whether somebody answers on the Unix socket; if not, its file is a leftover.
bool is_served(const endpoint& at) {
    const auto [address, size] = native(at);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return true;
    const bool answers = connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
    close(fd);
    return answers;
}

void remove_leftover(const endpoint& at) {
    struct stat s {};
    if (lstat(at.socket.c_str(), &s) == 0 && S_ISSOCK(s.st_mode) && !is_served(at)) unlink(at.socket.c_str());
}

int open_unix(const endpoint& at) {
    remove_leftover(at);
    const auto before = umask(S_IXUSR | S_IXGRP | S_IRWXO); // created 0660 at once, never wider
    const int fd = open_socket(at, false);
    const int error = errno;
    umask(before);
    errno = error;
    return fd;
}

} // namespace

bound_socket::bound_socket(bound_socket&& other) noexcept : fd_{other.take()} {}

bound_socket::~bound_socket() {
    if (fd_ >= 0) close(fd_);
}

int bound_socket::take() noexcept { return std::exchange(fd_, -1); }

result<std::vector<bound_socket>> bound_socket::bind(endpoint& at, std::size_t count) {
    std::vector<bound_socket> sockets;
    if (!at.is_unix() && at.port != 0 && !port_is_free(at)) return cannot_listen(at, errno);
    for (std::size_t i = 0; i < count; ++i) {
        const bool duplicate = at.is_unix() && i > 0;
        bound_socket made{duplicate      ? dup(sockets.front().fd_)
                          : at.is_unix() ? open_unix(at)
                                         : open_socket(at, true)};
        if (made.fd_ < 0) return cannot_listen(at, errno);
        if (!duplicate && ::listen(made.fd_, backlog) != 0) return cannot_listen(at, errno);
        learn_port(made.fd_, at);
        sockets.push_back(std::move(made));
    }
    return sockets;
}

} // namespace edgeconf::http
