// Accepts connections on one I/O thread and looks after their sessions.
#pragma once

#include "http/open_connections.hpp"
#include "http/session.hpp"
#include "model/endpoint.hpp"
#include "model/problem.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <list>
#include <variant>

namespace edgeconf::http {

// A bound, listening socket that is not served yet. Made before any thread runs, so that an address
// in use ends start-up. Closes itself unless taken.
class bound_socket {
public:
    // One for each of `count` threads on the same endpoint, whose port is filled in where it was 0.
    // TCP: one socket each with SO_REUSEPORT, so that the kernel spreads connections. Unix: one
    // socket, duplicated; a leftover file of an earlier run is replaced, its mode is 0660.
    static result<std::vector<bound_socket>> bind(endpoint& at, std::size_t count);

    bound_socket(bound_socket&& other) noexcept;
    bound_socket& operator=(bound_socket&&) = delete;
    ~bound_socket();

    int take() noexcept;

private:
    explicit bound_socket(int fd) noexcept : fd_{fd} {}
    int fd_;
};

// Belongs to the thread that runs `context`: every member but the constructor runs there.
class listener {
public:
    // `connections` counts the open ones of all threads against the limit and outlives the listener.
    listener(asio::io_context& context, bound_socket socket, const endpoint& at,
             session_environment environment, open_connections& connections);

    void start();
    // Accepts no more, closes idle connections and lets the others finish their request. `drained`
    // runs once none is left.
    void stop(std::function<void()> drained);
    // Closes what is still open.
    void abort();
    // For what is to come; connections keep the identity that they were admitted with.
    void change(connection_limits limits, std::vector<std::string> admitted_names);

private:
    using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;
    using unix_acceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, executor>;
    struct open_session {
        open_connections::place place;
        session_state state;
    };
    using sessions = std::list<open_session>;

    template <class Acceptor>
    awaitable<void> accept(Acceptor& acceptor);
    void adopt(asio::basic_stream_socket<asio::generic::stream_protocol, executor> socket, std::string remote,
               peer_key from);
    awaitable<void> run(sessions::iterator session);
    void ended(sessions::iterator session) noexcept;
    void tell_if_drained();

    asio::io_context& context_;
    std::variant<tcp_acceptor, unix_acceptor> acceptor_;
    session_environment environment_;
    open_connections& connections_;
    sessions sessions_;
    bool stopping_ = false;
    std::function<void()> drained_;
};

} // namespace edgeconf::http
