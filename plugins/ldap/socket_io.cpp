#include "ldap/socket_io.hpp"

#include <lber.h>

#include <cerrno>
#include <new>
#include <optional>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgeconf::ldap {
namespace {

using waiting = std::optional<deadline>;

constexpr int set_waiting = 0x5eed; // an option of our own, beyond liblber's

waiting& waiting_of(Sockbuf_IO_Desc* of) { return *static_cast<waiting*>(of->sbiod_pvt); }

int descriptor(Sockbuf_IO_Desc* of) {
    ber_socket_t fd = -1;
    ber_sockbuf_ctrl(of->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
    return fd;
}

// Whether it is worth another attempt; errno is for the caller of the attempt if not.
bool wait_for(Sockbuf_IO_Desc* of, short what) {
    if (errno == EINTR) return true;
    const auto& until = waiting_of(of);
    if (!until || (errno != EAGAIN && errno != EWOULDBLOCK)) return false;
    pollfd waits{descriptor(of), what, 0};
    const int ready = ::poll(&waits, 1, static_cast<int>(left_until(*until).count()));
    if (ready == 0) errno = ETIMEDOUT;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

int setup(Sockbuf_IO_Desc* of, void*) {
    of->sbiod_pvt = new (std::nothrow) waiting;
    return of->sbiod_pvt == nullptr ? -1 : 0;
}

int remove(Sockbuf_IO_Desc* of) {
    delete static_cast<waiting*>(of->sbiod_pvt);
    of->sbiod_pvt = nullptr;
    return 0;
}

int control(Sockbuf_IO_Desc* of, int option, void* value) {
    if (option != set_waiting) return 0;
    waiting_of(of) = *static_cast<const waiting*>(value);
    return 1;
}

ber_slen_t read(Sockbuf_IO_Desc* from, void* buffer, ber_len_t size) {
    for (;;) {
        const auto count = ::recv(descriptor(from), buffer, size, MSG_DONTWAIT);
        if (count >= 0 || !wait_for(from, POLLIN)) return count;
    }
}

// That the peer is gone is told by the next read: libldap leaks a request that it cannot send.
ber_slen_t write(Sockbuf_IO_Desc* to, void* buffer, ber_len_t size) {
    for (;;) {
        const auto count = ::send(descriptor(to), buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && (errno == EPIPE || errno == ECONNRESET)) return static_cast<ber_slen_t>(size);
        if (count >= 0 || !wait_for(to, POLLOUT)) return count;
    }
}

int close(Sockbuf_IO_Desc* of) {
    if (const int fd = descriptor(of); fd >= 0) ::close(fd);
    return 0;
}

void set(Sockbuf* sockbuf, waiting until) { ber_sockbuf_ctrl(sockbuf, set_waiting, &until); }

} // namespace

bool use_socket_io(Sockbuf* sockbuf) {
    static Sockbuf_IO io{&setup, &remove, &control, &read, &write, &close};
    return ber_sockbuf_add_io(sockbuf, &io, LBER_SBIOD_LEVEL_PROVIDER, nullptr) == 0;
}

void wait_until(Sockbuf* sockbuf, deadline until) { set(sockbuf, until); }

void stop_waiting(Sockbuf* sockbuf) { set(sockbuf, std::nullopt); }

} // namespace edgeconf::ldap
