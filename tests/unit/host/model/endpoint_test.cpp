#include "support/catch.hpp"

#include "model/endpoint.hpp"

#include <string>

using namespace edgeconf;
using Catch::Contains;

TEST_CASE("endpoint: what can be written is read and printed as it was meant", "[model][endpoint]") {
    struct row {
        std::string written;
        endpoint meant;
        std::string printed;
        bool local;
    };
    const auto r = GENERATE(values<row>({
        {"127.0.0.1:8443", {"127.0.0.1", 8443, {}}, "127.0.0.1:8443", true},
        {"127.255.255.254:1", {"127.255.255.254", 1, {}}, "127.255.255.254:1", true},
        {"localhost:9090", {"127.0.0.1", 9090, {}}, "127.0.0.1:9090", true},
        {"0.0.0.0:65535", {"0.0.0.0", 65535, {}}, "0.0.0.0:65535", false},
        {"10.1.2.3:0", {"10.1.2.3", 0, {}}, "10.1.2.3:0", false},
        {"128.0.0.1:80", {"128.0.0.1", 80, {}}, "128.0.0.1:80", false},
        {"192.168.127.1:80", {"192.168.127.1", 80, {}}, "192.168.127.1:80", false},
        {"10.0.0.1:0443", {"10.0.0.1", 443, {}}, "10.0.0.1:443", false},
        {"[::1]:8443", {"::1", 8443, {}}, "[::1]:8443", true},
        {"[::]:8443", {"::", 8443, {}}, "[::]:8443", false},
        {"[2001:db8::5]:443", {"2001:db8::5", 443, {}}, "[2001:db8::5]:443", false},
        {"[127:0::1]:443", {"127:0::1", 443, {}}, "[127:0::1]:443", false},
        {"unix:/run/edgeconf/device.sock",
         {"", 0, "/run/edgeconf/device.sock"},
         "unix:/run/edgeconf/device.sock",
         true},
        {"unix:/a:b", {"", 0, "/a:b"}, "unix:/a:b", true},
    }));
    INFO(r.written);
    const auto read = parse_endpoint(r.written);
    REQUIRE(read.has_value());
    CHECK(*read == r.meant);
    CHECK(read->text() == r.printed);
    CHECK(read->is_local() == r.local);
    CHECK(read->is_unix() == !r.meant.socket.empty());
    const auto again = parse_endpoint(read->text());
    REQUIRE(again.has_value());
    CHECK(*again == *read);
}

TEST_CASE("endpoint: IPv6's loopback is local however it is spelt", "[model][endpoint]") {
    CHECK(parse_endpoint("[0:0:0:0:0:0:0:1]:80")->is_local());
    CHECK(parse_endpoint("[::0001]:80")->is_local());
    CHECK_FALSE(parse_endpoint("[::2]:80")->is_local());
}

TEST_CASE("endpoint: what cannot be bound is refused with the remedy", "[model][endpoint]") {
    const auto written = GENERATE(
        as<std::string>{}, "", "8443", ":8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1", "127.0.0.1: 80", "127.0.0.1:80 ", "127.0.0.1:8o", "127.0.0.1:99999999999999999999",
        "example.com:8443", "Localhost:80", "127.1:80", "1.2.3.4.5:80", "256.0.0.1:80", "::1:8443", "::1",
        "[::1]", "[::1]8443", "[]:80", "[127.0.0.1]:80", "[::1%lo]:80", "[:80", "]:80", "[fe80::1:80", "*:80",
        "http://127.0.0.1:80", "unix:", "unix:relative.sock", "unix:@abstract", "UNIX:/run/x.sock");
    INFO(written);
    const auto read = parse_endpoint(written);
    REQUIRE(read.has_error());
    CHECK(read.error().code == errc::invalid);
    CHECK_THAT(read.error().detail, Contains("'" + written + "'"));
    CHECK_THAT(read.error().detail,
               Contains("write ADDRESS:PORT") && Contains("127.0.0.1:8443") && Contains("unix:PATH"));
}

TEST_CASE("endpoint: a port's message names its bounds", "[model][endpoint]") {
    CHECK_THAT(parse_endpoint("127.0.0.1:70000").error().detail, Contains("0 to 65535"));
}

TEST_CASE("endpoint: a socket path may have 107 bytes and not one more", "[model][endpoint]") {
    const auto longest = "unix:/" + std::string(106, 'x');
    CHECK(parse_endpoint(longest).has_value());
    const auto refused = parse_endpoint(longest + "x");
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().detail, Contains("107 bytes"));
}

// The C library stops reading at a NUL, so what follows it would never be looked at.
TEST_CASE("endpoint: a NUL is no part of an address or a path", "[model][endpoint]") {
    CHECK(parse_endpoint(std::string_view{"127.0.0.1\0.evil:80", 18}).has_error());
    CHECK(parse_endpoint(std::string_view{"[::1\0]:80", 9}).has_error());
    CHECK(parse_endpoint(std::string_view{"unix:/run/a\0b", 13}).has_error());
}
