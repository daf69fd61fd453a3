#include "control_listener.hpp"

namespace edgeconf {

result<void> control_listener::bind(boost::asio::io_context& control, endpoint at, http::handler& serve,
                                    observe::logger& log, connection_limits limits,
                                    std::optional<std::vector<unsigned>> local_users) {
    auto sockets = http::bound_socket::bind(at, 1);
    if (!sockets) return sockets.error();
    http::session_environment environment{serve, limits, nullptr, {}, log, nullptr, std::move(local_users)};
    listener_.emplace(control, std::move(sockets->front()), at, std::move(environment), connections_);
    log_ = &log;
    address_ = std::move(at);
    return {};
}

void control_listener::start(std::string_view api) {
    if (!listener_) return;
    listener_->start();
    log_->info("listening", {{"api", std::string{api}}, {"address", address_.text()}});
}

void control_listener::stop() {
    if (!listener_) return;
    listener_->stop([] {});
    listener_->abort();
}

} // namespace edgeconf
