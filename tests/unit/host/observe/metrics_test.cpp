#include "observe/metrics.hpp"

#include "observe/process_figures.hpp"
#include "support/catch.hpp"

#include <thread>
#include <vector>

using namespace edgeconf::observe;
using Catch::Matchers::Contains;

TEST_CASE("metrics: a request counts under its operation and status", "[observe][unit]") {
    metrics all{{"enrol", "heartbeat"}};
    all.request(1, 200, std::chrono::milliseconds{2});
    all.request(1, 200, std::chrono::milliseconds{2});
    all.request(1, 299, std::chrono::milliseconds{2});
    all.refused_request(404);
    const auto page = all.page();
    CHECK_THAT(page, Contains(R"(edgeconf_requests_total{operation="heartbeat",status="200"} 2)"));
    CHECK_THAT(page, Contains(R"(edgeconf_requests_total{operation="heartbeat",status="other"} 1)"));
    CHECK_THAT(page, Contains(R"(edgeconf_requests_total{operation="enrol",status="200"} 0)"));
    CHECK_THAT(page, Contains(R"(edgeconf_refused_requests_total{status="404"} 1)"));
    CHECK_THAT(page, Contains(R"(edgeconf_request_duration_seconds_count{operation="heartbeat"} 3)"));
    CHECK_THAT(page,
               Contains(R"(edgeconf_request_duration_seconds_bucket{operation="heartbeat",le="0.001"} 0)"));
    CHECK_THAT(page,
               Contains(R"(edgeconf_request_duration_seconds_bucket{operation="heartbeat",le="0.0025"} 3)"));
}

TEST_CASE("metrics: connections go up and down, handshakes only up", "[observe][unit]") {
    metrics all{{"enrol"}};
    all.connection_opened();
    all.connection_opened();
    all.connection_closed();
    all.connection_refused();
    all.handshake(true);
    all.handshake(false);
    all.identity_refused();
    const auto page = all.page();
    CHECK_THAT(page, Contains("edgeconf_connections 1\n"));
    CHECK_THAT(page, Contains(R"(edgeconf_connections_total{result="accepted"} 2)"));
    CHECK_THAT(page, Contains(R"(edgeconf_connections_total{result="turned_away"} 1)"));
    CHECK_THAT(page, Contains(R"(edgeconf_tls_handshakes_total{result="done"} 1)"));
    CHECK_THAT(page, Contains(R"(edgeconf_tls_handshakes_total{result="failed"} 1)"));
    CHECK_THAT(page, Contains("edgeconf_refused_identities_total 1\n"));
}

TEST_CASE("metrics: samplers are asked at each page, and samples of one name share a family",
          "[observe][unit]") {
    metrics all{{"enrol"}};
    double value = 1;
    all.add([&] {
        return std::vector<sample>{{"things", "Things", false, value, "kind", "a"},
                                   {"things", "Things", false, 7, "kind", "b"}};
    });
    CHECK_THAT(all.page(), Contains(R"(edgeconf_things{kind="a"} 1)"));
    value = 2;
    const auto page = all.page();
    CHECK_THAT(page,
               Contains(R"(edgeconf_things{kind="a"} 2)") && Contains(R"(edgeconf_things{kind="b"} 7)"));
    CHECK(page.find("# TYPE edgeconf_things gauge") == page.rfind("# TYPE edgeconf_things gauge"));
}

TEST_CASE("metrics: the process's own figures carry the names that others know", "[observe][unit]") {
    metrics all{{"enrol"}};
    all.add(&process_figures);
    const auto page = all.page();
    for (const auto* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                             "process_start_time_seconds"})
        CHECK_THAT(page, Contains("\n" + std::string{name} + " "));
}

TEST_CASE("metrics: threads may count while the page is made", "[observe][unit]") {
    metrics all{{"enrol"}};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) all.request(0, 200, std::chrono::microseconds{50});
        });
    for (int i = 0; i < 10; ++i) CHECK_FALSE(all.page().empty());
    for (auto& thread : threads) thread.join();
    CHECK_THAT(all.page(), Contains(R"(edgeconf_requests_total{operation="enrol",status="200"} 4000)"));
}
