// Changes of an entry as libldap takes them.
#pragma once

#include "ldap/write_request.hpp"

#include <memory>
#include <vector>

typedef struct ldapmod LDAPMod;

namespace edgeconf::ldap {

// Refers to what it is made of.
class modifications {
public:
    explicit modifications(const std::vector<modification>& changes);
    ~modifications();
    modifications(const modifications&) = delete;
    modifications& operator=(const modifications&) = delete;

    LDAPMod** get() noexcept;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace edgeconf::ldap
