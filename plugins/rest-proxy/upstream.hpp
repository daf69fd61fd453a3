// One upstream: its connections, and whether it is worth asking.
#pragma once

#include "rest-proxy/asio.hpp"
#include "rest-proxy/circuit_breaker.hpp"
#include "rest-proxy/client_tls.hpp"
#include "rest-proxy/connection.hpp"
#include "rest-proxy/name_lookup.hpp"
#include "rest-proxy/settings.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::rest_proxy {

// What an attempt came to.
struct attempt {
    std::optional<upstream_answer> answer; // whole, and not yet looked at
    // Over which the answer came; free for others when this goes. So answers that nobody has looked at yet
    // are never more than connections.
    std::shared_ptr<void> connection_in_use;
    std::string problem;   // where there is none, in words
    bool was_sent = false; // the upstream may have done what was asked
    bool timed_out = false;
    bool queue_full = false; // no connection to be had, and none to wait for
    bool unwanted = false;   // nobody waits for it any more, and it was not sent
};

// One thread's.
class upstream {
public:
    upstream(asio::io_context& on, const upstream_settings& about, const settings& all);
    ~upstream();
    upstream(const upstream&) = delete;
    upstream& operator=(const upstream&) = delete;

    const upstream_settings& about() const noexcept { return about_; }
    circuit_breaker& breaker() noexcept { return breaker_; }

    // Makes the request over a connection that is open, or a new one. `until` is the attempt's own. One that
    // is repeatable is made again where an idle connection turns out to be closed. Once a stop is requested
    // on this thread, one that waits for a connection has left the queue; one that is sent goes on.
    awaitable<attempt> make(const http_request& request, bool repeatable, clock::time_point until,
                            std::stop_token unwanted);

    // Opens a connection, and keeps it if there is no other: whether the upstream is there. Empty if it is,
    // or else why not.
    awaitable<std::string> probe();

    // Closes what nobody uses any more, every second or so.
    void tend();
    // Closes everything; what is under way fails.
    void close();

    std::size_t connections() const noexcept { return open_; }
    std::size_t waiting() const noexcept { return waiting_.size(); }
    // What it last failed with, or that it was not reached yet; empty after a success.
    const std::string& trouble() const noexcept { return trouble_; }
    // What is wrong with TLS files that were replaced, once for each replacement; empty if nothing is.
    std::string take_remark() { return std::exchange(remark_, {}); }

private:
    class place;
    class in_use;

    // A call that waits for a connection to come free, or for the right to open one.
    struct waiter {
        enum class state { queued, called, left };
        asio::steady_timer timer;
        std::list<waiter*>::iterator at{};
        state now = state::queued;
    };

    awaitable<std::unique_ptr<connection>> acquire(clock::time_point until, const std::stop_token& unwanted,
                                                   attempt& made);
    void release(std::unique_ptr<connection> c);
    void leave(waiter& w, waiter::state how);
    void call_next();
    std::unique_ptr<connection> take_idle();
    void close_idle();
    awaitable<connect_result> open(clock::time_point until);
    bool is_fit(const connection& c) const;

    asio::io_context& on_;
    const upstream_settings about_;
    const pool_settings pool_;
    const milliseconds connect_time_;
    const std::size_t answer_bytes_;
    circuit_breaker breaker_;
    client_tls tls_;
    name_lookup lookup_;                            // of no use for a Unix socket
    std::vector<std::unique_ptr<connection>> idle_; // the one used last at the end
    std::vector<connection*> busy_;
    std::size_t open_ = 0; // idle, in use, or being opened
    std::list<waiter*> waiting_;
    std::string trouble_;
    std::string remark_;
    bool closed_ = false;
    std::shared_ptr<upstream*> self_ = std::make_shared<upstream*>(this); // null once it is gone
};

} // namespace edgeconf::rest_proxy
