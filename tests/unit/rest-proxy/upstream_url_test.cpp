#include "rest-proxy/upstream_url.hpp"

#include "support/catch.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::rest_proxy;
using Catch::Contains;

namespace edgeconf::rest_proxy {

std::ostream& operator<<(std::ostream& out, const upstream_address& a) {
    return out << (a.tls ? "tls " : "plain ") << '"' << a.host << "\" port \"" << a.port << "\" socket \""
               << a.socket << "\" base \"" << a.base << '"';
}

} // namespace edgeconf::rest_proxy

namespace {

// What is wrong with it; empty if nothing is.
std::string fault_of(std::string_view url) {
    std::string wrong;
    const auto read = read_upstream_url(url, wrong);
    CHECK(read.has_value() == wrong.empty());
    return wrong;
}

} // namespace

TEST_CASE("upstream url: the ones that are taken, and their parts", "[rest-proxy][url]") {
    struct row {
        std::string_view url;
        upstream_address is;
    };
    const std::vector<row> rows{
        {"http://store", {false, "store", "80", "", ""}},
        {"https://store", {true, "store", "443", "", ""}},
        {"HTTPS://store", {true, "store", "443", "", ""}},
        {"http://store/", {false, "store", "80", "", ""}},
        {"http://store//", {false, "store", "80", "", ""}},
        {"http://store:8080", {false, "store", "8080", "", ""}},
        {"https://store:443/", {true, "store", "443", "", ""}},
        {"https://store:1", {true, "store", "1", "", ""}},
        {"https://store:65535", {true, "store", "65535", "", ""}},
        {"https://store:08443", {true, "store", "8443", "", ""}},
        {"https://store:", {true, "store", "443", "", ""}},
        {"http://store:/a", {false, "store", "80", "", "/a"}},
        {"https://store.example:8443/api/flotta-backend/v1",
         {true, "store.example", "8443", "", "/api/flotta-backend/v1"}},
        {"https://store.example/api/", {true, "store.example", "443", "", "/api"}},
        {"https://store/a%20b", {true, "store", "443", "", "/a%20b"}},
        {"http://my_store-1.svc.cluster.local", {false, "my_store-1.svc.cluster.local", "80", "", ""}},
        {"http://192.0.2.7:81/a", {false, "192.0.2.7", "81", "", "/a"}},
        {"https://[2001:db8::7]", {true, "2001:db8::7", "443", "", ""}},
        {"https://[2001:db8::7]:8443/a", {true, "2001:db8::7", "8443", "", "/a"}},
        {"http://[::1]:80", {false, "::1", "80", "", ""}},
        {"unix:/run/store.sock", {false, "", "", "/run/store.sock", ""}},
        {"unix:/run/store.sock:/", {false, "", "", "/run/store.sock", ""}},
        {"unix:/run/store.sock:/api/v1", {false, "", "", "/run/store.sock", "/api/v1"}},
        {"unix:/run/store.sock:/api/v1/", {false, "", "", "/run/store.sock", "/api/v1"}},
        {"unix:/run/a:b.sock", {false, "", "", "/run/a:b.sock", ""}},
        {"unix:/run/a b.sock", {false, "", "", "/run/a b.sock", ""}},
    };
    for (const auto& r : rows) {
        CAPTURE(r.url);
        std::string wrong;
        const auto read = read_upstream_url(r.url, wrong);
        CHECK(wrong.empty());
        CHECKED_IF(read.has_value()) { CHECK(*read == r.is); }
    }
}

TEST_CASE("upstream url: what is refused, and why", "[rest-proxy][url]") {
    struct row {
        std::string_view url;
        const char* why;
    };
    const std::vector<row> rows{
        {"", "has to be a URL"},
        {"store", "has to be a URL"},
        {"store:8443", "has to be a URL"},
        {"//store/a", "has to be a URL"},
        {"/run/store.sock", "has to be a URL"},
        {"ftp://store", "has to be a URL"},
        {"https//store", "has to be a URL"},
        {" https://store", "has to be a URL"},
        {"https://store ", "has to be a URL"},
        {"https://sto re", "has to be a URL"},
        {"https://store/a b", "has to be a URL"},
        {"https://store/a\r\nX: y", "has to be a URL"},
        {"https://store/%zz", "has to be a URL"},
        {"https://store:https", "has to be a URL"},
        {"https://store:-1", "has to be a URL"},
        {"https://store:8443x", "has to be a URL"},
        {"https://[2001:db8::7", "has to be a URL"},
        {"https://[store]", "has to be a URL"},
        {"https://2001:db8::7", "has to be a URL"},
        {"https://störe", "has to be a URL"},
        {"https:store", "has to be a URL"},
        {"https:///a", "names no host"},
        {"https://", "names no host"},
        {"https://:8443", "names no host"},
        {"https://sto%20re", "neither a name nor an address"},
        {"https://store%0d%0aX", "neither a name nor an address"},
        {"https://[v1.store]", "neither a name nor an address"},
        {"https://a,b", "neither a name nor an address"},
        {"https://store:0", "port"},
        {"https://store:65536", "port"},
        {"https://store:99999999999999999999", "port"},
        {"https://me@store", "nothing else"},
        {"https://me:secret@store", "nothing else"},
        {"https://store?a=b", "nothing else"},
        {"https://store/a?", "nothing else"},
        {"https://store#a", "nothing else"},
        {"unix:", "absolute path"},
        {"unix:store.sock", "absolute path"},
        {"unix::/api", "absolute path"},
        {"unix:./store.sock:/api", "absolute path"},
        {"unix:/run/store.sock:/a b", "plain path"},
        {"unix:/run/store.sock:/a\r\nX: y", "plain path"},
        {"unix:/run/store.sock:/a?b", "plain path"},
        {"unix:/run/store.sock:/a#b", "plain path"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.url);
        CHECK_THAT(fault_of(r.url), Contains(r.why));
    }
}

TEST_CASE("upstream url: a refusal does not repeat what may be a password", "[rest-proxy][url]") {
    CHECK_THAT(fault_of("https://me:hunter2@store"), !Contains("hunter2"));
}

TEST_CASE("upstream url: a socket's path has to fit the kernel's address", "[rest-proxy][url]") {
    CHECK(fault_of("unix:/" + std::string(106, 's')).empty());
    CHECK_THAT(fault_of("unix:/" + std::string(107, 's')), Contains("107"));
    CHECK(fault_of("unix:/" + std::string(106, 's') + ":/api").empty());
}
