#include "rest-proxy/upstream.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

std::string words_for(const exchange& e, const upstream_settings& to) {
    namespace http = boost::beast::http;
    if (e.timed_out) return fmt::format("{} does not answer in time", to.url);
    if (e.failure == http::error::body_limit) return fmt::format("{} answers with too long a body", to.url);
    if (e.failure == http::error::end_of_stream || e.failure == http::error::partial_message)
        return fmt::format("{} closes the connection {}", to.url,
                           e.began_answer ? "in the middle of its answer" : "without an answer");
    return fmt::format("the connection to {} fails: {}", to.url, e.failure.message());
}

} // namespace

// The right to have one connection more; given back unless there is one. The call that holds it may be cut
// off when the upstream is gone already.
class upstream::place {
public:
    explicit place(upstream& of) : of_{of.self_} { ++of.open_; }
    ~place() {
        if (of_ == nullptr || *of_ == nullptr) return;
        --(*of_)->open_;
        (*of_)->call_next();
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    void keep() noexcept { of_.reset(); }

private:
    std::shared_ptr<upstream*> of_;
};

// A connection while a call is made over it; whatever becomes of the call, it goes back. As for a place.
class upstream::in_use {
public:
    in_use(upstream& of, std::unique_ptr<connection> c) : of_{of.self_}, connection_{std::move(c)} {
        of.busy_.push_back(connection_.get());
    }
    ~in_use() {
        if (*of_ == nullptr) return;
        std::erase((*of_)->busy_, connection_.get());
        (*of_)->release(std::move(connection_));
    }
    in_use(const in_use&) = delete;
    in_use& operator=(const in_use&) = delete;

    connection& get() noexcept { return *connection_; }

private:
    std::shared_ptr<upstream*> of_;
    std::unique_ptr<connection> connection_;
};

upstream::upstream(asio::io_context& on, const upstream_settings& about, const settings& all)
    : on_{on}, about_{about}, pool_{all.pool}, connect_time_{all.connect_time},
      answer_bytes_{all.answer_bytes}, breaker_{all.breaker}, tls_{about.tls},
      lookup_{on, about.address.host, about.address.port}, trouble_{about.url + " was not reached yet"} {}

upstream::~upstream() { *self_ = nullptr; }

bool upstream::is_fit(const connection& c) const {
    const auto now = clock::now();
    return now - c.opened < pool_.age && now - c.used < pool_.idle_time && c.is_usable();
}

std::unique_ptr<connection> upstream::take_idle() {
    while (!idle_.empty()) {
        auto c = std::move(idle_.back());
        idle_.pop_back();
        if (is_fit(*c)) return c;
        --open_;
    }
    return nullptr;
}

awaitable<connect_result> upstream::open(clock::time_point until) {
    until = std::min(until, clock::now() + connect_time_);
    connect_result failed;
    std::shared_ptr<asio::ssl::context> context;
    if (about_.address.tls) {
        context = tls_.current(failed.problem);
        if (context == nullptr) co_return failed;
        if (!failed.problem.empty())
            remark_ = fmt::format("{} goes on with the former TLS files: {}", about_.url, failed.problem);
    }
    name_lookup::addresses addresses;
    if (about_.address.socket.empty()) {
        std::string wrong;
        addresses = co_await lookup_.find(until, wrong);
        if (addresses.empty()) {
            failed.problem = fmt::format("cannot find the address of {}: {}", about_.url, wrong);
            co_return failed;
        }
    }
    co_return co_await connect(about_, addresses, std::move(context), until);
}

// Null, and why in `made`, where none is to be had until then, or none is wanted any more.
awaitable<std::unique_ptr<connection>> upstream::acquire(clock::time_point until,
                                                         const std::stop_token& unwanted, attempt& made) {
    using state = waiter::state;
    // Whoever comes meanwhile may take what a waiter was called for: then that one waits on, in front.
    for (bool waited = false;; waited = true) {
        if (auto c = take_idle()) co_return c;
        if (open_ < pool_.connections) break;
        if (!waited && waiting_.size() >= pool_.waiting) {
            made.queue_full = true;
            made.problem = fmt::format("{} calls wait for a connection to {}", waiting_.size(), about_.url);
            co_return nullptr;
        }
        waiter me{asio::steady_timer{on_, until}};
        me.at = waiting_.insert(waited ? waiting_.begin() : waiting_.end(), &me);
        const std::stop_callback when_unwanted{unwanted, [&] { leave(me, state::left); }};
        co_await me.timer.async_wait(as_result);
        made.unwanted = unwanted.stop_requested();
        if (me.now == state::called && clock::now() < until && !made.unwanted) continue;
        if (me.now == state::called)
            call_next(); // it came too late for this one
        else
            leave(me, state::left);
        made.timed_out = !made.unwanted;
        made.problem = fmt::format("all {} connections to {} are in use", open_, about_.url);
        co_return nullptr;
    }
    place mine{*this};
    auto opened = co_await open(until);
    if (opened.made != nullptr && !closed_) {
        mine.keep();
        co_return std::move(opened.made);
    }
    if (!closed_) trouble_ = opened.problem;
    made.problem = closed_ ? "the provider stops" : std::move(opened.problem);
    made.timed_out = opened.timed_out;
    co_return nullptr;
}

void upstream::release(std::unique_ptr<connection> c) {
    if (!closed_ && c->is_usable())
        idle_.push_back(std::move(c));
    else
        --open_;
    call_next();
}

// Its place in the queue is free at once, before its coroutine goes on.
void upstream::leave(waiter& w, waiter::state how) {
    if (w.now != waiter::state::queued) return;
    waiting_.erase(w.at);
    w.now = how;
    w.timer.cancel();
}

void upstream::call_next() {
    if (!waiting_.empty()) leave(*waiting_.front(), waiter::state::called);
}

awaitable<attempt> upstream::make(const http_request& request, bool repeatable, clock::time_point until,
                                  std::stop_token unwanted) {
    attempt made;
    // A connection that has been idle may be closed by the other side in the moment in which it is used: once
    // more over another one, if nothing has come back.
    bool may_repeat = repeatable;
    for (bool again = true; again;) {
        again = false;
        auto c = co_await acquire(until, unwanted, made);
        if (c == nullptr) break;
        const bool is_new = c->opened == c->used;
        auto mine = std::make_shared<in_use>(*this, std::move(c));
        made.unwanted = unwanted.stop_requested();
        if (made.unwanted) break; // the connection is for others
        auto done = co_await mine->get().make(request, answer_bytes_, until);
        made.was_sent = true;
        if (done.answer) {
            made.answer = std::move(done.answer);
            made.connection_in_use = std::move(mine);
            made.problem.clear();
            trouble_.clear();
            break;
        }
        mine.reset();
        made.problem = closed_ ? "the provider stops" : words_for(done, about_);
        made.timed_out = done.timed_out;
        again = may_repeat && !is_new && !done.began_answer && !done.timed_out && !closed_;
        if (again) close_idle(); // it has most likely closed them all
        made.unwanted = again && unwanted.stop_requested();
        if (made.unwanted) break; // in a queue it would be forgotten until its time is over
        may_repeat = false;
        // One call that took too long is no trouble yet; that many did is for the breaker to say.
        if (!again && !done.timed_out && !closed_) trouble_ = made.problem;
    }
    co_return made;
}

awaitable<std::string> upstream::probe() {
    if (open_ >= pool_.connections) co_return std::string{};
    place mine{*this};
    auto opened = co_await open(clock::time_point::max());
    trouble_ = opened.problem;
    if (opened.made != nullptr && idle_.empty()) { // else nobody needs one more
        mine.keep();
        release(std::move(opened.made));
    }
    co_return trouble_;
}

void upstream::tend() {
    const auto before = idle_.size();
    std::erase_if(idle_, [this](const std::unique_ptr<connection>& c) { return !is_fit(*c); });
    open_ -= before - idle_.size();
}

void upstream::close_idle() {
    open_ -= idle_.size();
    idle_.clear();
}

void upstream::close() {
    closed_ = true;
    lookup_.cancel();
    close_idle();
    for (auto* c : busy_) c->close();
    for (auto* w : waiting_) w->timer.cancel();
}

} // namespace edgeconf::rest_proxy
