#include "cli/admin_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
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
// A page of an export is a few MB; the host passes on no more than this of any.
constexpr std::uint64_t longest_reply = 65ULL << 20;

// One exchange as a chain of asynchronous steps, because only those can time out.
class exchange {
public:
    exchange(asio::io_context& context, const admin_request& what)
        : stream_{context}, patient_{what.patient} {
        request_.version(11);
        request_.method_string({what.method.data(), what.method.size()});
        request_.target({what.target.data(), what.target.size()});
        request_.set(http::field::host, "localhost");
        request_.set(http::field::connection, "close");
        if (!what.body.empty())
            request_.set(http::field::content_type, {what.content_type.data(), what.content_type.size()});
        request_.body() = what.body;
        request_.prepare_payload();
        response_.body_limit(longest_reply);
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
        if (patient_) stream_.expires_never();
        http::async_read(stream_, buffer_, response_, [this](error_code ec, std::size_t) {
            if (ec) return fail("the host does not answer", ec);
            auto& m = response_.get();
            reply = {m.result_int(), std::move(m.body()), std::string{m["Edgeconf-Next-Page"]}};
        });
    }

    void fail(std::string_view what, error_code ec) {
        reply = {0, std::string{what} + ": " + ec.message(), {}};
    }

    boost::beast::basic_stream<asio::local::stream_protocol> stream_;
    http::request<http::string_body> request_;
    http::response_parser<http::string_body> response_;
    const bool patient_;
    boost::beast::flat_buffer buffer_;
};

} // namespace

admin_reply ask_host(const std::filesystem::path& socket, const admin_request& what) {
    asio::io_context context;
    exchange talk{context, what};
    talk.run(socket);
    context.run();
    return std::move(talk.reply);
}

} // namespace edgeconf::cli
