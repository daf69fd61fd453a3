// What goes wrong between us and a directory.
#pragma once

#include <stdexcept>
#include <string>

namespace edgeconf::ldap {

// what() is for the operator: it names the server's URL or the entry, what the server said, and the remedy
// where there is one; never a password.
class directory_problem : public std::runtime_error {
public:
    // `code` is libldap's, RFC 4511's or one of its own below 0.
    directory_problem(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}

    int code() const noexcept { return code_; }

private:
    int code_;
};

} // namespace edgeconf::ldap
