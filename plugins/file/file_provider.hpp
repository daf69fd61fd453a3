// The file provider: a fleet from manifests, with everything that devices add kept in an SQLite database.
#pragma once

#include "file/file_options.hpp"

#include "fleet/provider.hpp"

namespace edgeconf::file {

class file_provider : public fleet::provider {
public:
    static void validate(std::string_view options, ecp::diagnostics& found) {
        validate_as(provider_kind(), options, found);
    }
    file_provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
        : provider{host, options, provider_kind(), found} {}
};

} // namespace edgeconf::file
