// The provider instances of this process, found by the ecp_ctx that the host gave them.
#pragma once

#include "observe/health.hpp"
#include "observe/log.hpp"

#include <ecp/provider.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace edgeconf::provider {

// What a provider breaks when it breaks the contract.
enum class violation {
    stale_completion,  // an operation completed twice, or one that never was
    malformed_result,  // sizes, pointers or lengths that cannot be
    unexpected_status, // one that this call does not have
    incomplete_answer, // a body that would harm a device
};
std::string_view name(violation v) noexcept;

// Where an instance's words go. Both targets outlive the instance.
struct instance_sinks {
    std::string name; // as the operator wrote it
    observe::logger* log = nullptr;
    observe::health* health = nullptr;
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

// Counts `what` and writes it to the log of the instance behind `ctx`. `detail` has no secrets.
void report_violation(ecp_ctx ctx, violation what, std::string_view detail) noexcept;

// How often the instance behind `ctx` broke the contract that way.
std::uint64_t violations(ecp_ctx ctx, violation what) noexcept;

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
