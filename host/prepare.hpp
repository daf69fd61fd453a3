// Everything that can be judged before anything is served: what serve and check-config share.
#pragma once

#include "config/loader.hpp"
#include "config/settings.hpp"
#include "http/tls_source.hpp"
#include "provider/finding.hpp"
#include "provider/library.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf {

struct prepared {
    config::settings settings;
    std::shared_ptr<http::tls_source> device_tls; // null: plain HTTP
    provider::library library;
    std::string options; // the provider's, as JSON text; holds secrets
};

// Reads the configuration, the TLS files and the provider's library, and fits its options to its
// schema. All the reasons why that fails, a line each, as far as it gets. With `running`, that library
// is used where the configuration still names it: a process loads a provider once.
boost::system::result<prepared, config::errors> prepare(const std::filesystem::path& config,
                                                        const provider::library* running = nullptr);

// A finding about the options as a line: the place in the configuration file, the option, the reason.
std::string describe(const provider::finding& found, const config::settings& from);

} // namespace edgeconf
