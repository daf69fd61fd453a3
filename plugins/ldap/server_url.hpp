// Where a directory is. Pure functions.
#pragma once

#include <optional>
#include <string>

namespace edgeconf::ldap {

enum class url_scheme { ldap, ldaps, ldapi };

struct server_url {
    std::string text; // as it was given
    url_scheme scheme = url_scheme::ldap;
    std::string host; // a name or an address without brackets; of ldapi the path of the socket
    unsigned port = 0;

    // Nothing that is said leaves the machine.
    bool is_local() const noexcept;
};

// Nothing, and why in `wrong`. A URL names a server and nothing in it: it has neither DN nor filter.
std::optional<server_url> parse_server_url(const std::string& text, std::string& wrong);

} // namespace edgeconf::ldap
