// A host with the LDAP provider before a directory of the test's, and what devices, administrators and
// operators see of both.
#pragma once

#include "ldap/slapd.hpp"
#include "support/edge_api_client.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::test {

struct ldap_host_settings {
    std::string url{};                  // empty: the directory's own
    std::string follow = "sync";        // or "poll", which looks every second
    std::vector<std::string> options{}; // further ones of the provider's, as YAML in one line each
};

// Serves devices on a loopback port without TLS; logs all, debug too. One thread starts and ends it, any may
// ask meanwhile.
class ldap_host {
public:
    explicit ldap_host(const slapd& directory, ldap_host_settings settings = {});
    ~ldap_host();

    // Ready when it returns; throws with its log if it ends instead.
    void start();
    void kill();     // SIGKILL
    finished stop(); // SIGTERM; a sanitizer's findings are no order

    // What it says to the end of a start that fails.
    finished fails_to_start();

    edge_api_client connect() const { return edge_api_client{{device_address_, {}, {}, {}}}; }
    finished edgeconf(std::vector<std::string> arguments) const;
    std::string page(std::string_view path) const;
    // What /readyz says; but for a provider that was found slow, as any is under a sanitizer.
    std::string health() const;
    double metric(std::string_view name) const; // the provider's own
    std::string log() const;                    // of all that ran
    const temp_folder& folder() const noexcept { return folder_; }

private:
    void launch();
    std::string configuration() const;

    const ldap_host_settings settings_;
    const std::string url_;
    const std::string base_;
    const caller self_;
    temp_folder folder_;
    std::unique_ptr<process> process_;
    std::size_t log_begin_ = 0;
    std::string device_address_;
    std::string pages_address_;
};

// The provider's options, as JSON, for edgeconf-provider-check.
std::string ldap_options(const slapd& directory, std::string_view more);

// ---- what an administrator writes ----

// Sets the attribute of a device's entry; an empty value takes it away.
void set_attribute(const slapd& directory, const std::string& dn, std::string_view attribute,
                   std::string_view value);
void approve(const slapd& directory, std::string_view id);

// Adds the entry of a device that is in, and has the label.
void add_device(const slapd& directory, std::string_view id, std::string_view label = "site=north");

// Adds the entry of an object; `content` is YAML for its attribute.
std::string object_dn(const slapd& directory, std::string_view kind, std::string_view name);
void add_object(const slapd& directory, std::string_view kind, std::string_view name,
                std::string_view attribute, std::string_view content);

// The spec of a workload with one container, for devices with the label.
std::string workload_spec(std::string_view label, std::string_view image);

// The values of one attribute of an entry, one a line; empty if there is none.
std::string values_of(const slapd& directory, const std::string& dn, const std::string& attribute);

// ---- what a device does ----

// Enrols, is let in, and registers with a key of its own: true if all was answered as it should be.
bool joins(const slapd& directory, edge_api_client& host, const std::string& id);
bool has_workload(edge_api_client& host, const std::string& id, std::string_view name);

} // namespace edgeconf::test
