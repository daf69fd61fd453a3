#include "running_host.hpp"

#include "observe/process_figures.hpp"
#include "process.hpp"
#include "reload.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>

namespace edgeconf {
namespace {

namespace asio = boost::asio;
using http::awaitable;
// A session that was cut off still waits for its provider call, which is usually over long before.
constexpr std::chrono::seconds abort_time{2};

void print(const std::vector<std::string>& lines) {
    for (const auto& line : lines) std::fprintf(stderr, "edgeconf: %s\n", line.c_str());
}

std::vector<std::string_view> operation_names() {
    std::vector<std::string_view> names;
    for (int i = 0; i < operation_count; ++i) names.push_back(name(static_cast<operation>(i)));
    return names;
}

std::vector<observe::sample> provider_samples(const provider::provider_statistics& s) {
    const auto counter = [](const char* name, const char* help, auto value) {
        return observe::sample{name, help, true, static_cast<double>(value), {}, {}};
    };
    const auto gauge = [](const char* name, const char* help, auto value) {
        return observe::sample{name, help, false, static_cast<double>(value), {}, {}};
    };
    std::vector<observe::sample> all{
        counter("provider_calls_total", "Device calls that the provider was asked", s.calls),
        gauge("provider_calls_in_flight", "Calls that it has not answered", s.in_flight),
        gauge("provider_calls_queued", "Calls that wait for a worker, or are on one", s.queued),
        counter("provider_deadline_misses_total", "Calls answered 504 in its place", s.deadline_misses),
        counter("provider_refused_calls_total", "Calls answered 503 by the open breaker", s.refused),
        counter("provider_breaker_openings_total", "How often the breaker opened", s.breaker_openings),
        gauge("provider_breaker_open", "1 while it is not asked", s.breaker_open),
        gauge("provider_demoted", "1 once its calls are made on workers for being slow", s.demoted),
        gauge("provider_stuck_threads", "I/O threads inside it for more than a second", s.stuck_threads),
        counter("provider_dropped_log_lines_total", "Lines it wrote too fast", s.dropped_log_lines),
    };
    for (std::size_t kind = 0; kind < provider::violation_kinds; ++kind)
        all.push_back({"provider_contract_violations_total", "What it did against the contract", true,
                       static_cast<double>(s.violations[kind]), "violation",
                       std::string{name(static_cast<provider::violation>(kind))}});
    return all;
}

// For those who watch or administer.
connection_limits few(std::size_t connections, std::uint64_t body_bytes) {
    connection_limits limits;
    limits.connections = connections;
    limits.body_bytes = body_bytes;
    return limits;
}

api::device::fuse_settings fuse_settings(const config::settings& from) {
    const auto& f = from.device_api.fuse;
    return {f.window, f.minimum, f.percent};
}

} // namespace

running_host::running_host(prepared from, observe::logger& log)
    : from_{std::move(from)}, log_{log}, metrics_{operation_names()}, fuse_{fuse_settings(from_.settings)},
      ops_{provider::op_table::claim(control_)}, provider_{{from_.library, *ops_, log_, health_,
                                                            static_cast<std::uint32_t>(thread_count())},
                                                           from_.settings},
      pages_{{health_, metrics_, [this] { return status(); }}},
      control_api_{{fuse_, log_, [this] { return reload(); },
                    [this](administration_call asked) { return administer(std::move(asked)); }}},
      signals_{control_.get_executor(), SIGTERM, SIGINT, SIGHUP}, stop_asked_{control_.get_executor(),
                                                                              timer::time_point::max()},
      tend_pause_{control_.get_executor()}, tls_pause_{control_.get_executor()} {
    if (from_.device_tls) tls_watch_.emplace(*from_.device_tls, log_);
    add_samplers();
}

int running_host::run() {
    if (!bind()) return 1;
    int exit_code = 1;
    auto at_end = [&exit_code](std::exception_ptr failure, int code) {
        if (failure) std::rethrow_exception(failure);
        exit_code = code;
    };
    asio::co_spawn(control_, live(), std::move(at_end));
    control_.run();
    return exit_code;
}

std::size_t running_host::thread_count() const {
    constexpr unsigned most = 128; // each has a table of its own in provider/op_table.cpp
    const auto wanted = from_.settings.threads;
    return wanted != 0 ? wanted : std::clamp(std::thread::hardware_concurrency(), 1U, most);
}

changeable_options running_host::changeable(const config::settings& from) const {
    const auto& api = from.device_api;
    return {provider_.current(), api.limits, api.tls ? api.tls->admit_dns_names : std::vector<std::string>{},
            api.heartbeats_mode == config::heartbeats::ignore};
}

bool running_host::bind() {
    const auto refuse = [this](std::string_view key, const problem& why) {
        print({fmt::format("{}: {}: {}", from_.settings.file.string(), key, why.detail)});
        return false;
    };
    device_address_ = from_.settings.device_api.listen;
    auto sockets = http::bound_socket::bind(device_address_, thread_count());
    if (!sockets) return refuse("device-api.listen", sockets.error());
    const io_thread_options options{log_, metrics_, fuse_, connections_, device_address_, from_.device_tls};
    for (auto& socket : *sockets)
        threads_.emplace_back(options, changeable(from_.settings), std::move(socket));

    if (auto at = from_.settings.observe.listen) {
        const auto bound = pages_listener_.bind(control_, *at, pages_, log_, few(256, 16 * 1024));
        if (!bound) return refuse("observe.listen", bound.error());
    }
    if (from_.settings.admin_api && from_.settings.admin_api->socket) {
        const endpoint at{{}, 0, *from_.settings.admin_api->socket};
        const auto bound =
            admin_listener_.bind(control_, at, control_api_, log_, few(32, longest_import_piece),
                                 std::vector<unsigned>{0, geteuid()});
        if (!bound) return refuse("admin-api.socket", bound.error());
    }
    return true;
}

awaitable<int> running_host::live() {
    pages_listener_.start("observe");
    asio::co_spawn(control_, watch_signals(), asio::detached);
    asio::co_spawn(control_, tend(), asio::detached);
    bool started = false;
    {
        const auto turn = co_await with_provider_.next();
        started = co_await provider_.start(from_.settings, std::exchange(from_.options, {}));
    }
    if (!started) {
        if (stopping_) log_.info("stopped");
        end();
        co_return stopping_ ? 0 : 1;
    }
    for (auto& thread : threads_) thread.start();
    log_.info("listening", {{"api", "device"},
                            {"address", device_address_.text()},
                            {"tls", from_.device_tls ? "yes" : "no"},
                            {"threads", std::to_string(threads_.size())}});
    admin_listener_.start("admin");
    if (tls_watch_) asio::co_spawn(control_, watch_tls(), asio::detached);
    log_.info("ready");
    if (!stopping_) co_await stop_asked_.async_wait(http::as_result);
    health_.stopping();
    admin_listener_.stop();
    const auto last_turn = co_await with_provider_.next();
    co_await drain();
    co_await provider_.stop();
    end();
    log_.info("stopped");
    co_return 0;
}

void running_host::end() {
    ended_ = true;
    pages_listener_.stop();
    signals_.cancel();
    tend_pause_.cancel();
    tls_pause_.cancel();
    log_.settle_problems();
}

awaitable<void> running_host::watch_signals() {
    for (;;) {
        const auto [ec, number] = co_await signals_.async_wait(http::as_result);
        if (ec) co_return;
        if (number == SIGHUP) {
            if (!std::exchange(reload_waits_, true))
                asio::co_spawn(control_, reload(), asio::detached); // signals are heard meanwhile
            else if (tls_watch_)
                tls_watch_->reload(true);
            continue;
        }
        if (std::exchange(stopping_, true)) continue;
        log_.info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
        stop_asked_.cancel();
        provider_.stop_soon();
    }
}

awaitable<void> running_host::tend() {
    while (!ended_) {
        tend_pause_.expires_after(std::chrono::seconds{1});
        co_await tend_pause_.async_wait(http::as_result);
        log_.settle_problems();
        provider_.tend();
    }
}

// Waits for something that every I/O thread reports once. Shared: a thread may still report when
// nobody waits any more.
class running_host::gathering : public std::enable_shared_from_this<gathering> {
public:
    gathering(asio::io_context& control, std::size_t expected)
        : control_{control}, left_{expected}, until_{control.get_executor()} {}

    // What a thread calls when it is done.
    std::function<void()> report() {
        return [self = shared_from_this()] {
            asio::post(self->control_, [self] {
                if (--self->left_ == 0) self->until_.cancel();
            });
        };
    }

    // Whether all have reported within `time`.
    awaitable<bool> wait(std::chrono::milliseconds time) {
        if (left_ == 0) co_return true;
        until_.expires_after(time);
        co_await until_.async_wait(http::as_result);
        co_return left_ == 0;
    }

private:
    asio::io_context& control_;
    std::size_t left_;
    timer until_;
};

// Ends the I/O threads once their requests are answered, or when the time for that is up.
awaitable<void> running_host::drain() {
    const auto ended = std::make_shared<gathering>(control_, threads_.size());
    for (auto& thread : threads_) thread.stop(ended->report());
    bool all = co_await ended->wait(from_.settings.shutdown_time);
    if (!all) {
        log_.warn("some requests did not end in time",
                  {{"shutdown-time-ms", std::to_string(from_.settings.shutdown_time.count())}});
        for (auto& thread : threads_) thread.abort();
        all = co_await ended->wait(abort_time);
    }
    if (!all) {
        log_.error("the provider did not return from its calls in time; leaving without it",
                   {{"provider", from_.settings.provider.library}});
        leave_at_once();
    }
    for (auto& thread : threads_) thread.join();
}

// Until the timer is cancelled.
awaitable<void> running_host::watch_tls() {
    while (!ended_) {
        tls_watch_->warn_of_expiry(std::time(nullptr));
        tls_pause_.expires_after(from_.settings.device_api.tls->check_interval);
        co_await tls_pause_.async_wait(http::as_result);
        if (!ended_) tls_watch_->reload(false);
    }
}

awaitable<running_host::reasons> running_host::reload() {
    if (tls_watch_) tls_watch_->reload(true); // the files that it has, whatever the configuration says now
    const auto turn = co_await with_provider_.next();
    reload_waits_ = false;
    if (stopping_ || ended_) co_return reasons{"the host is stopping"};
    co_return co_await reload_now();
}

awaitable<running_host::reasons> running_host::reload_now() {
    reasons why_not;
    auto wanted = prepare(from_.settings.file, &from_.library);
    if (!wanted) why_not = wanted.error().lines;
    if (wanted)
        for (const auto& key : needs_restart(from_.settings, wanted->settings))
            why_not.push_back(
                fmt::format("{}: {}: only a restart changes it", from_.settings.file.string(), key));
    // A provider that takes options while it runs reads again what they name, even if they are the same.
    if (why_not.empty() &&
        (provider_.takes_options() || wanted->settings.provider.options != from_.settings.provider.options)) {
        // Named, and not inside the co_await expression: GCC 12 would destroy it twice.
        const std::function<awaitable<void>()> publish = [this, &wanted] {
            return change_threads(wanted->settings);
        };
        why_not = co_await provider_.replace(*wanted, publish);
    }
    if (why_not.empty()) {
        log_.set_level(wanted->settings.observe.log_level);
        fuse_.change(fuse_settings(wanted->settings));
        co_await change_threads(wanted->settings);
        from_.settings = std::move(wanted->settings);
        log_.info("the configuration was read again", {{"config", from_.settings.file.string()}});
    }
    for (const auto& reason : why_not)
        log_.error("the configuration was not read again; the old one stays", {{"reason", reason}});
    co_return why_not;
}

awaitable<result<administration_answer>> running_host::administer(administration_call asked) {
    const auto turn = co_await with_provider_.next();
    if (stopping_ || ended_) co_return problem{errc::cancelled, "the host is stopping"};
    if (asked.verb == administration::accept_removals)
        if (auto why_not = differs()) co_return std::move(*why_not);
    co_return co_await provider_.administer(std::move(asked));
}

std::optional<problem> running_host::differs() {
    const auto wanted = prepare(from_.settings.file, &from_.library);
    if (!wanted) return problem{errc::conflict, fmt::format("{}", fmt::join(wanted.error().lines, "\n"))};
    if (wanted->settings.provider.options == from_.settings.provider.options) return std::nullopt;
    return problem{
        errc::conflict,
        fmt::format("{}: provider.options are not those that the provider runs with: undo that, or "
                    "restart",
                    from_.settings.file.string())};
}

awaitable<void> running_host::change_threads(const config::settings& to) {
    const auto changed = std::make_shared<gathering>(control_, threads_.size());
    for (auto& thread : threads_) thread.change(changeable(to), changed->report());
    while (!co_await changed->wait(std::chrono::seconds{10}) && !stopping_)
        log_.error("an I/O thread does not come back to take new settings");
}

std::string running_host::status() {
    const auto verdict = health_.readiness();
    const auto fuse = fuse_.look(std::chrono::steady_clock::now());
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
    const boost::json::value page{
        {"version", EDGECONF_VERSION},
        {"uptime-seconds", uptime.count()},
        {"config", from_.settings.file.string()},
        {"ready", verdict.ready},
        {"reason", verdict.reason},
        {"device-api",
         {{"address", device_address_.text()},
          {"tls", from_.device_tls != nullptr},
          {"threads", threads_.size()},
          {"connections", connections_.total()}}},
        {"provider",
         {{"library", from_.library.path.string()},
          {"id", from_.library.table.id},
          {"version", from_.library.table.version}}},
        {"fuse", {{"blown", fuse.blown}, {"told", fuse.told}, {"limit", fuse.limit}, {"seen", fuse.seen}}},
    };
    return boost::json::serialize(page);
}

void running_host::add_samplers() {
    metrics_.add(&observe::process_figures);
    metrics_.add([this] { return provider_samples(provider_.current()->statistics()); });
    metrics_.add([this] { return provider_.current()->own_metrics(); });
    metrics_.add([this] {
        std::vector<observe::sample> all;
        if (!from_.device_tls) return all;
        std::map<std::string, std::time_t> first; // a file may hold several; what ends first counts
        for (const auto& each : from_.device_tls->expiries()) {
            const auto known = first.emplace(each.what, each.not_after).first;
            known->second = std::min(known->second, each.not_after);
        }
        for (const auto& [what, not_after] : first)
            all.push_back({"tls_not_after_seconds", "When what TLS uses ends, in seconds since 1970", false,
                           static_cast<double>(not_after), "what", what});
        all.push_back({"tls_reloads_total",
                       "New TLS files taken",
                       true,
                       static_cast<double>(from_.device_tls->taken()),
                       {},
                       {}});
        all.push_back({"tls_failed_reloads_total",
                       "New TLS files that do not fit",
                       true,
                       static_cast<double>(from_.device_tls->failed()),
                       {},
                       {}});
        return all;
    });
    metrics_.add([this] {
        const auto fuse = fuse_.look(std::chrono::steady_clock::now());
        const auto number = [](auto value) { return static_cast<double>(value); };
        return std::vector<observe::sample>{
            {"fuse_blown", "1 while removed devices are withheld", false, number(fuse.blown), {}, {}},
            {"fuse_told",
             "Removed devices told to wipe themselves within the window",
             false,
             number(fuse.told),
             {},
             {}},
            {"fuse_limit", "How many may be told within the window", false, number(fuse.limit), {}, {}},
            {"fuse_withheld", "Answers withheld since the fuse blew", false, number(fuse.withheld), {}, {}},
            {"devices_seen",
             "Known devices that called within the last hour, estimated",
             false,
             number(fuse.seen),
             {},
             {}},
        };
    });
}

} // namespace edgeconf
