// Which upstream is asked, and whether another one after it.
#pragma once

#include "fleet/task_thread.hpp"
#include "rest-proxy/asio.hpp"
#include "rest-proxy/bearer_token.hpp"
#include "rest-proxy/call.hpp"
#include "rest-proxy/figures.hpp"
#include "rest-proxy/retry_budget.hpp"
#include "rest-proxy/settings.hpp"
#include "rest-proxy/upstream.hpp"
#include "rest-proxy/upstream_answer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace edgeconf::rest_proxy {

// One call, with texts of its own: it may outlive the operation that asked for it.
struct outgoing {
    call what{};
    std::string ns;
    std::string device_id;
    std::string body;
    std::string trace;
};

struct upstreams_state {
    std::size_t all = 0;
    std::size_t out = 0; // not asked, or not answering
    std::string reason;  // of the first one that is out
    std::size_t connections = 0;
    std::size_t waiting = 0;
};

// One thread's; large answers are parsed on a second one.
class upstreams {
public:
    // `tell` hears when an upstream is given up and when it is back, in words.
    upstreams(asio::io_context& on, const settings& from, const figures& counted,
              std::function<void(bool is_bad, const std::string&)> tell);

    // Asks one after the other as far as that is safe, in time and within the budget. The verdict on the last
    // answer, or ECP_UNAVAILABLE, ECP_BUSY or ECP_DEADLINE where there was none. Nothing more is sent once a
    // stop is requested, on this thread; ECP_CANCELLED where nothing was.
    awaitable<verdict> ask(outgoing what, clock::time_point until, std::stop_token unwanted);

    // Every second or so: what is idle is closed, who is out is looked for.
    void tend();
    // Looks for each of them now, once. Returns when all have been found or not, or when they had the time.
    awaitable<void> look();
    void close();
    upstreams_state state() const;

private:
    struct member {
        std::unique_ptr<upstream> at;
        bool probing = false;
        clock::time_point next_probe{};
        bool was_open = false;
        std::string fault; // the last one, in words for the log
        std::string brief; // and for everybody
    };

    struct choice {
        member* which = nullptr; // null: there is none
        circuit_breaker::call as = circuit_breaker::call::refused;
    };

    choice choose(const std::vector<const member*>& tried);
    bool has_another(const std::vector<const member*>& tried) const;
    awaitable<verdict> attempt_at(choice chosen, http_request& request, const outgoing& what, bool has_next,
                                  clock::time_point until, const std::stop_token& unwanted, bool& was_sent);
    awaitable<verdict> judged(const outgoing& what, upstream_answer given);
    awaitable<void> probe(member& m);
    void note(member& m);
    bool is_closed() const noexcept { return closed_.stop_requested(); }
    http_request request_for(const outgoing& what) const;

    asio::io_context& on_;
    const settings settings_;
    const figures& counted_;
    std::function<void(bool, const std::string&)> tell_;
    bearer_token token_;
    retry_budget budget_;
    std::vector<member> members_; // by priority
    std::size_t turn_ = 0;
    std::size_t probing_ = 0;
    asio::steady_timer looked_;
    std::stop_source closed_;
    fleet::task_thread large_answers_;
};

} // namespace edgeconf::rest_proxy
