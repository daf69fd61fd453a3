#include "support/catch.hpp"

#include "http/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace edgeconf;
using namespace edgeconf::http;

namespace {

using step = request_reader::step;

struct outcome {
    std::vector<std::string> requests; // method, target, body, and what is told about it
    unsigned refused = 0;
    bool operator==(const outcome&) const = default;
};

// Gives `bytes` to a reader, at most `piece` at a time, as a session does.
outcome read(std::string_view bytes, std::size_t piece, const connection_limits& limits = {}) {
    request_reader reader{limits};
    outcome made;
    for (;;) {
        const auto at = reader.advance();
        if (at == step::refused) {
            made.refused = reader.why().status;
            CHECK(!reader.why().reason.empty());
            return made;
        }
        if (at == step::complete) {
            const auto& head = reader.head();
            made.requests.push_back(std::string{head.method}
                                        .append(" ")
                                        .append(head.target)
                                        .append(head.keep_alive ? " keep " : " close ")
                                        .append(head.content_type)
                                        .append(" ")
                                        .append(head.trace)
                                        .append("|")
                                        .append(reader.take_body()));
            reader.next();
            continue;
        }
        if (bytes.empty()) return made;
        const auto room = reader.room();
        REQUIRE(room.size() > 0);
        const auto size = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), size);
        reader.take(size);
        bytes.remove_prefix(size);
    }
}

// The same, whatever the pieces.
outcome read_all_ways(std::string_view bytes, const connection_limits& limits = {}) {
    const auto whole = read(bytes, bytes.size(), limits);
    for (const std::size_t piece : {1, 2, 3, 5, 7, 64}) {
        INFO("in pieces of " << piece);
        CHECK(read(bytes, piece, limits) == whole);
    }
    return whole;
}

std::string put(std::string_view fields, std::string_view body) {
    return std::string{"PUT /a HTTP/1.1\r\nHost: x\r\n"}.append(fields).append("\r\n").append(body);
}

std::string chunked(std::string_view body) { return put("Transfer-Encoding: chunked\r\n", body); }

} // namespace

TEST_CASE("request_reader: a body ends where its length says, the rest is the next request",
          "[http][request_reader]") {
    const auto made = read_all_ways(put("Content-Length: 5\r\n", "hello") + put("", "") +
                                    put("Content-Type: application/json\r\nConnection: close\r\n", ""));
    CHECK(made.refused == 0);
    CHECK(made.requests == std::vector<std::string>{"PUT /a keep  |hello", "PUT /a keep  |",
                                                    "PUT /a close application/json |"});
}

TEST_CASE("request_reader: extra bytes behind a body are a request, and refused as one",
          "[http][request_reader]") {
    const auto made = read_all_ways(put("Content-Length: 2\r\n", "{}\r\n"));
    CHECK(made.requests.size() == 1);
    CHECK(made.refused == 400);
}

TEST_CASE("request_reader: chunks become one body, with extensions and a trailer left out",
          "[http][request_reader]") {
    for (const auto* body : {"5\r\nhello\r\n0\r\n\r\n", "1\r\nh\r\n4\r\nello\r\n0\r\n\r\n",
                             "5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", "0000000000005\r\nhello\r\n000\r\n\r\n",
                             "5\r\nhello\r\n0\r\nX: y\r\nConnection: close\r\n\r\n",
                             "5\r\nhello\r\n0\r\nContent-Type: text/plain\r\n\r\n"}) {
        INFO(body);
        const auto made = read_all_ways(chunked(body) + put("", ""));
        CHECK(made.refused == 0);
        CHECK(made.requests == std::vector<std::string>{"PUT /a keep  |hello", "PUT /a keep  |"});
    }
    CHECK(read_all_ways(chunked("0\r\n\r\n")).requests == std::vector<std::string>{"PUT /a keep  |"});
    CHECK(read_all_ways(chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n")).requests.size() == 1);
}

TEST_CASE("request_reader: a malformed chunk is 400", "[http][request_reader]") {
    for (const auto* body :
         {"x\r\nhello", "\r\nhello", "-5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
          "0x5\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "5\r\nhelloX0\r\n\r\n",
          "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\rhello\r\n0\r\n\r\n",
          "10000000000000000\r\nhello", "fffffffffffffffff\r\nhello", "5;\n\r\nhello\r\n0\r\n\r\n",
          "5\r\nhello\r\n0\r\nX: y\n\r\n\r\n", "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
          "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
          "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        INFO(body);
        const auto made = read_all_ways(chunked(body));
        CHECK(made.requests.empty());
        CHECK(made.refused == 400);
    }
}

TEST_CASE("request_reader: a body larger than the limit is 413, before it is read where its size is told",
          "[http][request_reader]") {
    connection_limits limits;
    limits.body_bytes = 1024;
    const std::string most(1024, 'x');
    CHECK(read_all_ways(put("Content-Length: 1024\r\n", most), limits).requests.size() == 1);
    CHECK(read_all_ways(put("Content-Length: 1025\r\n", ""), limits).refused == 413);
    CHECK(read_all_ways(put("Content-Length: 18446744073709551615\r\n", ""), limits).refused == 413);
    CHECK(read_all_ways(chunked("400\r\n" + most + "\r\n0\r\n\r\n"), limits).requests.size() == 1);
    CHECK(read_all_ways(chunked("401\r\n"), limits).refused == 413);
    CHECK(read_all_ways(chunked("ffffffffffffffff\r\n"), limits).refused == 413);
    CHECK(read_all_ways(chunked("400\r\n" + most + "\r\n1\r\n"), limits).refused == 413);
}

TEST_CASE("request_reader: a header as large as the limit passes, one byte more is 431",
          "[http][request_reader]") {
    connection_limits limits;
    limits.header_bytes = 1024;
    const auto sized = [](std::size_t size) {
        const auto without = put("X: \r\n", "").size();
        return put("X: " + std::string(size - without, 'x') + "\r\n", "");
    };
    CHECK(read_all_ways(sized(1024), limits).requests.size() == 1);
    CHECK(read_all_ways(sized(1025), limits).refused == 431);
    CHECK(read_all_ways(std::string(100'000, 'x'), limits).refused == 431);
    limits.header_count = 2;
    CHECK(read_all_ways(put("X: 1\r\n", ""), limits).requests.size() == 1);
    CHECK(read_all_ways(put("X: 1\r\nX: 1\r\n", ""), limits).refused == 431);
}

TEST_CASE("request_reader: chunk extensions and trailers have the header's limit", "[http][request_reader]") {
    connection_limits limits;
    limits.header_bytes = 1024;
    const std::string much(20'000, 'x');
    CHECK(read_all_ways(chunked("5;" + much), limits).refused == 431);
    CHECK(read_all_ways(chunked("0\r\nX: " + much), limits).refused == 431);
    CHECK(read_all_ways(chunked(std::string(20'000, '0')), limits).refused == 431);
    std::string many;
    for (int i = 0; i < 200; ++i) many += "1;abcdefgh\r\nx\r\n";
    CHECK(read_all_ways(chunked(many), limits).refused == 431);
}

TEST_CASE("request_reader: a megabyte in chunks of one byte is one body", "[http][request_reader]") {
    std::string body;
    constexpr int size = 100'000;
    for (int i = 0; i < size; ++i) body += "1\r\nx\r\n";
    const auto made = read(chunked(body + "0\r\n\r\n"), 4096);
    REQUIRE(made.requests.size() == 1);
    CHECK(made.requests.front().size() == size + std::string_view{"PUT /a keep  |"}.size());
}

TEST_CASE("request_reader: a header that is malformed ends the reading at once", "[http][request_reader]") {
    for (const auto& bytes : {std::string{"GET / HTTP/1.1\n"}, put("Connection: \x80(\r\n", ""),
                              put("X: a\r\n b\r\n", ""), std::string{"GET / HTTP/1.1\r\n\r\n"}})
        CHECK(read_all_ways(bytes + put("", "")) == outcome{{}, 400});
    CHECK(read_all_ways("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").refused == 505);
}

TEST_CASE("request_reader: who asks first is told to go on unless some of the body is there",
          "[http][request_reader]") {
    const auto asks = put("Expect: 100-continue\r\nContent-Length: 2\r\n", "");
    const auto waits_after = [](const std::string& bytes) {
        const connection_limits limits;
        request_reader reader{limits};
        const auto room = reader.room();
        std::memcpy(room.data(), bytes.data(), bytes.size());
        reader.take(bytes.size());
        CHECK(reader.advance() == step::more_body);
        return reader.waits_for_go_ahead();
    };
    CHECK(waits_after(asks));
    CHECK(!waits_after(asks + "{"));
    CHECK(!waits_after(put("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "2\r\n")));
    CHECK(!waits_after(put("Content-Length: 2\r\n", "")));
}

TEST_CASE("request_reader: traceparent is passed on as W3C lays it down, anything else is not",
          "[http][request_reader]") {
    const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    CHECK(read_all_ways(put("traceparent: " + good + "\r\n", "")).requests ==
          std::vector<std::string>{"PUT /a keep  " + good + "|"});
    for (const auto& bad : {good.substr(1), good + "0", std::string(55, 'x')})
        CHECK(read_all_ways(put("traceparent: " + bad + "\r\n", "")).requests ==
              std::vector<std::string>{"PUT /a keep  |"});
}
