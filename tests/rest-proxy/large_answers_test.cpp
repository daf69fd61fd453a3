// Answers that take long to parse hold up nobody but whoever asked for them.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t large = 8U << 20; // as much as is taken

// Small values, which are the slowest to parse.
std::string zeroes() {
    std::string made{"[0"};
    made.reserve(large);
    while (made.size() < large - 3) made += ",0";
    return made + "]";
}

// What `big` gets is a fault, after long work; all others get what is right.
script slow_to_parse() {
    return [body = zeroes()](const heard_request& r) {
        return r.device() == "big" ? answer(200, body) : sound(r);
    };
}

std::string uncached(const faulty_upstream& of, std::string_view more = {}) {
    return asking(
        {of.url()},
        std::string{R"("deadline": "1h", "cache": {"bytes": 0}, "retries": {"attempts": 1})"}.append(more));
}

} // namespace

TEST_CASE("large answers: other devices are answered while one is parsed", "[rest-proxy]") {
    const temp_folder folder;
    // A socket that holds little: what the upstream has sent is read, but for the last bytes.
    faulty_upstream upstream{slow_to_parse(), {.socket = folder.path() / "upstream.sock"}};
    proxy_host host{uncached(upstream)};
    auto device = host.device();
    device.send(go_request("GET", device_path("big", "configuration")));
    CHECK(eventually([&] { return upstream.behaved() == 1; }));
    for (int i = 0; i < 5; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(host.figure("upstream_faults_total") == 0); // or it was parsed before them
    CHECK(device.receive().status == 503);
    CHECK(host.figure("upstream_faults_total") == 1);
    CHECK(host.stops());
}

TEST_CASE("large answers: one is right, kept and nobody else's", "[rest-proxy]") {
    faulty_upstream upstream{[](const heard_request& r) {
        return answer(r.method == "POST" ? 201 : 200,
                      sound_body(r, r.device() + std::string(large / 2, '1')));
    }};
    proxy_host host{
        asking({upstream.url()}, R"("deadline": "1h", "cache": {"bytes": 1000000000, "ttl": "1h"})")};
    for (const auto* id : {"press-1", "press-2"}) {
        const auto first = host.get(id);
        CHECK(first.status == 200);
        CHECK(first.body.size() > large / 2);
        CHECK(first.body.find("\"" + std::string{id} + "111") != std::string::npos);
        CHECK(host.get(id).body == first.body);
    }
    CHECK(upstream.requests() == 2);
    CHECK(host.stops());
}

TEST_CASE("large answers: a connection is taken until its answer is parsed", "[rest-proxy]") {
    faulty_upstream upstream{slow_to_parse()};
    proxy_host host{uncached(upstream, R"(, "pool": {"connections": 1, "waiting": 0})")};
    auto device = host.device();
    device.send(go_request("GET", device_path("big", "configuration")));
    CHECK(eventually([&] { return upstream.behaved() == 1; }));
    CHECK(host.get("press-1").status == 503);
    CHECK(host.figure("upstream_connections") <= 1);
    CHECK(device.receive().status == 503);
    CHECK(host.get("press-1").status == 200);
    CHECK(upstream.connections() == 1);
    CHECK(host.stops());
}

TEST_CASE("large answers: neither a reload nor a stop loses one, or is lost with it", "[rest-proxy]") {
    faulty_upstream upstream{slow_to_parse()};
    proxy_host host{uncached(upstream), "shutdown-time: 100ms\n", "1h"};
    auto first = host.device();
    first.send(go_request("GET", device_path("big", "configuration")));
    CHECK(eventually([&] { return upstream.behaved() == 1; }));
    CHECK(host.reload(uncached(upstream)).exit_code == 0);
    CHECK(first.receive().status == 503);
    auto second = host.device();
    second.send(go_request("GET", device_path("big", "configuration")));
    CHECK(eventually([&] { return upstream.behaved() == 2; }));
    CHECK(host.stops());
}
