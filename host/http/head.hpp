// Whether the head of a request leaves no doubt where the request ends. What two readers could take
// differently is refused before a parser gets to choose: behind a proxy that chose otherwise, the
// rest of one request would be the beginning of another's. Bytes in, verdict out; no I/O.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace edgeconf::http {

// The answer to a request that is not read any further; the connection ends with it.
struct refusal {
    refusal() = default;
    refusal(unsigned with, std::string why) : status{with}, reason{std::move(why)} {}

    unsigned status = 400;
    std::string reason;
};

// What a head says about what follows it.
struct framing {
    bool http_1_0 = false;
    bool chunked = false;
    std::uint64_t length = 0; // of the body; 0 with chunked, whose length is not known
    bool asks_first = false;  // the peer may wait for "100 Continue" before it sends the body
};

// Finds the end of a head that arrives in pieces. Broken line ends and control characters are refused
// as soon as they are there: a peer that ends its lines with LF alone would wait for ever otherwise.
class head_end {
public:
    // `bytes` begins with what it was called with before. The size of the head with its empty line; 0
    // while that has not come.
    boost::system::result<std::size_t, refusal> find(std::string_view bytes);

private:
    std::size_t seen_ = 0;
};

// Judges a head as head_end delimits it: the request line, the fields' form and number, and those
// that tell how the body is framed.
boost::system::result<framing, refusal> check_head(std::string_view head, std::size_t most_fields);

// Whether every line that ends in `text` ends in CRLF; its last byte may be a CR that waits for its LF.
bool has_whole_line_ends(std::string_view text) noexcept;

} // namespace edgeconf::http
