#include "rest-proxy/connection.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>

#include <algorithm>
#include <charconv>

namespace edgeconf::rest_proxy {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;

using tcp_stream = beast::basic_stream<asio::ip::tcp, executor>;
using local_stream = beast::basic_stream<asio::local::stream_protocol, executor>;
using tls_stream = beast::ssl_stream<tcp_stream>;

constexpr std::uint32_t most_header_bytes = 16 * 1024;
constexpr int most_interim = 8; // responses before the answer
constexpr std::chrono::seconds longest_retry_after{3600};

// Seconds; a date is not worth the trouble.
std::chrono::milliseconds retry_after(std::string_view text) {
    unsigned count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return {};
    return std::min<std::chrono::seconds>(std::chrono::seconds{count}, longest_retry_after);
}

// An idle upstream has nothing to say: whatever can be read is the end, or no answer to anything.
bool has_gone(int fd) {
    pollfd state{fd, POLLIN, 0};
    return ::poll(&state, 1, 0) != 0;
}

// Whether something has been received that was not asked for.
template <class Stream>
bool has_surplus(Stream&) {
    return false;
}
bool has_surplus(tls_stream& stream) {
    auto* native = stream.native_handle();
    return SSL_has_pending(native) == 1 || BIO_ctrl_pending(SSL_get_rbio(native)) != 0;
}

template <class Stream>
class connection_over final : public connection {
public:
    explicit connection_over(Stream stream, std::shared_ptr<ssl::context> tls = {})
        : tls_{std::move(tls)}, stream_{std::move(stream)} {}

    awaitable<exchange> make(const http_request& request, std::size_t most_bytes,
                             clock::time_point until) override {
        usable_ = false;
        auto& lowest = beast::get_lowest_layer(stream_);
        lowest.expires_at(until);
        exchange done;
        bool is_whole = true; // what was sent
        {
            http::request_serializer<http::string_body> writing{request};
            const auto [failed, sent] = co_await http::async_write(stream_, writing, as_result);
            // An upstream may answer before it has read everything, and close.
            if (failed && failed != http::error::end_of_stream && failed != asio::error::broken_pipe &&
                failed != asio::error::connection_reset) {
                done.failure = failed;
                done.timed_out = failed == beast::error::timeout;
                co_return done;
            }
            is_whole = !failed;
        }
        int interim = 0;
        std::optional<http::response_parser<http::string_body>> reading;
        do { // interim responses, as 100 Continue, come before the answer
            reading.emplace();
            reading->header_limit(most_header_bytes);
            reading->body_limit(most_bytes);
            auto [failed, read] = co_await http::async_read(stream_, buffer_, *reading, as_result);
            done.began_answer = done.began_answer || read != 0;
            if (!failed && reading->get().result() == http::status::switching_protocols)
                failed = http::error::bad_status; // nobody has asked for that
            if (!failed && reading->get().result_int() < 200 && ++interim > most_interim)
                failed = http::error::bad_status;
            if (failed) {
                done.failure = failed;
                done.timed_out = failed == beast::error::timeout;
                co_return done;
            }
        } while (reading->get().result_int() < 200);
        lowest.expires_never();
        auto& message = reading->get();
        upstream_answer given;
        given.status = message.result_int();
        given.retry_after = retry_after(message[http::field::retry_after]);
        given.location = std::string{message[http::field::location]};
        usable_ = is_whole && message.keep_alive() && buffer_.size() == 0;
        given.body = std::move(message.body());
        used = clock::now();
        done.answer = std::move(given);
        co_return done;
    }

    bool is_usable() const override {
        auto& stream = const_cast<Stream&>(stream_);
        auto& lowest = beast::get_lowest_layer(stream);
        return usable_ && !has_surplus(stream) && !has_gone(lowest.socket().native_handle());
    }
    void close() override { beast::get_lowest_layer(stream_).close(); }

private:
    std::shared_ptr<ssl::context> tls_; // outlives the stream
    Stream stream_;
    // Chunk headers and trailers count against no other limit.
    beast::flat_buffer buffer_{most_header_bytes + 64 * 1024};
    bool usable_ = true;
};

template <class Stream>
std::unique_ptr<connection> ready(Stream stream, std::shared_ptr<ssl::context> tls = {}) {
    auto made = std::make_unique<connection_over<Stream>>(std::move(stream), std::move(tls));
    made->opened = made->used = clock::now();
    return made;
}

connect_result failed_to(std::string_view what, const upstream_settings& to, const error_code& ec,
                         std::string_view more = {}) {
    connect_result made;
    made.timed_out = ec == beast::error::timeout;
    made.problem = fmt::format("cannot {} {}: {}{}", what, to.url,
                               made.timed_out ? "it takes too long" : ec.message(), more);
    return made;
}

// Why the certificate was refused, in OpenSSL's words: Asio's own are "certificate verify failed".
std::string refusal(SSL* native) {
    const auto verdict = SSL_get_verify_result(native);
    return verdict == X509_V_OK ? std::string{}
                                : fmt::format(" ({})", X509_verify_cert_error_string(verdict));
}

// Only a certificate for that name or address is taken. False if OpenSSL cannot look for it.
bool expect(SSL* native, const std::string& name) {
    error_code is_name;
    asio::ip::make_address(name, is_name);
    // A common name is anybody's: a device may choose its own.
    SSL_set_hostflags(native, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (!is_name) // an address is no server name (RFC 6066)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), name.c_str()) == 1;
    return SSL_set1_host(native, name.c_str()) == 1 && SSL_set_tlsext_host_name(native, name.c_str()) == 1;
}

awaitable<connect_result> secure(tcp_stream stream, const upstream_settings& to,
                                 std::shared_ptr<ssl::context> tls) {
    const auto& name = to.tls.name.empty() ? to.address.host : to.tls.name;
    tls_stream secured{std::move(stream), *tls};
    if (!expect(secured.native_handle(), name)) {
        ERR_clear_error();
        co_return failed_to("make a TLS connection to", to, asio::error::invalid_argument);
    }
    const auto [failed] = co_await secured.async_handshake(ssl::stream_base::client, as_result);
    if (failed) co_return failed_to("make a TLS connection to", to, failed, refusal(secured.native_handle()));
    beast::get_lowest_layer(secured).expires_never();
    connect_result made;
    made.made = ready(std::move(secured), std::move(tls));
    co_return made;
}

} // namespace

awaitable<connect_result> connect(const upstream_settings& to,
                                  const asio::ip::tcp::resolver::results_type& addresses,
                                  std::shared_ptr<ssl::context> tls, clock::time_point until) {
    const auto on = co_await asio::this_coro::executor;
    if (!to.address.socket.empty()) {
        local_stream stream{on};
        stream.expires_at(until);
        const auto [failed] = co_await stream.async_connect(
            asio::local::stream_protocol::endpoint{to.address.socket}, as_result);
        if (failed) co_return failed_to("connect to", to, failed);
        stream.expires_never();
        connect_result made;
        made.made = ready(std::move(stream));
        co_return made;
    }
    tcp_stream stream{on};
    stream.expires_at(until);
    const auto [failed, endpoint] = co_await stream.async_connect(addresses, as_result);
    if (failed) co_return failed_to("connect to", to, failed);
    error_code ignored;
    stream.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    if (tls != nullptr) co_return co_await secure(std::move(stream), to, std::move(tls));
    stream.expires_never();
    connect_result made;
    made.made = ready(std::move(stream));
    co_return made;
}

} // namespace edgeconf::rest_proxy
