// How requests are told apart on one connection, by the bytes on the wire.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <vector>

using namespace edgeconf::test;

namespace {

constexpr std::string_view heartbeat_path = "/namespaces/default/devices/camera-1/heartbeat";

std::string configuration(std::string_view limits = "{}") {
    return std::string{"device-api:\n  listen: 127.0.0.1:0\n  limits: "}.append(limits).append(
        "\nobserve: {listen: \"127.0.0.1:0\"}\nthreads: 2\nprovider: {library: memory}\n");
}

std::string put(std::string_view fields, std::string_view body = {}) {
    return std::string{"PUT "}
        .append(heartbeat_path)
        .append(" HTTP/1.1\r\nHost: x\r\n")
        .append(fields)
        .append("\r\n")
        .append(body);
}

std::string message(const reply& answer) {
    return std::string{boost::json::parse(answer.body).at("message").as_string()};
}

void check_refused(client& c, std::string_view bytes, unsigned status) {
    INFO(bytes.substr(0, 120));
    // What follows would be a request of its own to whoever reads the framing differently.
    const auto answer = c.exchange(std::string{bytes}.append(go_request("GET", "/smuggled")));
    CHECK(answer.status == status);
    CHECK(!message(answer).empty());
    CHECK(!answer.keep_alive);
    CHECK(c.is_closed());
}

struct malformed {
    std::string bytes;
    unsigned status = 400;
};

const std::vector<malformed>& all_malformed() {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    static const std::vector<malformed> all{
        // the request line
        {"NONSENSE\r\n\r\n"},
        {"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"GET /\r\n\r\n"},
        {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        // line ends and control characters
        {"GET / HTTP/1.1\nHost: x\n\n"},
        {"GET / HTTP/1.1\r\nHost: x\n\r\n"},
        {"GET / HTTP/1.1\rHost: x\r\r"},
        {put("X: a\rb\r\n")},
        {put(std::string{"X: a\0b\r\n", 8})},
        {put("X: a\x07\r\n")},
        // fields
        {put("X: a\r\n b\r\n")},
        {"GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
        {put("Content-Length : 2\r\n", "{}")},
        {put(": a\r\n")},
        {put("no colon\r\n")},
        {put("Host: y\r\n")},
        {"GET / HTTP/1.1\r\n\r\n"},
        // lengths
        {put("Content-Length: 2\r\nContent-Length: 2\r\n", "{}")},
        {put("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")},
        {put("Content-Length: 2, 2\r\n", "{}")},
        {put("Content-Length: +2\r\n", "{}")},
        {put("Content-Length: -2\r\n", "{}")},
        {put("Content-Length: 0x2\r\n", "{}")},
        {put("Content-Length: 18446744073709551618\r\n", "{}")},
        {put("Content-Length:\r\n", "{}")},
        // encodings
        {put("Content-Length: 2\r\n" + chunked, "0\r\n\r\n")},
        {put(chunked + "Content-Length: 5\r\n", "0\r\n\r\n")},
        {put(chunked + chunked, "0\r\n\r\n")},
        {put("Transfer-Encoding: identity\r\n", "{}")},
        {put("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
        {put("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
        {put("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
        {"PUT /a HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n"},
        // chunks
        {put(chunked, "x\r\n{}\r\n0\r\n\r\n")},
        {put(chunked, "-2\r\n{}\r\n0\r\n\r\n")},
        {put(chunked, "0x2\r\n{}\r\n0\r\n\r\n")},
        {put(chunked, "2\n{}\n0\n\n")},
        {put(chunked, "2\r\n{}0\r\n\r\n")},
        {put(chunked, "2\r\n{} \r\n0\r\n\r\n")},
        {put(chunked, "10000000000000000\r\n{}")},
        {put(chunked, "2\r\n{}\r\n0\r\nX: a\n\r\n\r\n")},
        {put(chunked, "2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n")},
        // expectations
        {put("Expect: more\r\nContent-Length: 2\r\n"), 417},
    };
    return all;
}

} // namespace

TEST_CASE("framing: each request whose end is in doubt is refused with a reason, and closed",
          "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration()};
    for (const auto& [bytes, status] : all_malformed()) {
        client c{{host.device_address(), {}, {}, {}}};
        check_refused(c, bytes, status);
    }
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("framing: the same over mTLS", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(), secured.configuration("  library: memory\n")};
    for (const auto* bytes :
         {"GET / HTTP/1.1\nHost: x\n\n",
          "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
        client c{secured.as_edge_api(host.device_address())};
        check_refused(c, bytes, 400);
    }
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("framing: a refusal waits for no more bytes than it needs", "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration("{header-time: 1h, body-time: 1h}")};
    for (const auto& bytes :
         {std::string{"GET / HTTP/1.1\n"}, std::string{"\x16\x03\x01"},
          std::string{"GET / HTTP/1.1\r\nX\x01"}, put("Transfer-Encoding: chunked\r\n", "5\nhello"),
          put("Content-Length: 2\r\nExpect: 2\r\n")}) {
        client c{{host.device_address(), {}, {}, {}}};
        const auto answer = c.exchange(bytes);
        CHECK((answer.status == 400 || answer.status == 417));
        CHECK(!answer.keep_alive);
    }
}

TEST_CASE("framing: an answer of 4xx to a request that was read whole keeps the connection",
          "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration()};
    client c{{host.device_address(), {}, {}, {}}};
    const auto is_answered = [&c](const std::string& bytes, unsigned status) {
        const auto answer = c.exchange(bytes);
        CHECK(answer.status == status);
        CHECK(answer.keep_alive);
        return answer;
    };
    is_answered(go_request("GET", "/nowhere"), 404);
    const auto wrong_method = is_answered(go_request("DELETE", heartbeat_path), 405);
    CHECK(wrong_method.fields.at("allow") == "PUT");
    is_answered(put("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"), 415);
    const auto syntax = is_answered(put("Content-Length: 12\r\n", "{\"status\":\n}"), 400);
    CHECK(message(syntax).find("line 2, column 1") != std::string::npos);
    is_answered(put("Content-Length: 0\r\n"), 400);
    is_answered(put(""), 400);
    is_answered(go_request("GET", "http://x/nowhere"), 400);
    is_answered(go_request("GET", "*"), 400);
    is_answered(go_request("GET", heartbeat_path), 405);
    is_answered(put("Content-Length: 2\r\n", "{}"), 404);
}

TEST_CASE("framing: a body that comes with GET is read and has no effect", "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration("{body-bytes: 1KiB}")};
    client c{{host.device_address(), {}, {}, {}}};
    const std::string get = "GET /namespaces/default/devices/camera-1/registration HTTP/1.1\r\nHost: x\r\n";
    const auto smuggled = go_request("GET", "/smuggled");
    CHECK(c.exchange(get + "Content-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled)
              .body.find("unknown") != std::string::npos);
    CHECK(c.exchange(get + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").body.find("unknown") !=
          std::string::npos);
    CHECK(c.exchange(get + "Content-Length: 1025\r\n\r\n").status == 413);
}

TEST_CASE("framing: chunks are put together, whatever their extensions and trailers say", "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration()};
    client c{{host.device_address(), {}, {}, {}}};
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    for (const auto* body :
         {"2\r\n{}\r\n0\r\n\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "2;a=b;c=\"d\"\r\n{}\r\n0;e\r\n\r\n",
          "2\r\n{}\r\n0\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"}) {
        INFO(body);
        const auto answer = c.exchange(put(chunked, body));
        CHECK(answer.status == 404);
        CHECK(answer.keep_alive);
    }
    std::string crumbs;
    for (int i = 0; i < 20'000; ++i) crumbs += "1\r\n \r\n";
    CHECK(c.exchange(put(chunked, crumbs + "2\r\n{}\r\n0\r\n\r\n")).status == 404);
}

TEST_CASE("framing: HTTP/1.0 is never sent 100 Continue", "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration()};
    client c{{host.device_address(), {}, {}, {}}};
    c.send("PUT " + std::string{heartbeat_path} +
           " HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    c.send("{}");
    CHECK(c.receive().status == 404);
    CHECK(c.is_closed());
}

TEST_CASE("framing: what is too large is refused before it is sent where its size is told", "[integration]") {
    const temp_folder folder;
    running_host host{folder, configuration("{body-bytes: 1KiB}")};
    for (const auto* fields : {"Content-Length: 1025\r\n", "Expect: 100-continue\r\nContent-Length: 1025\r\n",
                               "Content-Length: 18446744073709551615\r\n"}) {
        client c{{host.device_address(), {}, {}, {}}};
        CHECK(c.exchange(put(fields)).status == 413);
        CHECK(c.is_closed());
    }
}
