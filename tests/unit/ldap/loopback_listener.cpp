#include "loopback_listener.hpp"

#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgeconf::test {

loopback_listener::loopback_listener(std::function<void(int)> serve) : serve_{std::move(serve)} {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (listening_ < 0 || ::bind(listening_, any, size) != 0 || ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, any, &size) != 0)
        throw std::runtime_error{"no port to listen on"};
    port_ = ntohs(address.sin_port);
    address_ = "127.0.0.1:" + std::to_string(port_);
    thread_ = std::thread{[this] { run(); }};
}

loopback_listener::~loopback_listener() {
    {
        const std::lock_guard lock{mutex_};
        ends_ = true;
        if (serving_ >= 0) ::shutdown(serving_, SHUT_RDWR);
    }
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
}

void loopback_listener::run() {
    for (;;) {
        const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_;
        {
            const std::lock_guard lock{mutex_};
            serving_ = fd;
            if (ends_) ::shutdown(fd, SHUT_RDWR);
        }
        serve_(fd);
        const std::lock_guard lock{mutex_};
        serving_ = -1;
        ::close(fd);
    }
}

namespace serving {

void silence(int fd) {
    char read[4096];
    while (::recv(fd, read, sizeof read, 0) > 0) {
    }
}

void deafness(int fd) {
    pollfd waits{fd, POLLRDHUP, 0};
    ::poll(&waits, 1, -1);
}

void reset(int fd) {
    const linger none{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

void bound(int fd) {
    // BindResponse, message 1: success
    bytes(std::string{"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00", 14})(fd);
}

std::function<void(int)> bytes(std::string given) {
    return [given = std::move(given)](int fd) {
        char read[4096];
        if (::recv(fd, read, sizeof read, 0) <= 0) return;
        if (::send(fd, given.data(), given.size(), MSG_NOSIGNAL) > 0) silence(fd);
    };
}

} // namespace serving

} // namespace edgeconf::test
