// The provider from its making to its end, and its replacement in between.
#pragma once

#include "config/settings.hpp"
#include "http/net.hpp"
#include "observe/health.hpp"
#include "observe/log.hpp"
#include "prepare.hpp"
#include "provider/plugin_provider.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf {

// Runs on the host's own thread; start, replace, administer and stop not beside each other. Where the
// provider is stuck, every function here ends the process: unwinding would take away what the provider still
// uses.
class provider_life {
public:
    using provider_ptr = std::shared_ptr<provider::plugin_provider>;
    using reasons = std::vector<std::string>;

    // All outlive it.
    struct environment {
        const provider::library& library;
        provider::op_table& ops;
        observe::logger& log;
        observe::health& health;
        std::uint32_t io_threads;
    };

    // Calls nothing of the provider yet.
    provider_life(environment around, const config::settings& from);

    // What answers device calls; another one after a replacement.
    const provider_ptr& current() const noexcept { return current_; }

    // Creates and starts it. False if it cannot, which is told, or if the host was asked to stop
    // meanwhile; then it is destroyed.
    http::awaitable<bool> start(const config::settings& from, std::string options);
    // The host was asked to stop: what is under way is not waited for longer than stop's deadline.
    void stop_soon();
    http::awaitable<void> stop();

    // Whether it takes new options while it runs.
    bool takes_options() const noexcept { return with_.library.table.reconfigure != nullptr; }

    // All or nothing: where the provider cannot take new options while it runs, a second instance has
    // to start before the first one is let go. `publish` makes calls go to it. Empty, or why not.
    http::awaitable<reasons> replace(const prepared& wanted, std::function<http::awaitable<void>()> publish);

    // As plugin_provider::invoke.
    http::awaitable<result<administration_answer>> administer(administration_call asked);

    // Looks after what nobody else notices. Called about once a second.
    void tend();

private:
    provider_ptr make(const config::settings& from) const;
    // What is wrong with its options goes to `why_not`, warnings to the log.
    http::awaitable<result<void>> create(provider_ptr made, const config::settings& from, std::string options,
                                         reasons& why_not);
    void leave_unless(bool in_time, std::string_view what) const;

    environment with_;
    provider_ptr current_;
    provider_ptr coming_; // while it is to replace that
    bool stop_asked_ = false;
};

} // namespace edgeconf
