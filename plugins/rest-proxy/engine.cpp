#include "rest-proxy/engine.hpp"

#include "fleet/signals_blocked.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

constexpr std::chrono::seconds tick_time{1};

cache_key key_of(const outgoing& what) { return {*shape_of(what.what).kept, what.ns, what.device_id}; }

std::string name_of(const outgoing& what) {
    return fmt::format("{}/{}/{}", shape_of(what.what).resource, what.ns, what.device_id);
}

} // namespace

engine::engine(ecp::host host, const settings& from, cache& kept, const figures& counted,
               std::function<void(bool, const std::string&)> tell,
               std::function<void(const upstreams_state&)> changed)
    : host_{host}, settings_{from}, cache_{kept}, counted_{counted}, changed_{std::move(changed)},
      upstreams_{context_, settings_, counted_, std::move(tell)} {
    asio::co_spawn(context_, tick(), asio::detached);
    const fleet::signals_blocked while_it_starts;
    thread_ = std::thread{[this] { context_.run(); }};
}

engine::~engine() {
    if (thread_.joinable()) stop(true);
}

// In order, from any thread. When all devices come at once their calls are taken a slice at a time, so that
// connections and deadlines of those that came first have their turn.
void engine::post(std::function<void()> task) {
    const std::lock_guard lock{tasks_mutex_};
    tasks_.push_back(std::move(task));
    if (running_some_) return;
    asio::post(context_, [this] { run_some(); });
    running_some_ = true;
}

void engine::run_some() {
    for (int i = 0; i < 32; ++i) {
        std::function<void()> task;
        {
            const std::lock_guard lock{tasks_mutex_};
            running_some_ = !tasks_.empty();
            if (!running_some_) return;
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
    asio::post(context_, [this] { run_some(); });
}

void engine::take(incoming in) {
    post([this, in = std::move(in)]() mutable {
        ++serving_;
        asio::co_spawn(context_, serve(std::move(in)), asio::detached);
    });
}

void engine::cancel(ecp_op op) {
    post([this, op] {
        const auto found = open_.find(op);
        if (found == open_.end() || found->second->how != end::pending) return;
        found->second->how = end::cancelled;
        found->second->timer.cancel();
        leave(*found->second);
    });
}

void engine::when_looked(std::function<void()> looked) {
    post([this, looked = std::move(looked)]() mutable {
        if (has_looked_) return looked();
        ++serving_; // somebody waits for it
        when_looked_.push_back(std::move(looked));
    });
}

void engine::refresh() {
    changed_(upstreams_.state());
    counted_.kept(static_cast<double>(cache_.bytes()));
}

// A call for `what`, joined to one that is under way where that cannot matter.
std::shared_ptr<engine::fetch> engine::begin(outgoing what) {
    const bool is_read = shape_of(what.what).kept.has_value();
    auto name = is_read ? name_of(what) : std::string{};
    const auto ticket = is_read ? cache_.ticket(what.device_id) : 0;
    // A change between the two calls makes them different ones.
    if (is_read) name += fmt::format("#{}", ticket);
    const auto found = reads_.find(name);
    if (is_read && found != reads_.end() && !found->second->unwanted.stop_requested()) {
        counted_.joined();
        return found->second;
    }
    auto made = std::make_shared<fetch>();
    if (is_read) reads_[name] = made;
    asio::co_spawn(context_, run(made, std::move(what), std::move(name), ticket), asio::detached);
    return made;
}

awaitable<void> engine::run(std::shared_ptr<fetch> into, outgoing what, std::string name,
                            std::uint64_t ticket) {
    const auto device = what.device_id;
    const auto kind = what.what;
    const auto kept = shape_of(kind).kept;
    const auto ns = what.ns;
    // A read that began before the change may still bring what was before it, also while the write is under
    // way.
    if (!kept) cache_.changed(device);
    try {
        into->result = co_await upstreams_.ask(std::move(what), clock::now() + settings_.deadline,
                                               into->unwanted.get_token());
    } catch (const std::exception& e) {
        into->result = no_answer(ECP_INTERNAL, e.what());
        into->result.is_fault = true;
    }
    auto& result = into->result;
    if (kept) {
        const cache_key key{*kept, ns, device};
        // Another one has begun where nobody waited for this one; its answer is the newer one.
        const auto mine = reads_.find(name);
        const bool is_last = mine != reads_.end() && mine->second == into;
        if (is_last) reads_.erase(mine);
        if (result.status == ECP_OK) {
            into->what = std::make_shared<kept_answer>(
                kept_answer{std::move(result.body), std::move(result.revision)});
            if (is_last) cache_.put(key, ticket, into->what, clock::now());
        } else if (result.status == ECP_REMOVED)
            cache_.forget_device(device);
        else if (result.status == ECP_NOT_FOUND)
            cache_.forget(key);
    } else {
        // Also after a failure: nobody knows what the upstream has done.
        cache_.changed(device);
    }
    into->done = true;
    for (auto* w : into->waiters) {
        if (w->how == end::pending) w->how = end::done;
        w->timer.cancel();
    }
}

// What waits for a connection or for another attempt goes with the last one who wants it.
void engine::leave(waiter& w) {
    if (std::exchange(w.has_left, true)) return;
    auto& of = w.of;
    of.waiters.erase(w.at);
    if (of.waiters.empty() && !of.done && !of.is_renewal) of.unwanted.request_stop();
}

awaitable<void> engine::serve(incoming in) {
    if (in.op == 0) {
        begin(in.what)->is_renewal = true;
        co_return answered();
    }
    const auto until = std::min(in.deadline, in.since + settings_.deadline);
    if (clock::now() >= until) { // there are too many: no upstream has to hear of this one
        answer(in, {}, end::pending);
        co_return answered();
    }
    const auto shared = begin(in.what);
    waiter me{.timer = asio::steady_timer{context_, until}, .of = *shared};
    me.at = shared->waiters.insert(shared->waiters.end(), &me);
    open_[in.op] = &me;
    if (!shared->done && !stopping_) co_await me.timer.async_wait(as_result);
    if (stopping_ && me.how == end::pending) me.how = end::stopping;
    leave(me);
    open_.erase(in.op);
    answer(in, *shared, shared->done ? end::done : me.how);
    answered();
}

void engine::answered() {
    if (--serving_ == 0 && when_empty_) when_empty_();
}

void engine::answer(const incoming& in, const fetch& from, end how) {
    const auto is_read = shape_of(in.what.what).kept.has_value();
    const bool has_failed = how != end::done || from.result.is_fault;
    if (is_read && has_failed && how != end::cancelled) {
        if (const auto old = cache_.find(key_of(in.what), clock::now()); old.how != freshness::none) {
            counted_.rescued();
            return host_.complete(in.op,
                                  ecp::reply{ECP_OK}.body(old.what->body).revision(old.what->revision));
        }
    }
    switch (how) {
    case end::done: break;
    case end::cancelled: return host_.complete(in.op, ecp::reply{ECP_CANCELLED});
    case end::stopping: return host_.complete(in.op, ecp::reply{ECP_UNAVAILABLE, "the provider stops"});
    case end::pending:
        return host_.complete(in.op, ecp::reply{ECP_DEADLINE, "no upstream has answered in time"});
    }
    ecp::reply told{from.result.status, from.result.message};
    if (from.what != nullptr) told.body(from.what->body).revision(from.what->revision);
    told.retry_after(from.result.retry_after);
    if (from.result.status == ECP_INVALID) told.detail("", "the data store does not take this body");
    host_.complete(in.op, told);
}

awaitable<void> engine::tick() {
    co_await upstreams_.look();
    has_looked_ = true;
    if (!stopping_) refresh();
    for (const auto& looked : std::exchange(when_looked_, {})) {
        looked();
        answered();
    }
    while (!stopping_) {
        ticker_.expires_after(tick_time);
        co_await ticker_.async_wait(as_result);
        if (stopping_) break;
        upstreams_.tend();
        refresh();
    }
}

void engine::end_all(end how) {
    for (auto& [op, w] : open_) {
        if (w->how == end::pending) w->how = how;
        w->timer.cancel();
    }
}

void engine::stop(bool in_a_hurry) {
    std::promise<void> empty;
    auto is_empty = empty.get_future();
    post([&] { // after all that was taken
        stopping_ = in_a_hurry;
        when_empty_ = [&, told = false]() mutable {
            if (!std::exchange(told, true)) empty.set_value();
        };
        if (in_a_hurry) {
            upstreams_.close();
            end_all(end::stopping);
        }
        if (serving_ == 0) when_empty_();
    });
    is_empty.wait();
    asio::post(context_, [this] {
        stopping_ = true;
        when_empty_ = nullptr;
        ticker_.cancel();
        upstreams_.close();
        work_.reset();
        // What is left serves nobody; it ends with the context.
        context_.stop();
    });
    thread_.join();
}

} // namespace edgeconf::rest_proxy
