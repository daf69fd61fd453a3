// A listener on the host's own thread, for the few who watch or administer it.
#pragma once

#include "http/listener.hpp"

#include <optional>

namespace edgeconf {

// Does nothing until it is bound: what is switched off in the configuration stays so.
class control_listener {
public:
    // `local_users` as in http::session_environment.
    result<void> bind(boost::asio::io_context& control, endpoint at, http::handler& serve,
                      observe::logger& log, connection_limits limits,
                      std::optional<std::vector<unsigned>> local_users = std::nullopt);
    // Serves, and tells the log under the name `api` where.
    void start(std::string_view api);
    // Ends it with everything that is connected.
    void stop();

private:
    http::open_connections connections_;
    observe::logger* log_ = nullptr;
    endpoint address_; // as bound
    std::optional<http::listener> listener_;
};

} // namespace edgeconf
