// What a host has for its connection to a test's directory.
#pragma once

#include "ldap/settings.hpp"
#include "ldap/slapd.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edgeconf::test {

// At `urls`, its own if there are none.
inline ldap::connection_settings host_connection(const slapd& directory, std::vector<std::string> urls = {}) {
    ldap::connection_settings made;
    made.urls = urls.empty() ? std::vector{directory.url()} : std::move(urls);
    made.bind.method = ldap::bind_method::simple;
    made.bind.dn = directory.host_dn();
    made.bind.password_file = directory.password_file();
    return made;
}

} // namespace edgeconf::test
