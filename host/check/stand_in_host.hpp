// The host's side of the ABI, as a witness: it does what a host does, and writes down what it is told.
//
// There is one a process, for the functions of ecp_host have no argument to find another one by. All of
// it is [any-thread].
#pragma once

#include <ecp/provider.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace edgeconf::check {

using clock = std::chrono::steady_clock; // what now_ns() and deadlines count on

// One completion, copied as a host copies it.
struct answer {
    ecp_status status = ECP_INTERNAL;
    std::string body;
    std::string revision;
    std::string message;
    std::string next_page;
    std::uint32_t retry_after_ms = 0;
    std::vector<std::pair<std::string, std::string>> details;
    std::vector<std::string> malformed; // what a host would refuse: sizes, pointers, lengths
    std::vector<std::string> bad_texts; // members that are not UTF-8
    std::uint32_t struct_size = 0;
    std::thread::id thread;  // that completed
    std::uint64_t order = 0; // among the completions of all operations, from 1 on
};

// "NOT_FOUND"; a number where it is none.
std::string name_of(ecp_status status);

struct log_line {
    ecp_ctx ctx = 0;
    std::int32_t level = 0;
    ecp_op op = 0;
    std::string text; // with the fields, as key=value
    bool is_utf8 = true;
};

struct health_report {
    ecp_ctx ctx = 0;
    std::int32_t state = ECP_HEALTH_UNKNOWN;
    std::string reason;
};

// What is wrong whichever operation it concerns.
enum class misuse {
    completed_again,     // an operation that was completed before
    completed_unknown,   // one that never was
    called_when_stopped, // any function, after stop was completed
    bad_argument,        // a NULL pointer, a level, state or kind that there is not, a name out of letters
};

struct misuse_report {
    misuse what{};
    std::string text;
};

class stand_in_host {
public:
    static stand_in_host& get();

    // The table of today's host.
    const ecp_host* table() const noexcept;

    // A new instance's token. `name` is for reports.
    ecp_ctx add_instance(std::string name);
    // From now on a call of its is a misuse.
    void stopped(ecp_ctx instance);
    // Lets go of all that is kept of an instance that is no more. What it still does comes from nobody.
    void forget(ecp_ctx instance);

    // A new operation. `name` is for reports; `at_completion` runs when it is completed, after the result
    // was copied and before complete() returns: on a thread of the provider's.
    // As it was given to open().
    std::string name(ecp_op op) const;
    ecp_op open(ecp_ctx instance, std::string name, std::function<void()> at_completion = {});
    // is_cancelled says so from now on.
    void cancel(ecp_op op);
    // The first completion; nothing if none has come until then.
    std::optional<answer> wait(ecp_op op, clock::time_point until);
    std::size_t completions(ecp_op op) const;
    std::vector<std::string> open_operations() const; // their names

    // Lines below it are not wanted; log_enabled says so.
    void set_log_level(std::int32_t level);
    std::vector<log_line> lines() const;
    // The last state that was told, UNKNOWN if none was; waits until it is `wanted`, or the time is over.
    health_report health(ecp_ctx instance) const;
    health_report wait_for_health(ecp_ctx instance, std::initializer_list<std::int32_t> wanted,
                                  clock::time_point until);
    std::size_t metrics() const;

    std::vector<misuse_report> misuses() const;
    std::vector<misuse_report> misuses(misuse what) const;

    // How often any function of the table was called.
    std::uint64_t calls() const;

private:
    struct operation {
        ecp_ctx instance = 0;
        std::string name;
        std::function<void()> at_completion;
        bool cancelled = false;
        std::vector<answer> completions; // the first one only
        std::size_t count = 0;
    };
    struct functions; // of the table

    void told(ecp_ctx instance, std::string_view function);
    void report(misuse what, std::string text);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<ecp_op, operation> operations_;
    std::map<ecp_ctx, std::string> instances_;
    std::map<ecp_ctx, bool> stopped_;
    std::map<ecp_ctx, health_report> health_;
    std::map<std::pair<ecp_ctx, std::string>, std::uint32_t> metrics_; // the number of each
    std::vector<log_line> lines_;
    std::size_t line_bytes_ = 0;
    std::vector<misuse_report> misuses_;
    std::int32_t log_level_ = ECP_LOG_TRACE;
    ecp_op last_op_ = 0;
    ecp_ctx last_instance_ = 0;
    std::uint64_t calls_ = 0;
    std::uint64_t last_completion_ = 0;
    std::uint32_t last_metric_ = 0;
};

} // namespace edgeconf::check
