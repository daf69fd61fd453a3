// The provider chosen at start-up, seen from inside the host: the only place that calls through the
// ABI.
#pragma once

#include "model/administration.hpp"
#include "model/device_call.hpp"
#include "model/problem.hpp"
#include "observe/health.hpp"
#include "observe/log.hpp"
#include "provider/conduct.hpp"
#include "provider/finding.hpp"
#include "provider/instances.hpp"
#include "provider/library.hpp"
#include "provider/op_table.hpp"
#include "provider/statistics.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace edgeconf::provider {

// How long the provider may take, and how much may wait for it.
struct provider_limits {
    std::chrono::milliseconds device{800};
    std::chrono::milliseconds start{60'000};
    std::chrono::milliseconds stop{10'000};
    std::uint32_t workers = 4;
    std::uint32_t queue = 1024;
    std::uint32_t io_threads = 1; // how many threads make device calls
    std::chrono::milliseconds reconfigure{60'000};
    breaker_policy breaker{};
    std::chrono::milliseconds administration{10'000};
};

// Asks the library to judge `options` (JSON text that its schema accepts), without making an instance.
// errc::deadline when that takes longer than `most`: then the process has to end without unwinding.
result<findings> judge_options(const library& from, const std::string& options,
                               std::chrono::milliseconds most);

// One instance of a provider.
//
// Lifetime: made before the I/O threads run, stopped after they ended. Threads: call() may be used
// from every I/O thread at once, each with its own table; statistics() from any; the rest from one.
//
// Where something did not end in time, provider code is still inside: then this must not be destroyed,
// and the process has to end without unwinding.
class plugin_provider {
public:
    // Calls nothing yet.
    plugin_provider(const library& from, provider_limits limits, instance_sinks sinks);
    ~plugin_provider();
    plugin_provider(const plugin_provider&) = delete;
    plugin_provider& operator=(const plugin_provider&) = delete;

    // Makes the instance with `options`; it does nothing until start. When it fails, `found` says why;
    // warnings are in `found` either way. errc::deadline when its time is up.
    awaitable<result<void>> create(op_table& table, std::string options, findings& found);

    // Connects and loads. Fails with what the provider said; errc::deadline when its time is up.
    awaitable<result<void>> start(op_table& table);

    // The host wants to stop: cancels a start or an administrator's call, and leaves what is under way in the
    // life cycle no more than stop's deadline.
    void hurry();

    // Gives a provider that has `reconfigure` new options, all or nothing. Fails with what it said.
    awaitable<result<void>> reconfigure(op_table& table, std::string options);

    // One administrator's call, not beside another one, start, reconfigure or stop. What is wrong is said for
    // the administrator, a reason a line. errc::unimplemented where the provider does not offer it.
    awaitable<result<administration_answer>> invoke(op_table& table, administration_call asked);

    // One device call. An answer that comes from inside the provider's function costs no suspension:
    // for data held in memory the wake-up would cost more than the lookup. errc::deadline when the
    // provider does not answer in time, errc::busy when too many calls wait for it, errc::unavailable
    // while the breaker is open.
    awaitable<result<answer>> call(op_table& table, device_call request);

    // Ends the instance: no more calls, stop, destroy. False if the provider missed the deadline.
    awaitable<bool> stop(op_table& table);
    // The same for an instance that has not started.
    awaitable<bool> destroy(op_table& table);

    // Looks after what nobody else notices: stuck threads, dropped lines. Called about once a second.
    void tend();
    provider_statistics statistics() const;
    // What the provider itself counts, under names that begin with "provider_own_".
    std::vector<observe::sample> own_metrics() const;

    // Counts and logs something that the provider did wrong, found outside.
    void report(violation what, std::string_view detail) const noexcept;

private:
    // Waits a moment for the calls on workers to return.
    awaitable<void> last_calls(op_table& table);
    void left_worker() noexcept;
    awaitable<bool> destroy_until(op_table& table, clock::time_point deadline);
    awaitable<bool> wait_for_life(op_table& table, open_op& op, std::string_view function, reply& into);
    // Cancels the operation on the life thread, once and if it can be and the provider has it.
    void cancel_life(open_op& op);
    ecp_call_fn function_for(operation op) const noexcept;
    // Makes the call on this thread or on a worker. False if the workers' queue is full.
    bool dispatch(std::uint32_t lane, open_op& op, ecp_call_fn function, clock::time_point now);
    void cancel(std::uint32_t lane, ecp_op token, clock::time_point now);
    void too_slow(std::string_view function, clock::duration took) noexcept;
    result<answer> judge(operation op, reply&& given) const;
    result<administration_answer> judge(administration verb, reply&& given) const;
    // What a status other than success means.
    errc failure(std::string_view function, ecp_status status) const;

    const std::string name_;
    const ecp_provider table_;
    const provider_limits limits_;
    conduct conduct_;
    const instance instance_;
    void* self_ = nullptr; // null before create and after destroy
    ecp_ext_resources resources_{};
    open_op* life_ = nullptr;  // the life thread's operation, while it is waited for
    bool cancellable_ = false; // it can be cancelled, and has not been
    const bool inline_calls_;
    std::atomic<std::uint32_t> waiting_{0};
    std::atomic<ecp_op> last_call_{0}; // completed by the worker that leaves none behind
    std::atomic<std::uint32_t> cancels_waiting_{0};
    boost::asio::thread_pool life_thread_{1};
    boost::asio::thread_pool workers_;
};

} // namespace edgeconf::provider
