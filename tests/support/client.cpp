#include "support/client.hpp"

#include "support/process.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace edgeconf::test {
namespace {

namespace http = boost::beast::http;

[[noreturn]] void fail(std::string what) {
    std::array<char, 256> reason{};
    if (const auto code = ERR_peek_last_error(); code != 0) {
        ERR_error_string_n(code, reason.data(), reason.size());
        ERR_clear_error();
        what += std::string{": "} + reason.data();
    } else if (errno != 0) {
        what += std::string{": "} + std::strerror(errno);
    }
    throw std::runtime_error{what};
}

int connect_to(const std::string& address) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    constexpr std::string_view unix_prefix = "unix:";
    if (address.starts_with(unix_prefix)) {
        auto& to = reinterpret_cast<sockaddr_un&>(storage);
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, address.c_str() + unix_prefix.size(), sizeof to.sun_path - 1);
        size = sizeof to;
    } else {
        const auto colon = address.rfind(':');
        const auto port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
        if (address.front() == '[') {
            auto& to = reinterpret_cast<sockaddr_in6&>(storage);
            to.sin6_family = AF_INET6;
            to.sin6_port = port;
            inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &to.sin6_addr);
            size = sizeof to;
        } else {
            auto& to = reinterpret_cast<sockaddr_in&>(storage);
            to.sin_family = AF_INET;
            to.sin_port = port;
            inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
            size = sizeof to;
        }
    }
    const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{patience.count(), 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0) return fd;
    close(fd);
    fail("cannot connect to " + address);
}

std::string wire_form(const std::string& alpn) {
    std::string made;
    for (std::size_t from = 0; from < alpn.size();) {
        const auto comma = std::min(alpn.find(',', from), alpn.size());
        made += static_cast<char>(comma - from);
        made += alpn.substr(from, comma - from);
        from = comma + 1;
    }
    return made;
}

} // namespace

struct client::connection {
    int fd = -1;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> tls{nullptr, &SSL_free};

    ~connection() {
        if (tls) SSL_shutdown(tls.get());
        if (fd >= 0) close(fd);
    }

    void handshake(const target& to) {
        context.reset(SSL_CTX_new(TLS_client_method()));
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
        if (SSL_CTX_load_verify_file(context.get(), to.server_ca->c_str()) != 1) fail("no CA");
        if (to.self &&
            (SSL_CTX_use_certificate_chain_file(context.get(), to.self->certificate.c_str()) != 1 ||
             SSL_CTX_use_PrivateKey_file(context.get(), to.self->key.c_str(), SSL_FILETYPE_PEM) != 1))
            fail("no certificate");
        tls.reset(SSL_new(context.get()));
        const auto offered = wire_form(to.alpn);
        if (!offered.empty())
            SSL_set_alpn_protos(tls.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                                static_cast<unsigned>(offered.size()));
        SSL_set_fd(tls.get(), fd);
        if (SSL_connect(tls.get()) != 1) fail("the handshake failed");
    }

    // 0 at a clean end.
    std::size_t read(char* into, std::size_t size) {
        errno = 0;
        if (!tls) {
            const auto got = ::recv(fd, into, size, 0);
            if (got < 0) fail("cannot receive");
            return static_cast<std::size_t>(got);
        }
        const int got = SSL_read(tls.get(), into, static_cast<int>(size));
        if (got > 0) return static_cast<std::size_t>(got);
        if (SSL_get_error(tls.get(), got) == SSL_ERROR_ZERO_RETURN) return 0;
        fail("cannot receive");
    }
};

client::client(const target& to) : to_{std::make_unique<connection>()} {
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
    ERR_clear_error();
    to_->fd = connect_to(to.address);
    if (to.server_ca) to_->handshake(to);
}

client::~client() = default;

void client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        errno = 0;
        const auto sent = to_->tls
                              ? SSL_write(to_->tls.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : static_cast<int>(::send(to_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (sent <= 0) fail("cannot send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

reply client::receive() {
    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.body_limit(std::uint64_t{64} << 20);
    for (;;) {
        boost::system::error_code ec;
        const auto used = received_.empty() ? 0 : parser.put(boost::asio::buffer(received_), ec);
        if (ec && ec != http::error::need_more) throw std::runtime_error{"not a response: " + ec.message()};
        received_.erase(0, used);
        if (parser.is_done()) break;
        std::array<char, 16 * 1024> chunk;
        const auto got = to_->read(chunk.data(), chunk.size());
        if (got == 0)
            throw std::runtime_error{"the server closed the connection before its answer was complete"};
        received_.append(chunk.data(), got);
    }
    const auto& message = parser.get();
    reply made{message.result_int(), {}, message.body(), message.keep_alive()};
    for (const auto& field : message) {
        std::string key{field.name_string()};
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
        made.fields[key] = std::string{field.value()};
    }
    return made;
}

reply client::exchange(std::string_view bytes) {
    send(bytes);
    return receive();
}

reply client::request(std::string_view method, std::string_view path, std::string_view body) {
    return exchange(go_request(method, path, body));
}

bool client::is_closed() {
    std::array<char, 1> byte{};
    try {
        return received_.empty() && to_->read(byte.data(), byte.size()) == 0;
    } catch (const std::runtime_error&) {
        return errno != EAGAIN && errno != EWOULDBLOCK; // a reset is closed, a time-out is not
    }
}

std::string client::alpn() const {
    const unsigned char* text = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(to_->tls.get(), &text, &size);
    return {reinterpret_cast<const char*>(text), size};
}

std::string client::tls_version() const { return SSL_get_version(to_->tls.get()); }

std::string client::server_name() const {
    const std::unique_ptr<X509, decltype(&X509_free)> own{SSL_get1_peer_certificate(to_->tls.get()),
                                                          &X509_free};
    std::array<char, 128> text{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(own.get()), NID_commonName, text.data(), text.size());
    return text.data();
}

bool client::has_ticket() const { return SSL_SESSION_is_resumable(SSL_get0_session(to_->tls.get())) == 1; }

std::string go_request(std::string_view method, std::string_view path, std::string_view body) {
    std::string made;
    made.append(method).append(" ").append(path).append(" HTTP/1.1\r\n");
    made += "Host: edgeconf.example\r\nUser-Agent: Go-http-client/1.1\r\n";
    if (!body.empty()) made += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    made += "Accept: application/json\r\n";
    if (!body.empty()) made += "Content-Type: application/json\r\n";
    made += "Accept-Encoding: gzip\r\n\r\n";
    return made.append(body);
}

} // namespace edgeconf::test
