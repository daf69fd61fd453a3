// The real edgeconf binary, serving on ports of its own choice.
#pragma once

#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace edgeconf::test {

// Paths of what was built, given by CMake.
std::filesystem::path edgeconf_binary();
std::filesystem::path provider_file(std::string_view name);
std::filesystem::path faulty_provider_file(std::string_view name);

// A host that is up when the constructor returns, and killed with this object.
class running_host {
public:
    // `configuration` is the file's whole text; relative paths start at `folder`.
    running_host(const temp_folder& folder, std::string_view configuration,
                 const std::map<std::string, std::string>& environment = {});

    // What the device API and the pages listen on, as target::address wants it.
    const std::string& device_address() const noexcept { return device_address_; }
    const std::string& pages_address() const noexcept { return pages_address_; }
    process& child() noexcept { return child_; }

    // SIGTERM, then the end.
    finished stop();

private:
    process child_;
    std::string pages_address_;
    std::string device_address_;
};

// A Flotta-like PKI and the configuration that goes with it: `provider` is the provider section's
// text, indented by two.
class secured_folder {
public:
    secured_folder();

    const temp_folder& folder() const noexcept { return folder_; }
    authority& ca() noexcept { return ca_; }
    // What the Edge API presents.
    const identity& edge_api() const noexcept { return edge_api_; }
    std::string configuration(std::string_view provider) const;
    // The Edge API, about to connect to `address`.
    target as_edge_api(const std::string& address) const;

private:
    temp_folder folder_;
    authority ca_;
    identity server_;
    identity edge_api_;
};

} // namespace edgeconf::test
