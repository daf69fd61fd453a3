// The provider instances of this process, found by the ecp_ctx that the host gave them.
#pragma once

#include "observe/health.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "provider/violation.hpp"

#include <ecp/provider.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::provider {

class conduct;

// Where an instance's words and deeds go. All targets outlive the instance.
struct instance_sinks {
    std::string name; // as the operator wrote it
    observe::logger* log = nullptr;
    observe::health* health = nullptr;
    provider::conduct* conduct = nullptr; // may be null
};

// Registers an instance for its lifetime. A token of an instance that is gone leads nowhere, so a
// provider that calls late is harmless.
class instance {
public:
    explicit instance(instance_sinks sinks);
    ~instance();
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    ecp_ctx token() const noexcept { return token_; }

private:
    ecp_ctx token_;
};

// Counts `what` and writes it to the log of the instance behind `ctx`: the first of a kind at once, then
// one line a second for each kind, which says how many there were in between. `detail` has no secrets.
void report_violation(ecp_ctx ctx, violation what, std::string_view detail) noexcept;

// How often the instance behind `ctx` broke the contract that way.
std::uint64_t violations(ecp_ctx ctx, violation what) noexcept;

// How many of its log lines were dropped, because there were too many.
std::uint64_t dropped_lines(ecp_ctx ctx) noexcept;

// Writes down what was dropped or left out since the last time. Called about once a second.
void tell_dropped(ecp_ctx ctx) noexcept;

// What the provider behind `ctx` has registered and recorded. A histogram is its sum and its count.
std::vector<observe::sample> metrics_of(ecp_ctx ctx);

// Collects the error lines that a provider logs in its entry function on this thread.
class entry_log {
public:
    entry_log();
    ~entry_log();
    entry_log(const entry_log&) = delete;
    entry_log& operator=(const entry_log&) = delete;

    const std::string& errors() const noexcept { return errors_; }

private:
    std::string errors_;
};

// The table that providers get; immortal.
const ecp_host& host_table() noexcept;

} // namespace edgeconf::provider
