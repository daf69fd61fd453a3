// Everything an operator can set, with its default: what docs/configuration.md describes key by key.
#pragma once

#include "model/endpoint.hpp"
#include "model/limits.hpp"
#include "observe/log.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::config {

// A place in the configuration file, as file:line:column.
struct mark {
    int line = 0;
    int column = 0;
};

struct tls_settings {
    std::filesystem::path certificate;                // PEM: the server's, then its intermediates
    std::filesystem::path private_key;                // PEM, unencrypted
    std::filesystem::path client_ca;                  // PEM: who signs client certificates
    std::optional<std::filesystem::path> crl;         // PEM: which of those were taken back
    std::chrono::milliseconds check_interval{10'000}; // how often the files are looked at
    // Device API: a client needs one of these as a DNS name in its certificate.
    std::vector<std::string> admit_dns_names;

    friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

enum class heartbeats { record, ignore };

// The fuse between the provider's "removed" and the devices, which wipe themselves when they hear it.
struct fuse_settings {
    std::chrono::milliseconds window{std::chrono::minutes{10}};
    std::uint32_t minimum = 10; // so many devices may always be told within the window
    std::uint32_t percent = 5;  // of the devices seen in the last hour
};

struct device_api_settings {
    endpoint listen{"0.0.0.0", 8443, {}};
    std::optional<tls_settings> tls; // none: plain HTTP, then `listen` is local
    heartbeats heartbeats_mode = heartbeats::record;
    fuse_settings fuse;
    connection_limits limits;
};

enum class anonymous_role { none, viewer, approver, admin };

struct admin_api_settings {
    std::optional<std::filesystem::path> socket;
    std::optional<endpoint> listen;
    std::optional<tls_settings> tls;
    std::optional<std::filesystem::path> tokens;
    anonymous_role anonymous = anonymous_role::none;

    friend bool operator==(const admin_api_settings&, const admin_api_settings&) = default;
};

struct observe_settings {
    std::optional<endpoint> listen = endpoint{"127.0.0.1", 9090, {}}; // `none` switches the pages off
    observe::level log_level = observe::level::info;
    observe::log_format log_format = observe::log_format::text;
};

// How long the provider may take before the host goes on without it.
struct deadline_settings {
    std::chrono::milliseconds device{800}; // a device gives up after 1 s
    std::chrono::milliseconds administration{10'000};
    std::chrono::milliseconds start{60'000};
    std::chrono::milliseconds reconfigure{60'000};
    std::chrono::milliseconds stop{10'000};

    friend bool operator==(const deadline_settings&, const deadline_settings&) = default;
};

// When a provider that misses its deadlines or breaks its contract is asked no more.
struct breaker_settings {
    std::chrono::milliseconds window{10'000};
    std::uint32_t calls = 20;   // at least so many
    std::uint32_t percent = 50; // of which so many failed

    friend bool operator==(const breaker_settings&, const breaker_settings&) = default;
};

struct provider_settings {
    std::string library; // a name in the provider directory, or an absolute path
    std::string sha256;  // 64 lower-case hex digits, or empty
    boost::json::object options;
    std::map<std::string, mark, std::less<>> option_marks; // JSON Pointer into options -> place
    deadline_settings deadlines;
    breaker_settings breaker;
    std::uint32_t workers = 4;  // threads for a provider that blocks; it may allow fewer
    std::uint32_t queue = 1024; // calls waiting for them
};

struct settings {
    std::filesystem::path file; // where all this was read; relative paths start at its folder
    device_api_settings device_api;
    std::optional<admin_api_settings> admin_api;
    observe_settings observe;
    provider_settings provider;
    std::uint32_t threads = 0;                       // I/O threads; 0: one for each core
    std::chrono::milliseconds shutdown_time{10'000}; // for requests in flight when asked to stop
};

} // namespace edgeconf::config
