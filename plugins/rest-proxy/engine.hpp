// A thread that asks upstreams on behalf of some of the devices, and answers their operations.
#pragma once

#include "rest-proxy/asio.hpp"
#include "rest-proxy/cache.hpp"
#include "rest-proxy/figures.hpp"
#include "rest-proxy/settings.hpp"
#include "rest-proxy/upstreams.hpp"

#include <ecp/provider.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>

namespace edgeconf::rest_proxy {

// An operation on its way; the texts are copies, so that it may be answered before the upstream is done with.
struct incoming {
    ecp_op op = 0; // 0: nobody waits, a kept answer is renewed
    outgoing what;
    clock::time_point deadline{}; // the host's
    clock::time_point since{};    // when it came; the settings' deadline begins here
};

// Every operation is answered by its deadline, whatever the upstreams do. What is read by several at once is
// asked for once; what nobody waits for any more is not sent.
class engine {
public:
    // Runs from here on. `tell` and `changed` are called on its thread, the latter every second or so.
    engine(ecp::host host, const settings& from, cache& kept, const figures& counted,
           std::function<void(bool is_bad, const std::string&)> tell,
           std::function<void(const upstreams_state&)> changed);
    // After stop().
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // [any-thread], until stop() is called.
    void take(incoming in);
    void cancel(ecp_op op);

    // Calls `looked` on its thread once each upstream has been looked for for the first time, and `changed`
    // before that.
    void when_looked(std::function<void()> looked);

    // Takes no more calls, and waits for those that it has, no longer than their deadlines: at once with
    // `in_a_hurry`. After that its thread calls nobody.
    void stop(bool in_a_hurry);

private:
    enum class end { pending, done, cancelled, stopping };
    struct fetch;
    struct waiter {
        asio::steady_timer timer;
        fetch& of;
        std::list<waiter*>::iterator at{};
        end how = end::pending;
        bool has_left = false;
    };
    // A call to upstreams, and the operations that wait for what it brings.
    struct fetch {
        verdict result{};
        std::shared_ptr<const kept_answer> what{}; // of a read that succeeded
        bool done = false;
        bool is_renewal = false; // wanted by nobody, and worth it all the same
        std::list<waiter*> waiters{};
        std::stop_source unwanted{};
    };

    void post(std::function<void()> task);
    void run_some();
    awaitable<void> serve(incoming in);
    awaitable<void> run(std::shared_ptr<fetch> into, outgoing what, std::string name, std::uint64_t ticket);
    awaitable<void> tick();
    std::shared_ptr<fetch> begin(outgoing what);
    static void leave(waiter& w);
    void answer(const incoming& in, const fetch& from, end how);
    void end_all(end how);
    void refresh();
    void answered();

    const ecp::host host_;
    const settings settings_;
    cache& cache_;
    const figures& counted_;
    const std::function<void(const upstreams_state&)> changed_;
    asio::io_context context_{1};
    asio::executor_work_guard<executor> work_{context_.get_executor()};
    upstreams upstreams_;
    asio::steady_timer ticker_{context_};
    std::unordered_map<std::string, std::shared_ptr<fetch>> reads_; // under way, by what they ask for
    std::unordered_map<ecp_op, waiter*> open_;
    std::size_t serving_ = 0; // operations taken and not answered
    bool stopping_ = false;
    std::function<void()> when_empty_;
    bool has_looked_ = false;
    std::list<std::function<void()>> when_looked_;
    std::mutex tasks_mutex_;
    std::deque<std::function<void()>> tasks_; // guarded by tasks_mutex_
    bool running_some_ = false;               // the same
    std::thread thread_;
};

} // namespace edgeconf::rest_proxy
