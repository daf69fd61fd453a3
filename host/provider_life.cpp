#include "provider_life.hpp"

#include "process.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace edgeconf {

using http::awaitable;

provider_life::provider_life(environment around, const config::settings& from)
    : with_{around}, current_{make(from)} {}

awaitable<bool> provider_life::start(const config::settings& from, std::string options) {
    reasons why_not;
    auto done = co_await create(current_, from, std::move(options), why_not);
    for (const auto& line : why_not) std::fprintf(stderr, "edgeconf: %s\n", line.c_str());
    const bool created = done.has_value();
    bool started = false;
    if (created && !stop_asked_) {
        const auto& table = with_.library.table;
        with_.log.info("starting", {{"version", EDGECONF_VERSION},
                                    {"config", from.file.string()},
                                    {"provider", table.id},
                                    {"provider-version", table.version},
                                    {"library", with_.library.path.string()}});
        done = co_await current_->start(with_.ops);
        started = done.has_value();
    }
    if (started && !stop_asked_) {
        with_.health.started();
        co_return true;
    }
    const bool stuck = !done && done.error().code == errc::deadline;
    leave_unless(!stuck || !stop_asked_, "end its start");
    // What is wrong with its options was told when it was created.
    if (!done && !stop_asked_ && (created || stuck)) {
        with_.log.error("the provider cannot start",
                        {{"provider", with_.library.name}, {"reason", done.error().detail}});
        std::fprintf(stderr, "edgeconf: %s: provider: %s\n", from.file.c_str(), done.error().detail.c_str());
    }
    if (stuck) leave_at_once();
    // One that has started although it was asked not to ends like any other.
    bool gone = false;
    if (started)
        gone = co_await current_->stop(with_.ops);
    else
        gone = co_await current_->destroy(with_.ops);
    leave_unless(gone, "stop");
    co_return false;
}

void provider_life::stop_soon() {
    stop_asked_ = true;
    current_->hurry();
    if (coming_) coming_->hurry();
}

awaitable<void> provider_life::stop() {
    const bool in_time = co_await current_->stop(with_.ops);
    leave_unless(in_time, "stop");
}

awaitable<provider_life::reasons> provider_life::replace(const prepared& wanted,
                                                         std::function<awaitable<void>()> publish) {
    if (takes_options()) {
        const auto done = co_await current_->reconfigure(with_.ops, wanted.options);
        co_return done ? reasons{} : reasons{"provider.options: " + done.error().detail};
    }
    if ((with_.library.table.flags & ECP_PROVIDER_EXCLUSIVE) != 0)
        co_return reasons{"provider.options: this provider takes new options only by a restart"};

    reasons why_not;
    const auto next = make(wanted.settings);
    coming_ = next;
    auto done = co_await create(next, wanted.settings, wanted.options, why_not);
    if (done && stop_asked_) done = problem{errc::cancelled, "the host is stopping"};
    if (done) done = co_await next->start(with_.ops);
    coming_.reset();
    if (!done) {
        if (why_not.empty()) why_not.push_back("provider.options: " + done.error().detail);
        const bool stuck = done.error().code == errc::deadline;
        if (stuck || !co_await next->destroy(with_.ops)) {
            with_.log.error("a new instance of the provider is stuck; it is left behind");
            new provider_ptr{next}; // never destroyed: the provider is still inside
        }
        co_return why_not;
    }
    const auto former = std::exchange(current_, next);
    co_await publish();
    // Calls that were under way are answered or given up by then.
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, http::executor>
        last_calls{co_await boost::asio::this_coro::executor, wanted.settings.provider.deadlines.device};
    co_await last_calls.async_wait(http::as_result);
    if (!co_await former->stop(with_.ops)) {
        with_.log.error("the provider's former instance does not stop; it is left behind");
        new provider_ptr{former}; // never destroyed: the provider is still inside
    }
    co_return reasons{};
}

awaitable<result<administration_answer>> provider_life::administer(administration_call asked) {
    return current_->invoke(with_.ops, std::move(asked));
}

void provider_life::tend() { current_->tend(); }

provider_life::provider_ptr provider_life::make(const config::settings& from) const {
    const auto& s = from.provider;
    provider::provider_limits limits;
    limits.device = s.deadlines.device;
    limits.start = s.deadlines.start;
    limits.stop = s.deadlines.stop;
    limits.reconfigure = s.deadlines.reconfigure;
    limits.administration = s.deadlines.administration;
    limits.workers = s.workers;
    limits.queue = s.queue;
    limits.io_threads = with_.io_threads;
    limits.breaker = {s.breaker.window, s.breaker.calls, s.breaker.percent};
    return std::make_shared<provider::plugin_provider>(
        with_.library, limits, provider::instance_sinks{s.library, &with_.log, &with_.health});
}

awaitable<result<void>> provider_life::create(provider_ptr made, const config::settings& from,
                                              std::string options, reasons& why_not) {
    provider::findings found;
    const auto created = co_await made->create(with_.ops, std::move(options), found);
    for (const auto& f : found) {
        if (f.is_error)
            why_not.push_back(describe(f, from));
        else
            with_.log.warn("provider option", {{"detail", describe(f, from)}});
    }
    co_return created;
}

void provider_life::leave_unless(bool in_time, std::string_view what) const {
    if (in_time) return;
    with_.log.error(fmt::format("the provider did not {} in time; leaving without it", what),
                    {{"provider", with_.library.name}});
    leave_at_once();
}

} // namespace edgeconf
