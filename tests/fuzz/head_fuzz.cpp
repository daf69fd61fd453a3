// http/head: what passes, Beast's parser reads to the end and frames alike.

#include "property.hpp"

#include "http/head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>

namespace {

namespace beast = boost::beast;

void check(std::string_view head, const edgeconf::http::framing& ours) {
    beast::http::request_parser<beast::http::empty_body> parser;
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    boost::system::error_code ec;
    parser.eager(true);
    const auto used = parser.put(boost::asio::buffer(head.data(), head.size()), ec);
    // The only judgement that is left to Beast.
    if (ec == beast::http::error::bad_value) return;
    HOLDS(!ec);
    HOLDS(used == head.size() && parser.is_header_done());
    HOLDS(parser.chunked() == ours.chunked);
    HOLDS(parser.content_length().value_or(0) == ours.length);
    HOLDS((parser.get().version() == 10) == ours.http_1_0);
    HOLDS(ours.http_1_0 || parser.get().count(beast::http::field::host) == 1);
    HOLDS(parser.get().count(beast::http::field::content_length) +
              parser.get().count(beast::http::field::transfer_encoding) <=
          1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    edgeconf::http::head_end whole;
    const auto end = whole.find(bytes);
    // Byte by byte it comes to the same.
    edgeconf::http::head_end pieces;
    for (std::size_t i = 0; i <= size; ++i) {
        const auto now = pieces.find(bytes.substr(0, i));
        if (!now) {
            HOLDS(!end && end.error().status == now.error().status);
            return 0;
        }
        if (*now == 0) continue;
        HOLDS(end.has_value() && *end == *now);
        break;
    }
    HOLDS(end.has_value());
    if (*end == 0) return 0;
    HOLDS(*end >= 4 && bytes.substr(*end - 4, 4) == "\r\n\r\n");
    const auto checked = edgeconf::http::check_head(bytes.substr(0, *end), 64);
    if (!checked) {
        HOLDS(checked.error().status >= 400 && !checked.error().reason.empty());
        return 0;
    }
    check(bytes.substr(0, *end), *checked);
    return 0;
}
