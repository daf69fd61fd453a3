#include "http/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <exception>

namespace edgeconf::http {
namespace {

std::string describe(const asio::ip::tcp::endpoint& remote) {
    return fmt::format("{}:{}", remote.address().to_string(), remote.port());
}
std::string describe(const asio::local::stream_protocol::endpoint&) { return "unix"; }

peer_key key_of(const asio::ip::tcp::endpoint& remote) { return http::key_of(remote.address()); }
peer_key key_of(const asio::local::stream_protocol::endpoint&) { return std::nullopt; }

} // namespace

listener::listener(asio::io_context& context, bound_socket socket, const endpoint& at,
                   session_environment environment, open_connections& connections)
    : context_{context}, acceptor_{tcp_acceptor{context.get_executor()}},
      environment_{std::move(environment)}, connections_{connections} {
    if (at.is_unix())
        acceptor_.emplace<unix_acceptor>(context.get_executor(), asio::local::stream_protocol{},
                                         socket.take());
    else
        acceptor_.emplace<tcp_acceptor>(context.get_executor(),
                                        asio::ip::make_address(at.address).is_v6() ? asio::ip::tcp::v6()
                                                                                   : asio::ip::tcp::v4(),
                                        socket.take());
}

void listener::start() {
    std::visit([this](auto& acceptor) { asio::co_spawn(context_, accept(acceptor), asio::detached); },
               acceptor_);
}

void listener::stop(std::function<void()> drained) {
    stopping_ = true;
    drained_ = std::move(drained);
    std::visit(
        [](auto& acceptor) {
            error_code ignored;
            acceptor.close(ignored);
        },
        acceptor_);
    for (auto& session : sessions_) {
        session.state.stopping = true;
        if (session.state.idle) session.state.connection.cancel();
    }
    tell_if_drained();
}

void listener::change(connection_limits limits, std::vector<std::string> admitted_names) {
    environment_.limits = limits;
    environment_.admitted_names = std::move(admitted_names);
}

void listener::abort() {
    for (auto& session : sessions_) session.state.connection.close();
}

template <class Acceptor>
awaitable<void> listener::accept(Acceptor& acceptor) {
    using socket = asio::basic_stream_socket<typename Acceptor::protocol_type, executor>;
    while (!stopping_) {
        socket accepted{context_.get_executor()};
        typename Acceptor::endpoint_type remote;
        const auto [ec] = co_await acceptor.async_accept(accepted, remote, as_result);
        if (stopping_) break;
        if (!ec) {
            try { // or this listener would accept no more
                adopt(std::move(accepted), describe(remote), key_of(remote));
            } catch (const std::exception& e) {
                environment_.log.error("cannot serve a connection", {{"reason", e.what()}});
            }
            continue;
        }
        if (ec == asio::error::connection_aborted) continue;
        // Out of descriptors or memory: the connection stays in the kernel's queue, so wait a little
        // rather than spin.
        environment_.log.problem(observe::level::error, "accept", "cannot accept connections",
                                 {{"reason", ec.message()}});
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                   executor>
            pause{context_.get_executor(), std::chrono::milliseconds{100}};
        co_await pause.async_wait(as_result);
    }
}

void listener::adopt(asio::basic_stream_socket<asio::generic::stream_protocol, executor> socket,
                     std::string remote, peer_key from) {
    const auto& limits = environment_.limits;
    auto entered = connections_.enter(from, limits.connections, limits.connections_per_peer);
    if (!entered.taken) {
        const bool total = entered.why == open_connections::full::total;
        if (environment_.metrics != nullptr) environment_.metrics->connection_refused();
        environment_.log.problem(observe::level::warn, total ? "connections" : "connections-per-peer",
                                 total ? "turned a connection away: too many are open"
                                       : "turned a connection away: too many of this peer are open",
                                 {{"peer", remote}});
        return;
    }
    if (environment_.metrics != nullptr) environment_.metrics->connection_opened();
    sessions_.push_front({std::move(*entered.taken), {stream{std::move(socket)}, std::move(remote)}});
    const auto session = sessions_.begin();
    // A named completion handler and a member coroutine: GCC 12 miscompiles capturing lambdas inside
    // co_await and co_spawn expressions.
    auto at_end = [this, session](std::exception_ptr failure) {
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& e) {
                environment_.log.error("a session failed",
                                       {{"peer", session->state.remote}, {"reason", e.what()}});
            } catch (...) {
                environment_.log.error("a session failed", {{"peer", session->state.remote}});
            }
        }
        ended(session);
    };
    try {
        asio::co_spawn(context_, run(session), std::move(at_end));
    } catch (...) {
        sessions_.erase(session);
        throw;
    }
}

awaitable<void> listener::run(sessions::iterator session) {
    co_await run_session(environment_, session->state);
}

void listener::ended(sessions::iterator session) noexcept {
    sessions_.erase(session);
    if (environment_.metrics != nullptr) environment_.metrics->connection_closed();
    tell_if_drained();
}

void listener::tell_if_drained() {
    if (stopping_ && sessions_.empty() && drained_) std::exchange(drained_, nullptr)();
}

} // namespace edgeconf::http
