// A host from its start to its end: owns every object, in the order of their making.
#pragma once

#include "api/admin/control_api.hpp"
#include "api/device/fuse.hpp"
#include "api/pages/health_pages.hpp"
#include "control_listener.hpp"
#include "http/tls_watch.hpp"
#include "io_thread.hpp"
#include "observe/health.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "prepare.hpp"
#include "provider_life.hpp"
#include "turns.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf {

// Its own thread, the one that calls run(), does everything but device calls: signals, the pages, the
// admin socket, the provider's life cycle.
class running_host {
public:
    // `log` outlives it.
    running_host(prepared from, observe::logger& log);

    // The whole life; the process's exit code. Does not return, but ends the process, where the
    // provider is stuck: unwinding would take away what it still uses.
    int run();

private:
    using timer = boost::asio::basic_waitable_timer<
        std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, http::executor>;
    using signal_set = boost::asio::basic_signal_set<http::executor>;
    using reasons = std::vector<std::string>;

    class gathering;

    std::size_t thread_count() const;
    changeable_options changeable(const config::settings& from) const;

    bool bind();
    http::awaitable<int> live();
    http::awaitable<void> watch_signals();
    // What is done about once a second.
    http::awaitable<void> tend();
    http::awaitable<void> watch_tls();
    http::awaitable<void> drain();
    // Ends what else keeps this thread busy.
    void end();

    http::awaitable<reasons> reload();
    http::awaitable<reasons> reload_now();
    // What the provider is asked besides device calls; not beside its start, a reload or its stop.
    http::awaitable<result<administration_answer>> administer(administration_call asked);
    // Why the provider cannot be made to read again what the configuration names, if it cannot.
    std::optional<problem> differs();
    http::awaitable<void> change_threads(const config::settings& to);

    std::string status();
    void add_samplers();

    prepared from_;
    observe::logger& log_;
    observe::health health_;
    observe::metrics metrics_;
    api::device::fuse fuse_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    turns with_provider_; // start, reload, an administrator's call, stop
    boost::asio::io_context control_{1};
    provider::op_table::handle ops_;
    provider_life provider_;
    http::open_connections connections_;
    endpoint device_address_; // as bound
    std::deque<io_thread> threads_;
    api::pages::health_pages pages_;
    control_listener pages_listener_;
    api::admin::control_api control_api_;
    control_listener admin_listener_;
    signal_set signals_;
    timer stop_asked_; // cancelled when it is so
    timer tend_pause_;
    std::optional<http::tls_watch> tls_watch_; // none for plain HTTP
    timer tls_pause_;
    bool reload_waits_ = false; // one that SIGHUP asked for, and that will see what is edited now
    bool stopping_ = false;
    bool ended_ = false;
};

} // namespace edgeconf
