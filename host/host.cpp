#include "host.hpp"

#include "api/pages/health_pages.hpp"
#include "http/listener.hpp"
#include "io_thread.hpp"
#include "observe/health.hpp"
#include "observe/log.hpp"
#include "prepare.hpp"
#include "process.hpp"
#include "provider/plugin_provider.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <optional>

namespace edgeconf {
namespace {

namespace asio = boost::asio;
using http::awaitable;

// Requests cut off by an abort still wait for the provider, a device call's deadline at most.
constexpr std::chrono::seconds abort_time{2};

// After this nothing is unwound: a provider may still be inside our objects.
[[noreturn]] void leave_at_once() {
    std::fflush(nullptr);
    std::quick_exit(1);
}

void print(const config::errors& errors) {
    for (const auto& line : errors.lines) std::fprintf(stderr, "edgeconf: %s\n", line.c_str());
}

class running_host {
public:
    running_host(prepared from, observe::logger& log)
        : from_{std::move(from)}, log_{log}, ops_{provider::op_table::claim(control_)}, pages_{health_},
          signals_{control_.get_executor(), SIGTERM, SIGINT, SIGHUP} {}

    // The whole life; the exit code.
    int run() {
        if (!create_provider() || !bind()) return 1;
        int exit_code = 1;
        auto at_end = [&exit_code](std::exception_ptr failure, int code) {
            if (failure) std::rethrow_exception(failure);
            exit_code = code;
        };
        asio::co_spawn(control_, live(), std::move(at_end));
        control_.run();
        return exit_code;
    }

private:
    using signal_set = asio::basic_signal_set<http::executor>;
    using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                             asio::wait_traits<std::chrono::steady_clock>, http::executor>;

    std::size_t thread_count() const {
        const auto wanted = from_.settings.threads;
        return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
    }

    bool create_provider() {
        const auto& s = from_.settings.provider;
        const provider::provider_limits limits{
            s.deadlines.device, s.deadlines.start, s.deadlines.stop,
            s.workers,          s.queue,           static_cast<std::uint32_t>(thread_count())};
        provider::findings found;
        provider_ = provider::plugin_provider::create(from_.library, from_.options, limits,
                                                      {s.library, &log_, &health_}, found);
        std::string{}.swap(from_.options); // may hold secrets
        config::errors errors;
        for (const auto& f : found) {
            if (f.is_error)
                errors.lines.push_back(describe(f, from_.settings));
            else
                log_.warn("provider option", {{"detail", describe(f, from_.settings)}});
        }
        print(errors);
        return provider_ != nullptr;
    }

    bool bind() {
        auto& api = from_.settings.device_api;
        auto sockets = http::bound_socket::bind(api.listen, thread_count());
        if (!sockets) return cannot_listen("device-api.listen", sockets.error());
        const io_thread_options options{*provider_,
                                        log_,
                                        connections_,
                                        api.listen,
                                        api.limits,
                                        from_.device_tls,
                                        api.tls ? api.tls->admit_dns_names : std::vector<std::string>{},
                                        api.heartbeats_mode == config::heartbeats::ignore};
        for (auto& socket : *sockets) threads_.emplace_back(options, std::move(socket));
        return bind_pages();
    }

    bool bind_pages() {
        auto& listen = from_.settings.observe.listen;
        if (!listen) return true;
        auto sockets = http::bound_socket::bind(*listen, 1);
        if (!sockets) return cannot_listen("observe.listen", sockets.error());
        connection_limits limits;
        limits.connections = 256;
        limits.body_bytes = 1024;
        pages_listener_.emplace(control_, std::move(sockets->front()), *listen,
                                http::session_environment{pages_, limits, nullptr, {}, log_},
                                pages_connections_);
        return true;
    }

    bool cannot_listen(std::string_view key, const problem& why) const {
        print({{fmt::format("{}: {}: {}", from_.settings.file.string(), key, why.detail)}});
        return false;
    }

    awaitable<int> live() {
        if (pages_listener_) {
            pages_listener_->start();
            log_.info("listening", {{"api", "observe"}, {"address", from_.settings.observe.listen->text()}});
        }
        if (!co_await start_provider()) {
            if (pages_listener_) pages_listener_->stop([] {});
            co_return 1;
        }
        for (auto& thread : threads_) thread.start();
        log_.info("listening", {{"api", "device"},
                                {"address", from_.settings.device_api.listen.text()},
                                {"tls", from_.device_tls ? "yes" : "no"},
                                {"threads", std::to_string(threads_.size())}});
        log_.info("ready");
        co_await asked_to_stop();
        health_.stopping();
        co_await drain();
        co_await stop_provider();
        if (pages_listener_) pages_listener_->stop([] {});
        if (pages_listener_) pages_listener_->abort();
        log_.info("stopped");
        co_return 0;
    }

    awaitable<bool> start_provider() {
        const auto& table = from_.library.table;
        log_.info("starting", {{"version", EDGECONF_VERSION},
                               {"config", from_.settings.file.string()},
                               {"provider", table.id},
                               {"provider-version", table.version},
                               {"library", from_.library.path.string()}});
        const auto started = co_await provider_->start(*ops_);
        if (started) {
            health_.started();
            co_return true;
        }
        log_.error("the provider cannot start", {{"reason", started.error().detail}});
        print({{fmt::format("{}: provider: {}", from_.settings.file.string(), started.error().detail)}});
        if (started.error().code == errc::deadline) leave_at_once();
        co_return false;
    }

    awaitable<void> asked_to_stop() {
        for (;;) {
            const auto [ec, number] = co_await signals_.async_wait(http::as_result);
            if (ec) co_return;
            if (number != SIGHUP) {
                log_.info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
                co_return;
            }
            log_.warn("SIGHUP: a running host does not read its configuration again yet; restart it");
        }
    }

    // Ends the I/O threads once their requests are answered, or when the time for that is up.
    awaitable<void> drain() {
        auto left = threads_.size();
        timer until{control_.get_executor(), from_.settings.shutdown_time};
        const auto one_less = [this, &left, &until] {
            asio::post(control_, [&left, &until] {
                if (--left == 0) until.cancel();
            });
        };
        for (auto& thread : threads_) thread.stop(one_less);
        co_await until.async_wait(http::as_result);
        if (left != 0) {
            log_.warn("some requests did not end in time",
                      {{"shutdown-time-ms", std::to_string(from_.settings.shutdown_time.count())}});
            for (auto& thread : threads_) thread.abort();
            until.expires_after(abort_time);
            co_await until.async_wait(http::as_result);
            if (left != 0) leave_at_once();
        }
        for (auto& thread : threads_) thread.join();
    }

    awaitable<void> stop_provider() {
        const bool in_time = co_await provider_->stop(*ops_);
        if (in_time) co_return;
        log_.error("the provider did not stop in time; leaving without it",
                   {{"provider", from_.settings.provider.library}});
        leave_at_once();
    }

    prepared from_;
    observe::logger& log_;
    observe::health health_;
    asio::io_context control_{1};
    provider::op_table::handle ops_;
    std::unique_ptr<provider::plugin_provider> provider_;
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::size_t> pages_connections_{0};
    std::deque<io_thread> threads_;
    api::pages::health_pages pages_;
    std::optional<http::listener> pages_listener_;
    signal_set signals_;
};

} // namespace

int serve(const std::filesystem::path& config) {
    prepare_process();
    auto ready = prepare(config);
    if (!ready) {
        print(ready.error());
        return 1;
    }
    observe::logger log{ready->settings.observe.log_level, ready->settings.observe.log_format};
    return running_host{std::move(*ready), log}.run();
}

int check(const std::filesystem::path& config) {
    prepare_process();
    const auto ready = prepare(config);
    if (!ready) {
        print(ready.error());
        return 1;
    }
    const auto found = provider::judge_options(ready->library, ready->options);
    for (const auto& f : found) std::fprintf(stderr, "edgeconf: %s\n", describe(f, ready->settings).c_str());
    if (provider::has_error(found)) return 1;
    const auto& table = ready->library.table;
    std::printf("%s: good; provider %s %s by %s\n", ready->settings.file.c_str(), table.id, table.version,
                table.vendor);
    return 0;
}

} // namespace edgeconf
