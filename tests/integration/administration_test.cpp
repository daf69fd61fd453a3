// A running host as its operator sees and steers it: the fuse, the pages, the log's level, a reload.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <csignal>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

std::string status_path(const std::string& id) {
    return "/namespaces/default/devices/" + id + "/registration";
}

std::string configuration(std::string_view mood = "calm", std::string_view more = {}) {
    return std::string{"device-api:\n  listen: 127.0.0.1:0\n  fuse: {minimum: 3, percent: 0}\n"}
        .append(more)
        .append("admin-api: {socket: admin.sock}\nobserve: {listen: \"127.0.0.1:0\"}\nthreads: "
                "2\nprovider:\n  library: ")
        .append(provider_file("removing_provider").string())
        .append("\n  options: {mood: ")
        .append(mood)
        .append("}\n");
}

struct administered {
    temp_folder folder;
    running_host host;

    explicit administered(std::string_view text = configuration()) : host{folder, text} {}

    finished edgeconf(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), edgeconf_binary());
        arguments.insert(arguments.end(), {"--socket", (folder.path() / "admin.sock").string()});
        return run(std::move(arguments));
    }
    client device() { return client{{host.device_address(), {}, {}, {}}}; }
    std::string page(std::string_view path) {
        client watcher{{host.pages_address(), {}, {}, {}}};
        const auto answer = watcher.request("GET", path);
        CHECK(answer.status == 200);
        return answer.body;
    }
};

} // namespace

TEST_CASE("administration: a store that removes everybody blows the fuse, and only a person releases it",
          "[integration]") {
    administered a;
    auto device = a.device();
    for (int i = 0; i < 3; ++i) {
        const auto answer = device.request("GET", status_path("gone-" + std::to_string(i)));
        CHECK(answer.status == 200);
        CHECK(answer.body == R"({"status":"unregistered"})");
    }
    for (int i = 3; i < 50; ++i) {
        const auto answer = device.request("GET", status_path("gone-" + std::to_string(i)));
        CHECK(answer.status == 503);
        CHECK_THAT(answer.body, Contains("fuse"));
    }
    CHECK(device.request("GET", status_path("good-1")).status == 200);
    a.host.child().wait_for_line("THE FUSE HAS BLOWN");
    CHECK_THAT(a.page("/metrics"),
               Contains("edgeconf_fuse_blown 1\n") && Contains("edgeconf_fuse_withheld 47\n"));

    const auto status = a.edgeconf({"fuse", "status"});
    CHECK(status.exit_code == 0);
    CHECK_THAT(status.output, Contains("HAS BLOWN") && Contains("3 of at most 3"));
    const auto released = a.edgeconf({"fuse", "release"});
    CHECK(released.exit_code == 0);
    CHECK_THAT(released.output, Contains("the fuse holds"));
    a.host.child().wait_for_line("the fuse was released");
    CHECK(device.request("GET", status_path("gone-40")).body == R"({"status":"unregistered"})");
}

TEST_CASE("administration: /metrics and /statusz tell what happened", "[integration]") {
    administered a;
    auto device = a.device();
    CHECK(device.request("GET", status_path("good-1")).status == 200);
    CHECK(device.request("GET", status_path("good-1")).status == 200);
    CHECK(device.request("GET", "/nowhere").status == 404);
    CHECK(device.request("PUT", "/namespaces/a/devices/b/heartbeat", "{}").status == 501);

    const auto metrics = a.page("/metrics");
    for (const auto* line :
         {R"(edgeconf_requests_total{operation="get_registration",status="200"} 2)",
          R"(edgeconf_requests_total{operation="put_heartbeat",status="501"} 1)",
          R"(edgeconf_refused_requests_total{status="404"} 1)", "edgeconf_connections 1\n",
          "edgeconf_devices_seen 1\n", "edgeconf_provider_calls_total 2\n",
          R"(edgeconf_provider_contract_violations_total{violation="slow_call"} 0)",
          "edgeconf_provider_own_questions 2\n", "edgeconf_fuse_blown 0\n", "process_resident_memory_bytes "})
        CHECK_THAT(metrics, Contains(line));

    const auto status = boost::json::parse(a.page("/statusz"));
    CHECK(status.at("ready").as_bool());
    CHECK(status.at("provider").at("id") == "io.edgeconf.test.removing");
    CHECK(status.at("device-api").at("connections") == 1);
}

TEST_CASE("administration: the log's level changes at run time", "[integration]") {
    administered a;
    auto device = a.device();
    CHECK(a.edgeconf({"log-level", "debug"}).exit_code == 0);
    a.host.child().wait_for_line("the log level was changed level=debug");
    CHECK(device.request("GET", "/namespaces/a/devices/b/configuration").status == 501);
    // A provider's line for a request carries the request's trace.
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    device.send("GET " + status_path("good-1") + " HTTP/1.1\r\nHost: x\r\ntraceparent: " + trace +
                "\r\n\r\n");
    CHECK(device.receive().status == 200);
    CHECK_THAT(a.host.child().wait_for_line(" asked "), Contains("traceparent=" + trace));
    CHECK(a.edgeconf({"log-level", "loud"}).exit_code == 2);
}

TEST_CASE("administration: a verb without a host to ask says so", "[integration]") {
    const temp_folder folder;
    const auto said =
        run({edgeconf_binary(), "fuse", "status", "--socket", (folder.path() / "none.sock").string()});
    CHECK(said.exit_code == 1);
    CHECK_THAT(said.errors, Contains("none.sock") && Contains("cannot reach the host"));
}

TEST_CASE("administration: a reload gives the provider its new options and the host its new limits",
          "[integration]") {
    administered a;
    a.host.child().wait_for_line("calm");
    auto kept = a.device();
    CHECK(kept.request("GET", status_path("good-1")).status == 200);

    a.folder.write("edgeconf.yaml", configuration("merry", "  limits: {body-bytes: 2KiB}\n"));
    CHECK(a.edgeconf({"reload"}).errors.empty());
    a.host.child().wait_for_line("merry");
    a.host.child().wait_for_line("an instance stops");
    a.host.child().wait_for_line("the configuration was read again");
    CHECK(kept.request("GET", status_path("good-1")).status == 200);
    CHECK(a.device().request("PUT", "/namespaces/a/devices/b/heartbeat", std::string(3000, ' ')).status ==
          413);
    CHECK(a.host.stop().exit_code == 0);
}

TEST_CASE("administration: SIGHUP reloads too", "[integration]") {
    administered a;
    a.folder.write("edgeconf.yaml", configuration("merry"));
    a.host.child().signal(SIGHUP);
    a.host.child().wait_for_line("the configuration was read again");
    a.host.child().signal(SIGHUP);
    CHECK(a.host.stop().exit_code == 0);
}

TEST_CASE("administration: a reload that cannot be had whole changes nothing and says why", "[integration]") {
    administered a;
    const std::vector<std::pair<std::string, std::string>> refused{
        {"device-api: [\n", "not valid YAML"},
        {configuration("refuse", "  limits: {body-bytes: 2KiB}\n"), "this mood is not taken"},
        {configuration("merry", "  limits: {body-bytes: 2KiB}\n") + "shutdown-time: 1s\n",
         "shutdown-time: only a restart"},
        {configuration("merry", "  limits: {body-bytes: 2KiB}\n") + "trheads: 2\n", "did you mean 'threads'"},
    };
    for (const auto& [text, reason] : refused) {
        INFO(text);
        a.folder.write("edgeconf.yaml", text);
        const auto said = a.edgeconf({"reload"});
        CHECK(said.exit_code == 1);
        CHECK_THAT(said.errors, Contains(reason));
        a.host.child().wait_for_line("the old one stays");
        auto device = a.device();
        CHECK(device.request("GET", status_path("good-1")).status == 200);
        CHECK(device.request("PUT", "/namespaces/a/devices/b/heartbeat", "{" + std::string(3000, ' ') + "}")
                  .status == 501);
    }
    CHECK(a.host.stop().exit_code == 0);
}

TEST_CASE("administration: a reload takes over what was edited in the manifests", "[integration]") {
    const temp_folder folder;
    const auto manifest = [](std::string_view name) {
        return "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: " +
               std::string{name} + "}\n";
    };
    folder.write("fleet/one.yaml", manifest("pump-1"));
    running_host host{folder, "device-api: {listen: 127.0.0.1:0}\nadmin-api: {socket: admin.sock}\n"
                              "provider: {library: memory, options: {manifests: fleet}}\n"};
    const auto reload = [&] {
        return run({edgeconf_binary(), "reload", "--socket", (folder.path() / "admin.sock").string()});
    };
    const auto status_of = [&](const std::string& id) {
        client device{{host.device_address(), {}, {}, {}}};
        return device.request("GET", status_path(id)).status;
    };
    CHECK(status_of("pump-2") == 404);

    folder.write("fleet/two.yaml", manifest("pump-2"));
    CHECK(reload().exit_code == 0);
    CHECK(status_of("pump-2") == 200);

    folder.write("fleet/two.yaml", "apiVersion: v1\nkind: Secret\n");
    const auto refused = reload();
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.errors, Contains("two.yaml:1: metadata.name: is missing"));
    CHECK(status_of("pump-2") == 200);
    CHECK(host.stop().exit_code == 0);
}
