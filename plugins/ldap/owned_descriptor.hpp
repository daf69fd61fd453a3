// A file descriptor that is closed.
#pragma once

#include <utility>

#include <unistd.h>

namespace edgeconf::ldap {

class owned_descriptor {
public:
    explicit owned_descriptor(int fd = -1) noexcept : fd_{fd} {}
    ~owned_descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    owned_descriptor(owned_descriptor&& other) noexcept : fd_{other.release()} {}
    owned_descriptor& operator=(owned_descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_;
};

} // namespace edgeconf::ldap
