#include "http/session.hpp"

#include "http/local_peer.hpp"
#include "http/tls.hpp"
#include "http/write.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <optional>

namespace edgeconf::http {
namespace {

namespace beast = boost::beast;
using parser = beast::http::request_parser<beast::http::string_body>;
using message = beast::http::request<beast::http::string_body>;
using beast::http::field;

std::string_view view(beast::string_view s) { return {s.data(), s.size()}; }

// version "00", as W3C Trace Context lays it down: anything else is not passed on.
std::string_view traceparent(const message& m) {
    const auto text = view(m["traceparent"]);
    const bool fits = text.size() == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
                      text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
    return fits ? text : std::string_view{};
}

// What to answer when a request cannot be read; nothing where the peer left, or dawdled until the
// stream closed the socket.
struct refusal {
    unsigned status;
    std::string reason;
};
std::optional<refusal> refusal_for(error_code ec, const connection_limits& limits) {
    using e = beast::http::error;
    if (ec == e::header_limit || ec == e::buffer_overflow)
        return refusal{431, fmt::format("the request's header is larger than {} bytes", limits.header_bytes)};
    if (ec == e::body_limit)
        return refusal{413, fmt::format("the body is larger than {} bytes", limits.body_bytes)};
    if (ec == e::end_of_stream || ec == e::partial_message) return std::nullopt;
    if (ec.category() == make_error_code(e::bad_value).category())
        return refusal{400, "not HTTP/1.1: " + ec.message()};
    return std::nullopt;
}

template <class Stream>
class conversation {
public:
    conversation(session_environment& environment, session_state& state, Stream& stream, const peer& from)
        : environment_{environment}, state_{state}, stream_{stream}, from_{from} {}

    awaitable<void> run() {
        bool go_on = true;
        do {
            if (!co_await next_request()) co_return;
            const auto ec = co_await read();
            go_on = ec ? co_await refuse(ec) : co_await answer();
        } while (go_on && !state_.stopping);
    }

private:
    stream& lowest() { return state_.connection; }

    // Waits for the first byte of a request. False if none comes. A host that stops still serves the
    // one request that a fresh connection was opened for.
    awaitable<bool> next_request() {
        if (buffer_.size() > 0) co_return true;
        lowest().expires_after(state_.stopping ? environment_.limits.header_time
                                               : environment_.limits.idle_time);
        state_.idle = true;
        const auto [ec, size] = co_await stream_.async_read_some(buffer_.prepare(first_read), as_result);
        state_.idle = false;
        buffer_.commit(size);
        co_return !ec;
    }

    awaitable<error_code> read() {
        parser_.emplace();
        parser_->header_limit(environment_.limits.header_bytes);
        parser_->body_limit(environment_.limits.body_bytes);
        lowest().expires_after(environment_.limits.header_time);
        const auto [header_ec, header_size] =
            co_await beast::http::async_read_header(stream_, buffer_, *parser_, as_result);
        if (header_ec) co_return header_ec;
        if (parser_->is_done()) co_return error_code{};
        if (const auto length = parser_->content_length(); length && *length > environment_.limits.body_bytes)
            co_return make_error_code(beast::http::error::body_limit);
        lowest().expires_after(environment_.limits.body_time);
        if (beast::iequals(parser_->get()[field::expect], "100-continue")) {
            static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [ec, size] = co_await asio::async_write(stream_, asio::buffer(go_ahead), as_result);
            if (ec) co_return ec;
        }
        const auto [body_ec, body_size] =
            co_await beast::http::async_read(stream_, buffer_, *parser_, as_result);
        co_return body_ec;
    }

    // Both: whether the connection may go on.
    awaitable<bool> answer() {
        auto& m = parser_->get();
        request r{view(m.method_string()), view(m.target()),    view(m[field::content_type]),
                  traceparent(m),          std::move(m.body()), from_};
        const auto response = co_await environment_.serve.handle(r);
        const bool keep_alive = m.keep_alive() && !response.close && !state_.stopping;
        const bool head_only = m.method() == beast::http::verb::head;
        write_response(response, keep_alive, m.version() == 10, head_only, out_);
        co_return co_await send() && keep_alive;
    }

    awaitable<bool> refuse(error_code ec) {
        const auto why = refusal_for(ec, environment_.limits);
        if (!why) co_return false;
        write_response(environment_.serve.refuse(why->status, why->reason), false, false, false, out_);
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
            buffer_.clear();
            const auto [ec, size] = co_await stream_.async_read_some(buffer_.prepare(drain_read), as_result);
            if (ec) co_return;
            seen += size;
        }
    }

    static constexpr std::size_t first_read = 4 * 1024;
    static constexpr std::size_t drain_read = 16 * 1024;
    static constexpr std::size_t most_drained = 256 * 1024;
    static constexpr std::size_t keep_capacity = 64 * 1024;

    session_environment& environment_;
    session_state& state_;
    Stream& stream_;
    const peer& from_;
    beast::flat_buffer buffer_;
    std::optional<parser> parser_;
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
    asio::ssl::stream<stream&> secure{state.connection, *environment.tls};
    state.connection.expires_after(environment.limits.handshake_time);
    const auto [ec] = co_await secure.async_handshake(asio::ssl::stream_base::server, as_result);
    if (environment.metrics != nullptr) environment.metrics->handshake(!ec);
    if (ec) {
        environment.log.problem(observe::level::warn, "handshake", "a TLS handshake failed",
                                {{"peer", state.remote}, {"reason", ec.message()}});
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
