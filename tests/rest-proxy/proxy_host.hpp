// A real host with the REST proxy, and what an operator sees of it.
#pragma once

#include "support/edge_api_client.hpp"
#include "support/running_host.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::test {

// Options, as JSON, for upstreams in this order of priority; `more` are further members.
std::string asking(const std::vector<std::string>& urls, std::string_view more = {});

// Serves devices on a loopback port without TLS. The host's own deadline for calls is an hour: what is
// answered in time is the provider's doing.
class proxy_host {
public:
    // `more` are further lines of the configuration. `deadline` is the host's own for a call: unless it is
    // set, what is answered in time is the provider's doing.
    explicit proxy_host(std::string_view options, std::string_view more = {},
                        std::string_view deadline = "1h",
                        const std::map<std::string, std::string>& environment = {});

    target to_device() const { return {host_.device_address(), {}, {}, {}}; }
    client device() const { return client{to_device()}; }
    edge_api_client edge_api() const { return edge_api_client{to_device()}; }
    reply get(std::string_view id, std::string_view call = "configuration") const;

    std::string readiness() const;              // the page's text
    double figure(std::string_view name) const; // one of the provider's own metrics
    std::string page(std::string_view path) const;
    std::size_t descriptors();

    // The command line's words; reads the configuration's file anew where it reloads.
    finished edgeconf(std::vector<std::string> arguments) const;
    finished reload(std::string_view options) const;
    const temp_folder& folder() const noexcept { return folder_; }
    process& child() noexcept { return host_.child(); }
    // Whether it ended in order. A sanitizer's findings are no order.
    bool stops() { return host_.stop().exit_code == 0; }

private:
    temp_folder folder_;
    std::string more_;
    std::string deadline_;
    running_host host_;
};

std::string device_path(std::string_view id, std::string_view call);
// What an error's body says; empty if it is no JSON with a message.
std::string message_of(const reply& r);
// As the Edge API takes it: a success, or an error with a message.
bool is_clean(const reply& r);

} // namespace edgeconf::test
