#include "cli/admin_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>

namespace edgeconf::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds patience{10};

// One exchange as a chain of asynchronous steps, because only those can time out.
class exchange {
public:
    exchange(asio::io_context& context, std::string_view method, std::string_view path, std::string_view body)
        : stream_{context} {
        request_.version(11);
        request_.method_string({method.data(), method.size()});
        request_.target({path.data(), path.size()});
        request_.set(http::field::host, "localhost");
        request_.set(http::field::connection, "close");
        if (!body.empty()) request_.set(http::field::content_type, "application/json");
        request_.body() = body;
        request_.prepare_payload();
    }

    void run(const std::filesystem::path& socket) {
        stream_.expires_after(patience);
        stream_.async_connect(asio::local::stream_protocol::endpoint{socket.string()}, [this](error_code ec) {
            if (ec) return fail("cannot reach the host", ec);
            http::async_write(stream_, request_, [this](error_code failed, std::size_t) {
                if (failed) return fail("cannot ask the host", failed);
                read();
            });
        });
    }

    admin_reply reply;

private:
    void read() {
        http::async_read(stream_, buffer_, response_, [this](error_code ec, std::size_t) {
            if (ec) return fail("the host does not answer", ec);
            reply = {response_.result_int(), std::move(response_.body())};
        });
    }

    void fail(std::string_view what, error_code ec) { reply = {0, std::string{what} + ": " + ec.message()}; }

    boost::beast::basic_stream<asio::local::stream_protocol> stream_;
    http::request<http::string_body> request_;
    http::response<http::string_body> response_;
    boost::beast::flat_buffer buffer_;
};

} // namespace

admin_reply ask_host(const std::filesystem::path& socket, std::string_view method, std::string_view path,
                     std::string_view body) {
    asio::io_context context;
    exchange talk{context, method, path, body};
    talk.run(socket);
    context.run();
    return std::move(talk.reply);
}

} // namespace edgeconf::cli
