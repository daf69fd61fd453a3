// Sessions of a listener in this process, with a handler of the test's.
#include "support/catch.hpp"

#include "http/listener.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using namespace edgeconf;
using namespace edgeconf::http;

namespace {

class moody : public handler {
public:
    awaitable<response> handle(request& r) override {
        if (r.target == "/throw") throw std::runtime_error{"a bug"};
        if (r.target == "/throw-anything") throw 7;
        response made;
        made.content_type = "text/plain";
        made.body = r.body;
        made.close = r.target == "/close";
        co_return made;
    }
    response refuse(unsigned status, std::string_view) override {
        response made;
        made.status = status;
        return made;
    }
};

class served {
public:
    explicit served(connection_limits limits = {}) {
        auto at = *parse_endpoint("127.0.0.1:0");
        auto sockets = bound_socket::bind(at, 1);
        port_ = at.port;
        listener_.emplace(context_, std::move(sockets->front()), at,
                          session_environment{handler_, limits, nullptr, {}, log_}, connections_);
        listener_->start();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ~served() {
        asio::post(context_, [this] {
            listener_->stop([] {});
            listener_->abort();
        });
        thread_.join();
    }

    // All that is answered to `bytes` until the listener closes the connection.
    std::string answer(std::string_view bytes) const {
        asio::io_context io;
        asio::ip::tcp::socket socket{io};
        socket.connect({asio::ip::make_address("127.0.0.1"), port_});
        const timeval patience{60, 0};
        setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        asio::write(socket, asio::buffer(bytes));
        socket.shutdown(asio::socket_base::shutdown_send);
        std::string all;
        for (char chunk[1024];;) {
            const auto got = ::recv(socket.native_handle(), chunk, sizeof chunk, 0);
            if (got <= 0) break;
            all.append(chunk, static_cast<std::size_t>(got));
        }
        return all;
    }

private:
    asio::io_context context_{1};
    observe::logger log_{observe::level::error, observe::log_format::text};
    moody handler_;
    open_connections connections_;
    std::optional<listener> listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

std::string get(std::string_view target) {
    return std::string{"GET "}.append(target).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
}

} // namespace

TEST_CASE("session: a handler that throws costs its connection, and nothing else", "[http][session]") {
    connection_limits limits;
    limits.connections = 1; // a place that is not given back would be missed
    const served s{limits};
    for (const auto* target : {"/throw", "/throw-anything", "/throw"}) CHECK(s.answer(get(target)).empty());
    CHECK(s.answer(get("/")).starts_with("HTTP/1.1 200"));
}

TEST_CASE("session: a handler that asks for it has the connection closed", "[http][session]") {
    const served s;
    const auto all = s.answer(get("/close") + get("/"));
    CHECK(all.find("Connection: close") != std::string::npos);
    CHECK(all.rfind("HTTP/1.1 200") == 0);
}

TEST_CASE("session: every request that came before the peer's end is answered", "[http][session]") {
    const served s;
    const auto all = s.answer("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                              "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\ntwo\r\n0\r\n\r\n" +
                              get("/"));
    CHECK(all.find("\r\n\r\none") < all.find("\r\n\r\ntwo"));
    CHECK(all.find("\r\n\r\ntwo") != std::string::npos);
    CHECK(all.ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("session: a body that ends too early has no answer", "[http][session]") {
    const served s;
    CHECK(s.answer("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\non").empty());
    CHECK(s.answer("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\non").empty());
    CHECK(s.answer("PUT /a HTTP").empty());
}

TEST_CASE("session: HTTP/1.0 is closed after one answer unless it asks for more", "[http][session]") {
    const served s;
    const auto one = s.answer("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    CHECK(one.rfind("HTTP/1.1 200") == 0);
    CHECK(one.find("Connection: close") != std::string::npos);
    const auto two = s.answer("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    CHECK(two.find("Connection: keep-alive") < two.find("Connection: close"));
    CHECK(two.rfind("HTTP/1.1 200") > 0);
}
