// The LDAP provider: a fleet in a directory.
#pragma once

#include "fleet/provider.hpp"

#include <string_view>

namespace edgeconf::ldap {

// How it differs from the others.
fleet::provider_kind provider_kind();

class ldap_provider : public fleet::provider {
public:
    // Asks no server.
    static void validate(std::string_view options, ecp::diagnostics& found) {
        validate_as(provider_kind(), options, found);
    }
    ldap_provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
        : provider{host, options, provider_kind(), found} {}
};

} // namespace edgeconf::ldap
