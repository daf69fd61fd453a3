#include "support/catch.hpp"

#include "http/head.hpp"

#include <string>
#include <vector>

using namespace edgeconf::http;

namespace {

constexpr std::size_t most_fields = 64;

std::string with(std::string_view fields) {
    return std::string{"GET / HTTP/1.1\r\nHost: x\r\n"}.append(fields).append("\r\n");
}

unsigned refused_with(std::string_view head) {
    const auto checked = check_head(head, most_fields);
    return checked ? 0 : checked.error().status;
}

} // namespace

TEST_CASE("check_head: what Flotta's client sends is framed well", "[http][head]") {
    const auto checked = check_head("POST /namespaces/a/devices/b/enrolment HTTP/1.1\r\n"
                                    "Host: edgeconf.example:8443\r\nUser-Agent: Go-http-client/1.1\r\n"
                                    "Content-Length: 21000\r\nContent-Type: application/json\r\n"
                                    "Accept-Encoding: gzip\r\n\r\n",
                                    most_fields);
    REQUIRE(checked.has_value());
    CHECK(checked->length == 21000);
    CHECK(!checked->chunked);
    CHECK(!checked->http_1_0);
    CHECK(!checked->asks_first);
}

TEST_CASE("check_head: every form that HTTP/1.1 allows passes", "[http][head]") {
    for (const auto& head : std::vector<std::string>{
             "GET / HTTP/1.0\r\n\r\n",
             "GET / HTTP/1.1\r\nhOsT:\r\n\r\n",
             "M-SEARCH * HTTP/1.1\r\nHost:x\r\n\r\n",
             with("X:\r\n"),
             with("X: \t \r\n"),
             with("X:a\tb c\r\n"),
             with("X: \xc3\xa9\r\n"),
             with("!#$%&'*+-.^_`|~09azAZ: 1\r\n"),
             with("Content-Length: 0\r\n"),
             with("Content-Length:\t00012 \r\n"),
             with("Content-Length: 18446744073709551615\r\n"),
             with("Transfer-Encoding: Chunked\r\n"),
             with("Expect: 100-Continue\r\n"),
         }) {
        INFO(head);
        CHECK(refused_with(head) == 0);
    }
}

TEST_CASE("check_head: a malformed request line is 400, another version 505", "[http][head]") {
    for (const auto& [line, status] : std::vector<std::pair<std::string, unsigned>>{
             {"", 400},
             {"GET", 400},
             {"GET /", 400},
             {"GET  HTTP/1.1", 400},
             {"GET  / HTTP/1.1", 400},
             {"GET /  HTTP/1.1", 400},
             {"GET / HTTP/1.1 ", 400},
             {"GET /a b HTTP/1.1", 400},
             {"GET\t/\tHTTP/1.1", 400},
             {"GET /\tHTTP/1.1", 400},
             {" GET / HTTP/1.1", 400},
             {"G(T / HTTP/1.1", 400},
             {"GET / http/1.1", 400},
             {"GET / HTTP/1", 400},
             {"GET / HTTP/1.10", 400},
             {"GET / HTTP/1,1", 400},
             {"GET / HTTP/a.b", 400},
             {"GET / HTTP/1.2", 505},
             {"GET / HTTP/0.9", 505},
             {"GET / HTTP/3.0", 505},
             {"PRI * HTTP/2.0", 505},
         }) {
        INFO(line);
        CHECK(refused_with(line + "\r\nHost: x\r\n\r\n") == status);
    }
}

TEST_CASE("check_head: a field that readers could take differently is 400", "[http][head]") {
    for (const auto& fields :
         std::vector<std::string>{" X: folded first\r\n", "X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X : a\r\n",
                                  "X\t: a\r\n", ": a\r\n", "no colon\r\n", "X(: a\r\n", "X\xc3\xa9: a\r\n",
                                  "X Y: a\r\n", "\"X\": a\r\n", "Host: y\r\n", "host: x\r\n"}) {
        INFO(fields);
        CHECK(refused_with(with(fields)) == 400);
    }
    CHECK(refused_with("GET / HTTP/1.1\r\n Host: x\r\n\r\n") == 400);
    CHECK(refused_with("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refused_with("GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n") == 400);
}

TEST_CASE("check_head: a length that is in doubt is 400", "[http][head]") {
    for (const auto& fields : std::vector<std::string>{
             "Content-Length:\r\n",
             "Content-Length: +1\r\n",
             "Content-Length: -1\r\n",
             "Content-Length: 1 2\r\n",
             "Content-Length: 0x10\r\n",
             "Content-Length: 1,1\r\n",
             "Content-Length: 1, 1\r\n",
             "Content-Length: ,1\r\n",
             "Content-Length: 1.0\r\n",
             "Content-Length: 18446744073709551616\r\n",
             "Content-Length: 99999999999999999999999999\r\n",
             "Content-Length: 1\r\nContent-Length: 1\r\n",
             "Content-Length: 1\r\ncontent-length: 2\r\n",
             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
             "Transfer-Encoding:\r\n",
             "Transfer-Encoding: identity\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Transfer-Encoding: chunked;a=b\r\n",
             "Transfer-Encoding: \"chunked\"\r\n",
             "Transfer-Encoding: chunked, chunked\r\n",
             "Transfer-Encoding: chunked, gzip\r\n",
             "Transfer-Encoding: ,chunked\r\n",
             "Transfer-Encoding: chunked,\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
         }) {
        INFO(fields);
        CHECK(refused_with(with(fields)) == 400);
    }
    CHECK(refused_with(with("Transfer-Encoding: gzip, chunked\r\n")) == 501);
    CHECK(refused_with("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("check_head: an expectation other than 100-continue is 417, and HTTP/1.0 has none",
          "[http][head]") {
    CHECK(refused_with(with("Expect: 200-ok\r\n")) == 417);
    CHECK(refused_with(with("Expect:\r\n")) == 417);
    CHECK(refused_with(with("Expect: 100-continue, other\r\n")) == 417);
    CHECK(refused_with(with("Expect: 100-continue\r\nExpect: other\r\n")) == 417);
    CHECK(refused_with(with("Expect: other\r\nExpect: 100-continue\r\n")) == 417);
    CHECK(check_head(with("Expect: 100-continue\r\n"), most_fields)->asks_first);
    CHECK(!check_head("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", most_fields)->asks_first);
}

TEST_CASE("check_head: as many fields as allowed pass, one more is 431", "[http][head]") {
    std::string fields;
    for (std::size_t i = 1; i < most_fields; ++i) fields += "a:\r\n";
    CHECK(refused_with(with(fields)) == 0);
    CHECK(refused_with(with(fields + "a:\r\n")) == 431);
}

TEST_CASE("head_end: the end is found however the bytes are cut", "[http][head]") {
    const auto head = with("X: a\r\n");
    for (std::size_t cut = 0; cut <= head.size(); ++cut) {
        head_end end;
        const auto before = end.find(std::string_view{head}.substr(0, cut));
        REQUIRE(before.has_value());
        CHECK(*before == (cut == head.size() ? cut : 0));
        if (cut == head.size()) continue;
        const auto after = end.find(head + "GET ");
        REQUIRE(after.has_value());
        CHECK(*after == head.size());
    }
}

TEST_CASE("head_end: a broken line end or a control character is refused before the end is there",
          "[http][head]") {
    for (const auto& bytes : std::vector<std::string>{
             "\n", "\r\n", "\r\r", "\rG", "GET / HTTP/1.1\n", "GET / HTTP/1.1\rH", "GET / HTTP/1.1\r\r",
             "GET / HTTP/1.1\r\nX: a\n", "GET / HTTP/1.1\r\nX: a\rb", "GET / HTTP/1.1\r\n\n",
             std::string{"GET /\0", 6}, "GET /\x1b", "GET /\x7f", "\x16\x03\x01", "GET /\v", "GET /\f"}) {
        INFO(bytes);
        head_end end;
        const auto found = end.find(bytes);
        REQUIRE(found.has_error());
        CHECK(found.error().status == 400);
        CHECK(!found.error().reason.empty());
    }
}
