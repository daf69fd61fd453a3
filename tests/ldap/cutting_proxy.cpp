#include "ldap/cutting_proxy.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace edgeconf::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

void close_with_reset(int fd) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

} // namespace

cutting_proxy::cutting_proxy(std::uint16_t server_port)
    : listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
      waker_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}, server_port_{server_port} {
    auto at = loopback(0);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (waker_ < 0 || bind(listener_, address, size) != 0 || listen(listener_, 128) != 0 ||
        getsockname(listener_, address, &size) != 0)
        throw std::runtime_error{"no port for the proxy"};
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { run(); }};
}

cutting_proxy::~cutting_proxy() {
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    wake();
    thread_.join();
    for (const auto& c : connections_) reset(c);
    close(listener_);
    close(waker_);
}

std::string cutting_proxy::url() const { return "ldap://127.0.0.1:" + std::to_string(port_); }

void cutting_proxy::cut() {
    const std::lock_guard lock{mutex_};
    for (const auto& c : connections_) reset(c);
    connections_.clear();
    ++cuts_;
    wake();
}

void cutting_proxy::refuse() {
    const std::lock_guard lock{mutex_};
    refusing_ = true;
}

void cutting_proxy::admit() {
    const std::lock_guard lock{mutex_};
    refusing_ = false;
}

void cutting_proxy::hold(way which) {
    const std::lock_guard lock{mutex_};
    if (which != way::out) in_held_ = true;
    if (which != way::in) out_held_ = true;
    wake();
}

void cutting_proxy::release() {
    const std::lock_guard lock{mutex_};
    in_held_ = out_held_ = false;
    wake();
}

std::size_t cutting_proxy::connections() const {
    const std::lock_guard lock{mutex_};
    return connections_.size();
}

std::size_t cutting_proxy::accepted() const {
    const std::lock_guard lock{mutex_};
    return accepted_;
}

void cutting_proxy::run() {
    std::unique_lock lock{mutex_};
    while (!ending_) {
        // poll() always tells of errors: what is not waited for must not be there, or it would not wait.
        std::vector<pollfd> polled{{listener_, POLLIN, 0}, {waker_, POLLIN, 0}};
        for (const auto& c : connections_) {
            for (const auto* s : {&c.in, &c.out}) {
                if (s->ended || is_held(c, *s))
                    polled.push_back({-1, 0, 0});
                else if (s->pending.empty())
                    polled.push_back({s->from, POLLIN, 0});
                else
                    polled.push_back({s->to, POLLOUT, 0});
            }
        }
        const auto cuts = cuts_;
        lock.unlock();
        poll(polled.data(), polled.size(), -1);
        lock.lock();
        std::uint64_t ignored = 0;
        if (read(waker_, &ignored, sizeof ignored) < 0 && !would_block()) return;
        if (cuts != cuts_) continue; // the descriptors may be others' by now
        std::size_t next = 2;
        for (auto c = connections_.begin(); c != connections_.end();) {
            bool sound = true;
            for (auto* s : {&c->in, &c->out})
                if (polled[next++].revents != 0 && !is_held(*c, *s)) sound = sound && advance(*s);
            if (!sound) reset(*c);
            if (sound && c->in.ended && c->out.ended) {
                close(c->in.from);
                close(c->in.to);
                sound = false;
            }
            c = sound ? std::next(c) : connections_.erase(c);
        }
        if (polled[0].revents != 0) accept_one();
    }
}

void cutting_proxy::accept_one() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    ++accepted_;
    if (refusing_) {
        close_with_reset(client);
        return;
    }
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto at = loopback(server_port_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 && errno != EINPROGRESS) {
        close_with_reset(client);
        close(server);
        return;
    }
    connections_.push_back({.in = {.from = client, .to = server}, .out = {.from = server, .to = client}});
}

bool cutting_proxy::is_held(const connection& c, const stream& s) const {
    return &s == &c.in ? in_held_ : out_held_;
}

// A step that does not block; false if the connection is broken.
bool cutting_proxy::advance(stream& s) {
    if (s.pending.empty()) {
        std::array<char, 65536> chunk;
        const auto got = recv(s.from, chunk.data(), chunk.size(), 0);
        if (got < 0) return would_block();
        if (got == 0) {
            s.ended = true;
            return shutdown(s.to, SHUT_WR) == 0;
        }
        s.pending.assign(chunk.begin(), chunk.begin() + got);
    }
    const auto sent = send(s.to, s.pending.data(), s.pending.size(), MSG_NOSIGNAL);
    if (sent < 0) return would_block();
    s.pending.erase(s.pending.begin(), s.pending.begin() + sent);
    return true;
}

void cutting_proxy::reset(const connection& c) {
    close_with_reset(c.in.from);
    close_with_reset(c.in.to);
}

void cutting_proxy::wake() const {
    const std::uint64_t one = 1;
    if (write(waker_, &one, sizeof one) < 0 && !would_block())
        throw std::runtime_error{"cannot wake the proxy"};
}

} // namespace edgeconf::test
