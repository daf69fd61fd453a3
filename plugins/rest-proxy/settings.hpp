// What an operator says of the services behind the proxy; defaults are those of docs and schema.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::rest_proxy {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Where an upstream listens, from its URL.
struct upstream_address {
    bool tls = false;
    std::string host; // a name or an address; empty for a Unix socket
    std::string port;
    std::string socket; // a path; empty for TCP
    std::string base;   // what comes before /namespaces: "" or "/a/b"
    bool operator==(const upstream_address&) const = default;
};

struct tls_settings {
    std::filesystem::path ca;          // empty: the system's
    std::filesystem::path certificate; // with its chain; empty: none is shown
    std::filesystem::path key;
    std::string name; // that the upstream's certificate has to be for, and SNI; empty: the URL's host
};

struct upstream_settings {
    std::string url; // as the operator wrote it, for messages
    upstream_address address;
    std::size_t priority = 1; // 1 is asked first; the next one when none of those answers
    tls_settings tls;
};

struct pool_settings {
    std::size_t connections = 64; // to one upstream, open at once
    std::size_t waiting = 1024;   // calls that wait for one of them
    seconds idle_time{60};        // after which an unused one is closed
    seconds age{300};             // after which one is not used again, so that a changed name is noticed
};

struct retry_settings {
    std::size_t attempts = 3;        // of a call, the first included
    std::size_t budget_percent = 20; // retries may be so many of all calls
};

struct breaker_settings {
    std::size_t failures_percent = 50;
    std::size_t calls = 10; // fewer within the window say nothing
    seconds window{10};
    seconds open_time{5};
};

struct cache_settings {
    std::size_t bytes = 64U << 20;
    milliseconds ttl{5000};
    seconds revalidate{30};  // past the ttl an answer is served and asked for anew meanwhile
    seconds on_error{86400}; // past its fetching, while no upstream answers
};

struct header {
    std::string name;
    std::string value;
};

struct settings {
    std::vector<upstream_settings> upstreams; // by priority
    std::vector<header> headers;
    std::filesystem::path bearer_token; // a file; empty: none is sent
    milliseconds deadline{700};         // of a call, inside the host's
    milliseconds connect_time{300};
    std::size_t answer_bytes = 8U << 20; // the longest body that an upstream may send
    std::size_t threads = 1;
    pool_settings pool;
    retry_settings retries;
    breaker_settings breaker;
    cache_settings cache;
};

} // namespace edgeconf::rest_proxy
