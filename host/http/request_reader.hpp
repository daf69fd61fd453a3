// Makes requests out of the bytes of one connection, one after the other. No I/O: whoever reads puts
// the bytes in, so that tests and fuzzers can cut them wherever they like.
#pragma once

#include "http/head.hpp"
#include "model/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::http {

// What a head says beyond its framing. The views last as long as the request.
struct head_fields {
    std::string_view method;
    std::string_view target;
    std::string_view content_type; // empty if absent
    std::string_view trace;        // W3C traceparent, empty if absent or malformed
    bool keep_alive = false;
};

// Takes a bounded amount of memory, whatever comes: the limit of the header or one read, whichever is
// larger, and the body.
class request_reader {
public:
    enum class step {
        more_head, // needs more bytes, and the head is not complete
        more_body, // needs more bytes for the body
        complete,  // there is a request
        refused    // why() says what is wrong; nothing more will be read
    };

    // `limits` outlives the reader.
    explicit request_reader(const connection_limits& limits);
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    // Where the next bytes go; never empty while more are needed. take() says how many came.
    boost::asio::mutable_buffer room();
    void take(std::size_t size) noexcept { buffer_.commit(size); }
    // Whether nothing of the next request is there.
    bool is_empty() const noexcept { return buffer_.size() == 0; }
    // Goes as far as the bytes reach.
    step advance();

    // From more_body on.
    const framing& frame() const noexcept { return frame_; }
    // Whether the peer waits to be told to send its body: it said so and has sent none of it.
    bool waits_for_go_ahead() const noexcept { return frame_.asks_first && !body_began_; }
    // Once complete.
    const head_fields& head() const noexcept { return head_; }
    std::string take_body() { return std::move(parser_->get().body()); }
    // After refused.
    const refusal& why() const noexcept { return refused_; }

    // Forgets the request, and keeps what came behind it.
    void next();
    // Forgets every byte; for those that nobody is going to look at.
    void discard() noexcept { buffer_.clear(); }

private:
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    step read_head();
    step read_body();
    step refuse(unsigned status, std::string reason);
    step refuse(const boost::system::error_code& ec);
    std::string_view bytes() const noexcept;
    std::size_t most_buffered() const noexcept;

    const connection_limits& limits_;
    boost::beast::flat_buffer buffer_;
    head_end end_;
    framing frame_;
    head_fields head_;
    bool body_began_ = false;
    std::size_t extensions_ = 0; // bytes of chunk extensions so far
    std::function<void(std::uint64_t, boost::beast::string_view, boost::system::error_code&)> on_chunk_;
    std::optional<parser> parser_;
    refusal refused_;
};

} // namespace edgeconf::http
