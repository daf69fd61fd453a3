#include "support/catch.hpp"

#include "http/write.hpp"

#include <string>

using namespace edgeconf::http;

namespace {

response sample() {
    response r;
    r.content_type = "application/json";
    r.body = R"({"a":1})";
    return r;
}

struct way {
    bool keep_alive = true;
    bool http_1_0 = false;
    bool head_only = false;
};

std::string written(const response& r, way how = {}) {
    std::string out = "from before";
    write_response(r, how.keep_alive, how.http_1_0, how.head_only, out);
    return out;
}

} // namespace

TEST_CASE("write_response: a body comes with its type and its length", "[http][write]") {
    CHECK(written(sample()) ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("write_response: without a body there is no type, and the length is 0", "[http][write]") {
    CHECK(written(response{}) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("write_response: the connection's fate is told where the client would not expect it",
          "[http][write]") {
    CHECK(written({}, {true, false}) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(written({}, {true, true}) ==
          "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
    CHECK(written({}, {false, false}) == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    CHECK(written({}, {false, true}) == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("write_response: HEAD is answered with the head of GET's answer", "[http][write]") {
    const auto whole = written(sample());
    const auto head = written(sample(), {true, false, true});
    CHECK(head == whole.substr(0, whole.find("\r\n\r\n") + 4));
    CHECK(head.find("Content-Length: 7") != head.npos);
}

TEST_CASE("write_response: fields that only some answers have", "[http][write]") {
    auto r = sample();
    r.status = 405;
    r.allow = "GET, PUT";
    CHECK(written(r) ==
          "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\nAllow: GET, PUT\r\n"
          "Content-Length: 7\r\n\r\n{\"a\":1}");
    response busy;
    busy.status = 503;
    busy.retry_after = std::chrono::seconds{5};
    CHECK(written(busy) == "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("write_response: an answer that goes on says where", "[http][write]") {
    auto r = sample();
    r.next_page = "2%2F3";
    CHECK(written(r) == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nEdgeconf-Next-Page: 2%2F3\r\n"
                        "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("write_response: each status that the host answers has its reason", "[http][write]") {
    const auto [status, line] = GENERATE(table<unsigned, std::string>({
        {200, "HTTP/1.1 200 OK\r\n"},
        {201, "HTTP/1.1 201 Created\r\n"},
        {400, "HTTP/1.1 400 Bad Request\r\n"},
        {401, "HTTP/1.1 401 Unauthorized\r\n"},
        {403, "HTTP/1.1 403 Forbidden\r\n"},
        {404, "HTTP/1.1 404 Not Found\r\n"},
        {408, "HTTP/1.1 408 Request Timeout\r\n"},
        {409, "HTTP/1.1 409 Conflict\r\n"},
        {413, "HTTP/1.1 413 Payload Too Large\r\n"},
        {415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
        {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
        {500, "HTTP/1.1 500 Internal Server Error\r\n"},
        {501, "HTTP/1.1 501 Not Implemented\r\n"},
        {504, "HTTP/1.1 504 Gateway Timeout\r\n"},
    }));
    response r;
    r.status = status;
    CHECK_THAT(written(r), Catch::StartsWith(line));
}

TEST_CASE("write_response: a body's bytes are not looked at", "[http][write]") {
    auto r = sample();
    r.body = std::string{"\0\r\n\r\n{}\xff", 8};
    const auto out = written(r);
    CHECK(out.substr(out.size() - 8) == r.body);
    CHECK(out.find("Content-Length: 8\r\n") != out.npos);
}
