#include "http/session.hpp"

#include "http/local_peer.hpp"
#include "http/request_reader.hpp"
#include "http/tls.hpp"
#include "http/write.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <type_traits>

namespace edgeconf::http {
namespace {

template <class Stream>
class conversation {
public:
    conversation(session_environment& environment, session_state& state, Stream& stream, const peer& from)
        : environment_{environment}, state_{state}, stream_{stream}, from_{from}, reader_{
                                                                                      environment.limits} {}

    awaitable<void> run() {
        bool go_on = true;
        do {
            reader_.next();
            if (!co_await next_request()) co_return;
            const auto at = co_await read();
            if (at == step::complete)
                go_on = co_await answer();
            else if (at == step::refused)
                go_on = co_await refuse();
            else
                co_return; // the peer left, or dawdled until the stream closed the socket
        } while (go_on && !state_.stopping);
    }

private:
    using step = request_reader::step;

    stream& lowest() { return state_.connection; }

    // False once there is nothing more to read.
    awaitable<bool> read_some() {
        const auto [ec, size] = co_await stream_.async_read_some(reader_.room(), as_result);
        reader_.take(size);
        co_return !ec;
    }

    // Waits for the first byte of a request. False if none comes. A host that stops still serves the
    // one request that a fresh connection was opened for.
    awaitable<bool> next_request() {
        if (!reader_.is_empty()) co_return true;
        lowest().expires_after(state_.stopping ? environment_.limits.header_time
                                               : environment_.limits.idle_time);
        state_.idle = true;
        const bool more = co_await read_some();
        state_.idle = false;
        co_return more;
    }

    // How far it came: complete or refused, or less where the peer ended it.
    awaitable<step> read() {
        lowest().expires_after(environment_.limits.header_time);
        auto at = reader_.advance();
        while (at == step::more_head) {
            if (!co_await read_some()) co_return at;
            at = reader_.advance();
        }
        if (at != step::more_body) co_return at;
        lowest().expires_after(environment_.limits.body_time);
        if (reader_.waits_for_go_ahead()) {
            static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [ec, size] = co_await asio::async_write(stream_, asio::buffer(go_ahead), as_result);
            if (ec) co_return at;
        }
        while (at == step::more_body) {
            if (!co_await read_some()) co_return at;
            at = reader_.advance();
        }
        co_return at;
    }

    // Both: whether the connection may go on.
    awaitable<bool> answer() {
        const auto& head = reader_.head();
        request r{head.method, head.target, head.content_type, head.trace, reader_.take_body(), from_};
        const auto response = co_await environment_.serve.handle(r);
        const bool keep_alive = head.keep_alive && !response.close && !state_.stopping;
        write_response(response, keep_alive, reader_.frame().http_1_0, head.method == "HEAD", out_);
        co_return co_await send() && keep_alive;
    }

    awaitable<bool> refuse() {
        const auto& why = reader_.why();
        write_response(environment_.serve.refuse(why.status, why.reason), false, false, false, out_);
        const bool sent = co_await send();
        if (sent) co_await drain();
        co_return false;
    }

    awaitable<bool> send() {
        lowest().expires_after(environment_.limits.write_time);
        const auto [ec, size] = co_await asio::async_write(stream_, asio::buffer(out_), as_result);
        if (out_.capacity() > keep_capacity) std::string{}.swap(out_);
        co_return !ec;
    }

    // Reads on for a moment: closing with unread data would reset the connection, and the peer would
    // lose the refusal that it has not read yet.
    awaitable<void> drain() {
        error_code ignored;
        if constexpr (std::is_same_v<Stream, stream>)
            lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
        lowest().expires_after(std::chrono::seconds{1});
        for (std::size_t seen = 0; seen < most_drained;) {
            reader_.discard();
            const auto [ec, size] = co_await stream_.async_read_some(reader_.room(), as_result);
            if (ec) co_return;
            seen += size;
        }
    }

    static constexpr std::size_t most_drained = 4 * 1024 * 1024;
    static constexpr std::size_t keep_capacity = 64 * 1024;

    session_environment& environment_;
    session_state& state_;
    Stream& stream_;
    const peer& from_;
    request_reader reader_;
    std::string out_;
};

awaitable<void> run_plain(session_environment& environment, session_state& state) {
    error_code unnamed;
    const bool local = state.connection.socket().local_endpoint(unnamed).protocol().family() == AF_UNIX;
    const auto from = local
                          ? identify_local(state.connection.socket().native_handle(), environment.local_users)
                          : peer{true, state.remote};
    conversation<stream> talk{environment, state, state.connection, from};
    co_await talk.run();
    error_code ignored;
    state.connection.socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

awaitable<void> run_tls(session_environment& environment, session_state& state) {
    const auto tls = environment.tls->current(); // outlives `secure`
    asio::ssl::stream<stream&> secure{state.connection, tls->native()};
    state.connection.expires_after(environment.limits.handshake_time);
    const auto [ec] = co_await secure.async_handshake(asio::ssl::stream_base::server, as_result);
    if (environment.metrics != nullptr) environment.metrics->handshake(!ec);
    if (ec) {
        environment.log.problem(
            observe::level::warn, "handshake", "a TLS handshake failed",
            {{"peer", state.remote}, {"reason", handshake_failure(secure.native_handle(), ec.message())}});
        co_return;
    }
    const auto from = identify(secure.native_handle(), environment.admitted_names);
    if (!from.admitted) {
        if (environment.metrics != nullptr) environment.metrics->identity_refused();
        environment.log.problem(observe::level::warn, "identity",
                                "a certificate without an admitted DNS name",
                                {{"peer", state.remote}, {"subject", from.name}});
    }
    conversation<asio::ssl::stream<stream&>> talk{environment, state, secure, from};
    co_await talk.run();
    state.connection.expires_after(std::chrono::seconds{1});
    co_await secure.async_shutdown(as_result);
}

} // namespace

awaitable<void> run_session(session_environment& environment, session_state& state) {
    if (environment.tls) return run_tls(environment, state);
    return run_plain(environment, state);
}

} // namespace edgeconf::http
