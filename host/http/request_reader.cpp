#include "http/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace edgeconf::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using boost::system::error_code;

constexpr std::size_t small_read = 4 * 1024; // a head and a heartbeat fit; what an idle connection keeps
constexpr std::size_t body_read = 16 * 1024; // a TLS record
constexpr std::size_t last_chunk = 5;        // "0", CRLF, CRLF: the least that an unfinished body still has

std::string_view view(beast::string_view s) { return {s.data(), s.size()}; }

// Version "00", as W3C Trace Context lays it down: anything else is not passed on.
std::string_view as_traceparent(std::string_view text) {
    const bool fits = text.size() == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
                      text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
    return fits ? text : std::string_view{};
}

} // namespace

request_reader::request_reader(const connection_limits& limits)
    : limits_{limits}, buffer_{std::max<std::size_t>(limits.header_bytes, body_read)} {
    on_chunk_ = [this](std::uint64_t, beast::string_view extension, error_code& ec) {
        extensions_ += extension.size();
        if (extensions_ > limits_.header_bytes) ec = make_error_code(beast::http::error::header_limit);
    };
}

std::size_t request_reader::most_buffered() const noexcept { return buffer_.max_size(); }

std::string_view request_reader::bytes() const noexcept {
    const auto data = buffer_.data();
    return {static_cast<const char*>(data.data()), data.size()};
}

boost::asio::mutable_buffer request_reader::room() {
    const auto wanted = parser_ ? body_read : small_read;
    return buffer_.prepare(std::min(wanted, most_buffered() - buffer_.size()));
}

request_reader::step request_reader::advance() {
    if (!parser_) {
        const auto at = read_head();
        if (at != step::more_body) return at;
    }
    return read_body();
}

request_reader::step request_reader::read_head() {
    const auto too_large = [this] {
        return refuse(431, fmt::format("the request's header is larger than {} bytes", limits_.header_bytes));
    };
    auto end = end_.find(bytes());
    if (!end) return refuse(end.error().status, std::move(end.error().reason));
    if (*end == 0) return buffer_.size() < limits_.header_bytes ? step::more_head : too_large();
    if (*end > limits_.header_bytes) return too_large();

    const auto head = bytes().substr(0, *end);
    auto checked = check_head(head, limits_.header_count);
    if (!checked) return refuse(checked.error().status, std::move(checked.error().reason));
    frame_ = *checked;

    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(std::numeric_limits<std::uint32_t>::max()); // judged above
    parser_->body_limit(limits_.body_bytes);
    parser_->on_chunk_header(on_chunk_);
    error_code ec;
    parser_->put(boost::asio::buffer(head.data(), head.size()), ec);
    if (ec) return refuse(ec);
    buffer_.consume(head.size());

    // Now, for Beast adds a chunked body's trailer to the fields of the head.
    const auto& m = parser_->get();
    head_ = {view(m.method_string()), view(m.target()), view(m[field::content_type]),
             as_traceparent(view(m["traceparent"])), parser_->keep_alive()};
    return step::more_body;
}

request_reader::step request_reader::read_body() {
    while (!parser_->is_done()) {
        // Beast asserts that a last chunk which it has seen in part has grown to its least size.
        if (buffer_.size() < (frame_.chunked ? last_chunk : 1)) {
            body_began_ = body_began_ || buffer_.size() > 0;
            return step::more_body;
        }
        body_began_ = true;
        error_code ec;
        buffer_.consume(parser_->put(buffer_.data(), ec));
        if (ec == beast::http::error::need_more) {
            // What is left is the line before a chunk, or the trailer: never content.
            if (!has_whole_line_ends(bytes()))
                return refuse(400, "a line of the chunked body ends in LF or CR alone");
            if (buffer_.size() >= limits_.header_bytes)
                return refuse(make_error_code(beast::http::error::header_limit));
            return step::more_body;
        }
        if (ec) return refuse(ec);
    }
    return step::complete;
}

request_reader::step request_reader::refuse(unsigned status, std::string reason) {
    refused_ = {status, std::move(reason)};
    return step::refused;
}

request_reader::step request_reader::refuse(const error_code& ec) {
    using e = beast::http::error;
    if (ec == e::body_limit)
        return refuse(413, fmt::format("the body is larger than {} bytes", limits_.body_bytes));
    if (ec == e::header_limit)
        return refuse(431, fmt::format("the chunks' extensions or the trailer are larger than {} bytes",
                                       limits_.header_bytes));
    return refuse(400, "not HTTP/1.1: " + ec.message());
}

void request_reader::next() {
    parser_.reset();
    end_ = {};
    frame_ = {};
    head_ = {};
    body_began_ = false;
    extensions_ = 0;
    if (buffer_.size() == 0 && buffer_.capacity() > small_read) buffer_.shrink_to_fit();
}

} // namespace edgeconf::http
