// The provider chosen at start-up, seen from inside the host: the only place that calls through the
// ABI.
#pragma once

#include "model/device_call.hpp"
#include "model/problem.hpp"
#include "observe/health.hpp"
#include "observe/log.hpp"
#include "provider/finding.hpp"
#include "provider/instances.hpp"
#include "provider/library.hpp"
#include "provider/op_table.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

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
};

// Asks the library to judge `options` (JSON text that its schema accepts), without making an instance.
findings judge_options(const library& from, const std::string& options);

// One instance of a provider.
//
// Lifetime: made before the I/O threads run, stopped after they ended. Threads: call() may be used
// from every I/O thread at once, each with its own table; start and stop from one thread.
class plugin_provider {
public:
    // Makes an instance with `options`; it does nothing until start. Without one, `found` says why.
    // Warnings are in `found` either way.
    static std::unique_ptr<plugin_provider> create(const library& from, const std::string& options,
                                                   provider_limits limits, instance_sinks sinks,
                                                   findings& found);
    ~plugin_provider();
    plugin_provider(const plugin_provider&) = delete;
    plugin_provider& operator=(const plugin_provider&) = delete;

    // Connects and loads. Fails with what the provider said; errc::deadline when its time is up: then
    // the instance is stuck, and the process has to end without unwinding.
    awaitable<result<void>> start(op_table& table);

    // Gives a provider that has `reconfigure` new options, all or nothing. Fails with what it said.
    awaitable<result<void>> reconfigure(op_table& table, std::string options);

    // One device call. An answer that comes from inside the provider's function costs no suspension:
    // for data held in memory the wake-up would cost more than the lookup. errc::deadline when the
    // provider does not answer in time, errc::busy when too many calls wait for it.
    awaitable<result<answer>> call(op_table& table, device_call request);

    // Ends the instance: no more calls, stop, destroy. False if the provider missed the deadline:
    // then it must not be destroyed, and the process has to end without unwinding.
    awaitable<bool> stop(op_table& table);

    // Counts and logs something that the provider did wrong, found outside.
    void report(violation what, std::string_view detail) const noexcept;

private:
    plugin_provider(const library& from, provider_limits limits, instance_sinks sinks);

    ecp_call_fn function_for(operation op) const noexcept;
    // Makes the call on this thread or on a worker. False if the workers' queue is full.
    bool dispatch(open_op& op, ecp_call_fn function);
    result<answer> judge(operation op, reply&& given) const;

    const ecp_provider table_;
    const provider_limits limits_;
    const instance instance_;
    void* self_ = nullptr; // null before create and after destroy
    const bool inline_calls_;
    std::atomic<std::uint32_t> waiting_{0};
    boost::asio::thread_pool life_{1};
    boost::asio::thread_pool workers_;
};

} // namespace edgeconf::provider
