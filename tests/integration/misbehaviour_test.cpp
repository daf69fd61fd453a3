// Providers that break the contract: what the device is told, what the operator reads, and that the host
// lives on and ends. One provider of tests/faulty-providers for each fault.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <csignal>
#include <thread>

using namespace edgeconf::test;
using Catch::Contains;

namespace {

// The deadlines that the fault needs, for a test that is not to take longer than it has to.
std::string configuration(std::string_view fault, std::string_view more = {}, std::string_view observe = {}) {
    return std::string{
        "device-api: {listen: \"127.0.0.1:0\"}\nthreads: 2\nobserve:\n  listen: \"127.0.0.1:0\"\n"}
        .append(observe)
        .append("provider:\n  library: ")
        .append(faulty_provider_file(fault).string())
        .append("\n")
        .append(more);
}

constexpr std::string_view short_calls = "  deadlines: {device: 50ms, stop: 60s}\n";
constexpr std::string_view short_stop = "  deadlines: {stop: 200ms}\n";

std::string path(std::string_view call, std::string_view device = "camera-1") {
    return std::string{"/namespaces/default/devices/"}.append(device).append("/").append(call);
}

struct faulty_host {
    temp_folder folder;
    running_host host;

    explicit faulty_host(std::string_view fault, std::string_view more = {}, std::string_view observe = {})
        : host{folder, configuration(fault, more, observe)} {}

    // On a connection of its own: what another one suffers is not this one's.
    reply get(std::string_view call, std::string_view device = "camera-1") {
        return client{{host.device_address(), {}, {}, {}}}.request("GET", path(call, device));
    }
    reply beat() {
        client c{{host.device_address(), {}, {}, {}}};
        return c.request("PUT", path("heartbeat"), R"({"status":"up"})");
    }
    reply ready() { return client{{host.pages_address(), {}, {}, {}}}.request("GET", "/readyz"); }
    // A call that the fault does not touch.
    unsigned healthy() { return get("registration").status; }
};

// Asks until the provider is not asked any more; how often it took.
int beat_until_refused(faulty_host& h, unsigned meanwhile) {
    for (int n = 1; n <= 1000; ++n) {
        const auto answer = h.beat();
        if (answer.status == 503) {
            CHECK(answer.fields.at("retry-after") == "1");
            return n;
        }
        CHECK(answer.status == meanwhile);
    }
    FAIL("the provider is still asked");
    return 0;
}

} // namespace

TEST_CASE("misbehaviour: an answer that breaks the contract costs its call and nothing else",
          "[integration]") {
    struct row {
        const char* fault;
        unsigned status;
        const char* violation;
    };
    const auto c = GENERATE(values<row>({
        {"twice", 200, "stale_completion"},
        {"forged_tokens", 200, "stale_completion"},
        {"null_result", 500, "malformed_result"},
        {"small_result", 500, "malformed_result"},
        {"null_parts", 500, "malformed_result"},
        {"many_parts", 500, "malformed_result"},
        {"endless_body", 500, "malformed_result"},
        {"endless_revision", 500, "malformed_result"},
        {"unknown_status", 500, "unexpected_status"},
        {"wrong_success", 500, "unexpected_status"},
        {"after_cancel", 504, "stale_completion"},
    }));
    INFO(c.fault);
    faulty_host h{c.fault, c.status == 504 ? short_calls : std::string_view{}};
    CHECK(h.beat().status == c.status);
    const auto line = h.host.child().wait_for_line("the provider broke its contract");
    CHECK_THAT(line,
               Contains(std::string{c.fault} + ".so") && Contains(std::string{"violation="} + c.violation));
    CHECK(h.healthy() == 200);
    CHECK(h.ready().status == 200);
    CHECK(h.host.stop().exit_code == 0);
}

TEST_CASE("misbehaviour: what looks like a fault and is none goes unnoticed", "[integration]") {
    const std::string fault = GENERATE("large_result", "any_thread", "late");
    INFO(fault);
    faulty_host h{fault, fault == "late" ? short_calls : std::string_view{}};
    CHECK(h.beat().status == (fault == "late" ? 504 : 200));
    if (fault == "late") h.host.child().wait_for_line("completed late");
    CHECK(h.healthy() == 200);
    const auto end = h.host.stop();
    CHECK(end.exit_code == 0);
    CHECK_THAT(end.errors, !Contains("broke its contract"));
}

TEST_CASE("misbehaviour: REMOVED from a configuration tells no device anything", "[integration]") {
    faulty_host h{"wrong_success"};
    const auto answer = h.get("configuration");
    CHECK(answer.status == 500);
    CHECK_THAT(answer.body, !Contains("unregistered"));
    CHECK(h.host.stop().exit_code == 0);
}

TEST_CASE("misbehaviour: an incomplete answer never leaves the host", "[integration]") {
    struct row {
        const char* call;
        std::vector<const char*> devices;
    };
    const auto c = GENERATE(values<row>({
        {"configuration",
         {"nothing", "no-json", "null", "an-array", "no-device", "another-device", "no-configuration",
          "no-heartbeat", "no-profile", "null-profile", "null-mounts", "null-secrets", "no-workloads",
          "null-workloads", "null-workload", "half-workload"}},
        {"registration",
         {"nothing", "null", "no-namespace", "null-namespace", "empty-namespace", "bad-namespace", "quote"}},
        {"playbookexecutions", {"nothing", "null", "an-object", "null-playbook", "half-playbook"}},
    }));
    faulty_host h{"incomplete"};
    for (const auto* device : c.devices) {
        INFO(c.call << " of " << device);
        const auto answer = h.get(c.call, device);
        CHECK(answer.status == 500);
        CHECK_THAT(answer.body, Contains("the data store failed"));
        // Twice, for half of all answers being incomplete would open the breaker.
        for (int n = 0; n < 2; ++n) CHECK(h.get(c.call, "good").status == 200);
    }
    CHECK_THAT(h.host.child().wait_for_line("broke its contract"),
               Contains("incomplete.so") && Contains("violation=incomplete_answer"));
    CHECK(h.host.stop().exit_code == 0);
}

TEST_CASE("misbehaviour: a provider that never answers is asked no more", "[integration]") {
    const std::string fault = GENERATE("never", "hangs");
    INFO(fault);
    faulty_host h{fault, "  deadlines: {device: 20ms, stop: 200ms}\n"};
    CHECK(beat_until_refused(h, 504) > 10);
    CHECK_THAT(h.host.child().wait_for_line("it is not asked until probes succeed"), Contains(fault + ".so"));
    const auto ready = h.ready();
    CHECK(ready.status == 503);
    CHECK_THAT(ready.body, Contains("is not asked"));
    const auto end = h.host.stop();
    // One whose calls do not come back cannot be destroyed.
    CHECK(end.exit_code == (fault == "hangs" ? 1 : 0));
    if (fault == "hangs") CHECK_THAT(end.errors, Contains("did not stop in time") && Contains("hangs.so"));
}

TEST_CASE("misbehaviour: a provider that mends itself is asked again", "[integration]") {
    faulty_host h{"recovers"};
    CHECK(beat_until_refused(h, 500) == 21);
    CHECK(h.ready().status == 503);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (h.ready().status == 503 && std::chrono::steady_clock::now() < until) {
        h.beat();
        std::this_thread::sleep_for(std::chrono::milliseconds{100}); // a probe is made once a second
    }
    CHECK(h.ready().status == 200);
    h.host.child().wait_for_line("is asked as before");
    CHECK(h.beat().status == 200);
    CHECK(h.host.stop().exit_code == 0);
}

TEST_CASE("misbehaviour: a provider that blocks on an I/O thread is called on workers instead",
          "[integration]") {
    faulty_host h{"blocks_inline"};
    for (int n = 0; n < 3; ++n) CHECK(h.beat().status == 200);
    CHECK_THAT(h.host.child().wait_for_line("violation=slow_call"),
               Contains("blocks_inline.so") && Contains("put_heartbeat took"));
    CHECK_THAT(h.host.child().wait_for_line("is demoted"), Contains("blocks_inline.so"));
    CHECK(h.beat().status == 200);
    const auto ready = h.ready();
    CHECK(ready.status == 200);
    CHECK_THAT(ready.body, Contains("degraded: the provider is demoted"));
    CHECK(h.host.stop().exit_code == 0);
}

TEST_CASE("misbehaviour: an I/O thread that never comes back is told, and the host can be stopped",
          "[integration]") {
    faulty_host h{"hangs_inline"};
    client lost{{h.host.device_address(), {}, {}, {}}};
    lost.send(go_request("PUT", path("heartbeat"), R"({"status":"up"})"));
    CHECK_THAT(h.host.child().wait_for_line("stuck inside the provider"), Contains("hangs_inline.so"));
    CHECK_THAT(h.host.child().wait_for_line("is demoted"), Contains("hangs_inline.so"));
    CHECK(h.ready().status == 503);
    h.host.child().signal(SIGTERM);
    CHECK_THAT(h.host.child().wait_for_line("did not return from its calls in time"),
               Contains("hangs_inline.so"));
    CHECK(h.host.child().wait().exit_code == 1);
}

TEST_CASE("misbehaviour: a flood of log lines is cut, and what was cut is told", "[integration]") {
    faulty_host h{"floods_log"};
    client c{{h.host.device_address(), {}, {}, {}}};
    c.send(go_request("PUT", path("heartbeat"), R"({"status":"up"})"));
    // The log is a pipe that this test has to read, or the host waits for it.
    CHECK_THAT(h.host.child().wait_for_line("lines were dropped"), Contains("floods_log.so"));
    CHECK(c.receive().status == 200);
    CHECK(h.healthy() == 200);
    const auto end = h.host.stop();
    CHECK(end.exit_code == 0);
    CHECK(end.errors.size() < 20'000 * std::string_view{"all is well"}.size());
}

TEST_CASE("misbehaviour: text that is none does not break the log", "[integration]") {
    // The support code reads addresses as text, so this host is waited for without it.
    const temp_folder folder;
    process child{{edgeconf_binary(), "serve", "--config",
                   folder.write("edgeconf.yaml", configuration("bad_text", {}, "  log: {format: json}\n"))}};
    const auto listening = child.wait_for_line(R"("api":"device")");
    const auto told = boost::json::parse(listening.substr(listening.find('{')));
    const std::string address{told.at("address").as_string().c_str()};
    child.wait_for_line(R"("ready")");
    client c{{address, {}, {}, {}}};
    CHECK(c.request("PUT", path("heartbeat"), R"({"status":"up"})").status == 200);
    const auto line = child.wait_for_line("broken");
    CHECK_NOTHROW(boost::json::parse(line.substr(line.find('{'))));
    child.signal(SIGTERM);
    CHECK(child.wait().exit_code == 0);
}

TEST_CASE("misbehaviour: a stop cannot hang", "[integration]") {
    struct row {
        const char* fault;
        int exit_code;
        const char* says;
    };
    const auto c = GENERATE(values<row>({
        {"never_stops", 1, "did not stop in time"},
        {"hangs_in_stop", 1, "did not stop in time"},
        {"hangs_in_destroy", 1, "did not stop in time"},
        {"stops_twice", 0, "violation=stale_completion"},
    }));
    INFO(c.fault);
    faulty_host h{c.fault, short_stop};
    CHECK(h.healthy() == 200);
    const auto end = h.host.stop();
    CHECK(end.exit_code == c.exit_code);
    CHECK_THAT(end.errors, Contains(c.says) && Contains(std::string{c.fault} + ".so"));
}

TEST_CASE("misbehaviour: a start cannot hang", "[integration]") {
    struct row {
        const char* fault;
        const char* says;
    };
    const auto c = GENERATE(values<row>({
        {"never_starts", "did not start within"},
        {"hangs_in_create", "did not make its instance within"},
        {"malformed_start", "violation=malformed_result"},
    }));
    INFO(c.fault);
    const temp_folder folder;
    const auto end =
        run({edgeconf_binary(), "serve", "--config",
             folder.write("edgeconf.yaml", configuration(c.fault, "  deadlines: {start: 1s}\n"))});
    CHECK(end.exit_code == 1);
    CHECK_THAT(end.errors, Contains(c.says) && Contains(std::string{c.fault} + ".so"));
}

TEST_CASE("misbehaviour: SIGTERM is heard while the provider starts", "[integration]") {
    struct row {
        const char* fault;
        const char* doing;
        int exit_code;
    };
    const auto c = GENERATE(values<row>({
        {"starts_when_cancelled", "starting for ever", 0},
        {"never_starts", "starting for ever", 1},
        {"hangs_in_create", "creating for ever", 1},
    }));
    INFO(c.fault);
    const temp_folder folder;
    const std::string_view stop = c.exit_code == 0 ? "  deadlines: {stop: 60s}\n" : short_stop;
    process child{{edgeconf_binary(), "serve", "--config",
                   folder.write("edgeconf.yaml", configuration(c.fault, stop))}};
    child.wait_for_line(c.doing);
    child.signal(SIGTERM);
    const auto end = child.wait();
    CHECK(end.exit_code == c.exit_code);
    if (c.exit_code == 1)
        CHECK_THAT(end.errors,
                   Contains("did not end its start in time") && Contains(std::string{c.fault} + ".so"));
}

TEST_CASE("misbehaviour: check-config cannot hang", "[integration]") {
    const temp_folder folder;
    const auto end = run(
        {edgeconf_binary(), "check-config", "--config",
         folder.write("edgeconf.yaml", configuration("hangs_in_validate", "  deadlines: {start: 200ms}\n"))});
    CHECK(end.exit_code == 1);
    CHECK_THAT(end.errors, Contains("did not judge its options") && Contains("edgeconf.yaml"));
}
