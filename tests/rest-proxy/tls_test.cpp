// Upstreams over TLS: whom the proxy takes for one.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <filesystem>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

struct certified {
    temp_folder folder;
    authority ca{folder.path() / "upstreams", "ca"};
    authority foreign{folder.path() / "foreign", "ca"};

    identity upstream(const subject& about = {.common_name = "upstream", .dns = {"localhost"}}) {
        return ca.issue("upstream", about);
    }
    // Of one upstream; `more` are further members of its `tls`.
    std::string options(const faulty_upstream& of, std::string_view more = {}) const {
        auto made =
            R"({"deadline": "20s", "connect-time": "10s", "cache": {"bytes": 0}, "upstreams": [{"url": ")" +
            of.url() + R"(", "tls": {"ca": ")" + ca.certificate().string() + "\"";
        if (!more.empty()) made.append(", ").append(more);
        return made + "}}]}";
    }
};

std::string shown(const identity& own) {
    return R"("certificate": ")" + own.certificate.string() + R"(", "key": ")" + own.key.string() + "\"";
}

} // namespace

TEST_CASE("tls: an upstream with a certificate for its name is asked, over one connection", "[rest-proxy]") {
    certified pki;
    faulty_upstream upstream{sound, {.tls = pki.upstream()}};
    proxy_host host{pki.options(upstream)};
    for (int i = 0; i < 20; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(upstream.connections() <= 2); // the probe's may be closed before the first call
    CHECK(host.readiness() == "ok\n");
    CHECK(host.stops());
}

TEST_CASE("tls: an upstream that cannot be told from an impostor is not asked, and the page says why",
          "[rest-proxy]") {
    struct impostor {
        const char* name;
        identity own;
        std::string told;
    };
    certified pki;
    const auto which = GENERATE(0, 1, 2, 3);
    const std::vector<impostor> impostors{
        {"a foreign CA's", pki.foreign.issue("upstream", {.common_name = "upstream", .dns = {"localhost"}}),
         "unable to get local issuer certificate"},
        {"another name", pki.upstream({.common_name = "localhost", .dns = {"elsewhere.example"}}),
         "hostname mismatch"},
        {"expired",
         pki.ca.issue("old", {.common_name = "upstream",
                              .dns = {"localhost"},
                              .valid_from_hours = -48,
                              .valid_to_hours = -24}),
         "certificate has expired"},
        {"not yet valid",
         pki.ca.issue(
             "new",
             {.common_name = "upstream", .dns = {"localhost"}, .valid_from_hours = 24, .valid_to_hours = 48}),
         "certificate is not yet valid"},
    };
    const auto& one = impostors[static_cast<std::size_t>(which)];
    INFO(one.name);
    faulty_upstream upstream{sound, {.tls = one.own}};
    proxy_host host{pki.options(upstream)};
    const auto given = host.get("press-1");
    CHECK(given.status == 503);
    CHECK(is_clean(given));
    CHECK(upstream.requests() == 0);
    CHECK_THAT(host.readiness(), Contains("down") && Contains(upstream.url()) && Contains(one.told));
    CHECK(host.stops());
}

TEST_CASE("tls: a name may be pinned that is not the URL's", "[rest-proxy]") {
    certified pki;
    faulty_upstream upstream{sound,
                             {.tls = pki.upstream({.common_name = "upstream", .dns = {"centre.example"}})}};
    proxy_host host{pki.options(upstream, R"("name": "centre.example")")};
    CHECK(host.get("press-1").status == 200);
    CHECK(host.reload(pki.options(upstream, R"("name": "elsewhere.example")")).exit_code == 0);
    CHECK(host.get("press-1").status == 503);
    CHECK(upstream.requests() == 1);
    CHECK(host.stops());
}

TEST_CASE("tls: one that asks for a client certificate gets the one that is configured", "[rest-proxy]") {
    certified pki;
    faulty_upstream upstream{sound, {.tls = pki.upstream(), .client_ca = pki.ca.certificate()}};
    proxy_host host{pki.options(upstream)};
    CHECK(host.get("press-1").status == 503);
    const auto stranger = pki.foreign.issue("proxy", {.common_name = "proxy"});
    CHECK(host.reload(pki.options(upstream, shown(stranger))).exit_code == 0);
    CHECK(host.get("press-1").status == 503);
    CHECK(upstream.requests() == 0);
    const auto own = pki.ca.issue("proxy", {.common_name = "proxy"});
    CHECK(host.reload(pki.options(upstream, shown(own))).exit_code == 0);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("tls: a client certificate that is replaced is shown without a reload", "[rest-proxy]") {
    certified pki;
    // A connection each: the files are read for new ones.
    faulty_upstream upstream{[](const heard_request& r) {
                                 return conduct{{http_answer(200, sound_body(r))}, conduct::ending::close};
                             },
                             {.tls = pki.upstream(), .client_ca = pki.ca.certificate()}};
    const auto stranger = pki.foreign.issue("proxy", {.common_name = "proxy"});
    const auto own = pki.ca.issue("proxy", {.common_name = "proxy"});
    proxy_host host{pki.options(upstream, shown(stranger))};
    CHECK(host.get("press-1").status == 503);
    std::filesystem::rename(own.certificate, stranger.certificate);
    std::filesystem::rename(own.key, stranger.key);
    CHECK(eventually([&] { return host.get("press-1").status == 200; }));
    CHECK(host.stops());
}

TEST_CASE("tls: a plain upstream behind an https URL, and the other way round, is a clean error",
          "[rest-proxy]") {
    certified pki;
    faulty_upstream plain{sound};
    faulty_upstream secured{sound, {.tls = pki.upstream()}};
    const auto port = [](const faulty_upstream& of) { return of.url().substr(of.url().rfind(':')); };
    for (const auto& url : {"https://127.0.0.1" + port(plain), "http://127.0.0.1" + port(secured)}) {
        proxy_host host{asking({url}, R"("deadline": "1s", "cache": {"bytes": 0})")};
        const auto given = host.get("press-1");
        CHECK(given.status >= 503);
        CHECK(is_clean(given));
        CHECK(host.stops());
    }
    CHECK(plain.requests() + secured.requests() == 0);
}
