// An instance of the provider that is checked, used as a host uses one.
#pragma once

#include "check/request_memory.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"
#include "model/device_call.hpp"

#include <ecp/provider.h>

#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

struct option_finding {
    std::int32_t level = 0;
    std::string pointer;
    std::string message;
};

// What validate or create came to.
struct judgement {
    ecp_status status = ECP_INTERNAL;
    std::vector<option_finding> findings;
    bool has_error() const;
};

// The provider's validate; OK without findings where it has none.
judgement validate_options(const ecp_provider& table, std::string_view options);

struct device_request {
    operation op{};
    std::string device_id;
    std::string body;
    std::string ns = "default";
    std::string trace;
    // From now on; zero: no deadline.
    std::chrono::nanoseconds time{std::chrono::seconds{60}};
    std::uint32_t flags = 0;
    std::uint32_t more_bytes = 0;       // request_content
    bool revoke_when_completed = false; // the request's memory goes away inside complete()
    bool cancelled_on_arrival = false;  // is_cancelled says so before the call is made
    bool on_this_thread = false;        // which is then an I/O thread of the host's
};

// create, start, reconfigure, stop and destroy run on the thread that calls them: the check's own, which
// is the instance's life thread. Device calls run on threads of a pool, as many at a time as the provider
// says, and no more than 8.
class instance {
public:
    explicit instance(trial& in, std::string name = "the instance", const ecp_host* host = nullptr);
    // Stops and destroys what is still there: checks that care do it themselves. After a fault it leaves
    // all as it is, for the process ends next.
    ~instance();
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    const ecp_provider& table() const noexcept { return table_; }
    ecp_ctx token() const noexcept { return ctx_; }
    void* self() const noexcept { return self_; }

    // Makes it with the given options; one that was made is ready to be started.
    judgement create(std::string_view options);
    // Each gives the check up if the operation is not completed within `patience`.
    answer start();
    answer reconfigure(std::string_view options);
    // Waits for calls that have completed their operation and have yet to return, as a host does.
    answer stop();
    void destroy();

    // Its destructor leaves it running: for a check that is about what comes before.
    void abandon() noexcept { abandoned_ = true; }

    // create with the subject's options and start; gives the check up where either fails.
    void run();

    // Whether the table has a function for it. A call without one is answered UNIMPLEMENTED by the host.
    bool has(operation op) const noexcept;
    // Makes the call and waits. Gives the check up if it is not completed within patience.
    answer call(device_request request);
    answer call(operation op, std::string_view device_id, std::string_view body = {});
    // Makes the call and returns: it may not have reached the provider yet.
    ecp_op begin(device_request request);
    answer wait(ecp_op op);
    // Waits no longer than that; nothing if the operation is not completed by then.
    std::optional<answer> wait_until(ecp_op op, clock::time_point until);
    // As a host does when a deadline has passed or the client is gone: once an operation, from any thread.
    // A call that has yet to be made is dropped, the provider never sees it.
    void cancel(ecp_op op);
    // Waits until all calls have reached the provider; no longer than that.
    void wait_until_called(clock::time_point until);
    // Waits until no device call is inside the provider. Gives the check up after patience.
    void wait_until_returned();
    // How long each call has held its thread (held_time), in the order of their returns, since the last time.
    std::vector<std::chrono::nanoseconds> take_call_times();

    // A table of the administration extension; members that it lacks, or all, are zero.
    ecp_ext_resources resources();
    answer administer(ecp_resource_fn function, std::string_view name, ecp_resource_request request);

private:
    struct calls_inside;
    answer life(std::string_view what, void(ECP_CALL* function)(void*, ecp_op),
                std::function<void()> at_completion = {});

    trial& in_;
    std::string name_;
    const ecp_host* host_;
    ecp_provider table_;
    ecp_ctx ctx_ = 0;
    void* self_ = nullptr;
    bool started_ = false;
    bool stopped_ = false;
    bool abandoned_ = false;
    std::shared_ptr<calls_inside> inside_;
    std::unique_ptr<boost::asio::thread_pool> callers_; // left alone where a call never returns
};

// Whether `status` is one that this call has (docs/provider-abi.md); UNAVAILABLE, BUSY, DEADLINE,
// CANCELLED, UNIMPLEMENTED, CORRUPT and INTERNAL are everyone's.
bool may_answer(operation op, ecp_status status) noexcept;

} // namespace edgeconf::check
