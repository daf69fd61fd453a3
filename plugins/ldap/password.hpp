// A password for as long as it is needed.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>

namespace edgeconf::ldap {

// The content of a file without one newline at its end; wiped at the end. libldap's own copy, in the request,
// is freed without that.
class password {
public:
    // Throws directory_problem for a file that cannot be read, is no regular one, too long or empty: a bind
    // with an empty password is an anonymous one (RFC 4513, 5.1.2).
    explicit password(const std::filesystem::path& file);
    ~password();
    password(const password&) = delete;
    password& operator=(const password&) = delete;

    const char* data() const noexcept { return text_.data(); }
    std::size_t size() const noexcept { return size_; }

private:
    std::array<char, 1025> text_;
    std::size_t size_ = 0;
};

} // namespace edgeconf::ldap
