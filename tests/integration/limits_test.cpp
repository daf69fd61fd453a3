// A test for each limit of device-api.limits: what passes it is refused or cut, and others go on.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

using namespace edgeconf::test;

namespace {

constexpr std::string_view status_path = "/namespaces/default/devices/camera-1/registration";
constexpr std::string_view heartbeat_path = "/namespaces/default/devices/camera-1/heartbeat";

// Long times but for those that a test sets, so that only these can end a connection.
std::string limits(std::string_view which) {
    const std::vector<std::string> times{"handshake-time", "header-time", "body-time", "idle-time",
                                         "write-time"};
    std::string made = "{";
    for (const auto& time : times)
        if (which.find(time) == std::string_view::npos) made += time + ": 1h, ";
    return made.append(which).append("}");
}

std::string plain_configuration(std::string_view which, std::string_view provider = "{library: memory}",
                                std::string_view listen = "127.0.0.1:0") {
    return std::string{"device-api:\n  listen: \""}
        .append(listen)
        .append("\"\n  limits: ")
        .append(limits(which))
        .append("\nobserve: {listen: \"127.0.0.1:0\", log: {level: info}}\nthreads: 2\nprovider: ")
        .append(provider)
        .append("\n");
}

std::string tls_configuration(const secured_folder& secured, std::string_view which) {
    auto text = secured.configuration("  library: memory\n");
    text.insert(text.find("observe:"), "  limits: " + limits(which) + "\n");
    return text;
}

// Plain or TLS, with nothing else told apart.
struct both {
    temp_folder folder;
    secured_folder secured;
    running_host plain;
    running_host tls;

    explicit both(std::string_view which)
        : plain{folder, plain_configuration(which)}, tls{secured.folder(),
                                                         tls_configuration(secured, which)} {}
    std::vector<target> targets() const {
        return {{plain.device_address(), {}, {}, {}}, secured.as_edge_api(tls.device_address())};
    }
};

// Whether it is served within the tests' patience: a host sees the end of a connection in its own time.
bool comes_to_be_served(const target& to) {
    for (const auto until = std::chrono::steady_clock::now() + patience;
         std::chrono::steady_clock::now() < until;) {
        try {
            if (client{to}.request("GET", status_path).status == 404) return true;
        } catch (const std::runtime_error&) { // turned away
        }
    }
    return false;
}

std::size_t descriptors_of(pid_t process) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/fd"})
        ++count;
    return count;
}

std::size_t resident_kib(pid_t process) {
    std::ifstream in{"/proc/" + std::to_string(process) + "/status"};
    for (std::string word; in >> word;) {
        std::size_t kib = 0;
        if (word == "VmRSS:" && in >> kib) return kib;
    }
    return 0;
}

} // namespace

TEST_CASE("limits: header-bytes and header-count are 431", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("header-bytes: 2KiB, header-count: 8")};
    const auto sized = [](std::size_t size) {
        const std::string begin = "GET /nowhere HTTP/1.1\r\nHost: x\r\nX: ";
        return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
    };
    const auto counted = [](int fields) {
        std::string made = "GET /nowhere HTTP/1.1\r\nHost: x\r\n";
        for (int i = 1; i < fields; ++i) made += "X: y\r\n";
        return made + "\r\n";
    };
    client c{{host.device_address(), {}, {}, {}}};
    CHECK(c.exchange(sized(2048)).status == 404);
    CHECK(c.exchange(counted(8)).status == 404);
    for (const auto& bytes : {sized(2049), counted(9), std::string(200'000, 'x')}) {
        client refused{{host.device_address(), {}, {}, {}}};
        CHECK(refused.exchange(bytes).status == 431);
        CHECK(refused.is_closed());
    }
}

TEST_CASE("limits: body-bytes is 413, with a length and in chunks", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("body-bytes: 1KiB")};
    const auto put = "PUT " + std::string{heartbeat_path} + " HTTP/1.1\r\nHost: x\r\n";
    const auto body = "{}" + std::string(1022, ' ');
    client c{{host.device_address(), {}, {}, {}}};
    CHECK(c.exchange(put + "Content-Length: 1024\r\n\r\n" + body).status == 404);
    CHECK(c.exchange(put + "Transfer-Encoding: chunked\r\n\r\n400\r\n" + body + "\r\n0\r\n\r\n").status ==
          404);
    for (const auto& rest : {"Content-Length: 1025\r\n\r\n" + body + " ",
                             "Content-Length: 1000000\r\n\r\n" + std::string(1'000'000, ' '),
                             "Transfer-Encoding: chunked\r\n\r\n400\r\n" + body + "\r\n1\r\n \r\n0\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + body}) {
        client refused{{host.device_address(), {}, {}, {}}};
        CHECK(refused.exchange(put + rest).status == 413);
        CHECK(refused.is_closed());
    }
}

TEST_CASE("limits: chunk extensions and trailers cannot grow without end", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("header-bytes: 2KiB")};
    const auto put =
        "PUT " + std::string{heartbeat_path} + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto& rest : {"2;" + std::string(500'000, 'x'), "0\r\nX: " + std::string(500'000, 'x')}) {
        client refused{{host.device_address(), {}, {}, {}}};
        CHECK(refused.exchange(put + rest).status == 431);
        CHECK(refused.is_closed());
    }
}

TEST_CASE("limits: handshake-time cuts who does not finish the handshake", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(), tls_configuration(secured, "handshake-time: 200ms")};
    client silent{{host.device_address(), {}, {}, {}}};
    client halfway{{host.device_address(), {}, {}, {}}};
    halfway.send(std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11});
    CHECK(silent.is_closed());
    CHECK(halfway.is_closed());
    CHECK(client{secured.as_edge_api(host.device_address())}.request("GET", status_path).status == 404);
}

TEST_CASE("limits: header-time cuts an unfinished header, however bytes trickle in", "[integration]") {
    const both hosts{"header-time: 200ms"};
    for (const auto& to : hosts.targets()) {
        client stuck{to};
        stuck.send("GET / HTTP/1.1\r\nHo");
        CHECK(stuck.is_closed());
        client trickling{to};
        bool is_cut = false;
        try { // the time counts from the first byte, so steady bytes do not save it
            trickling.send("GET / HTTP/1.1\r\nX: ");
            for (const auto until = std::chrono::steady_clock::now() + patience;
                 std::chrono::steady_clock::now() < until;) {
                trickling.send("x");
                std::this_thread::sleep_for(std::chrono::milliseconds{20}); // the pace of the attack
            }
        } catch (const std::runtime_error&) {
            is_cut = true;
        }
        CHECK(is_cut);
        client late{to}; // behind a request that was answered, too
        CHECK(late.request("GET", status_path).status == 404);
        late.send("GET");
        CHECK(late.is_closed());
    }
}

TEST_CASE("limits: body-time cuts an unfinished body", "[integration]") {
    const both hosts{"body-time: 200ms"};
    const auto put = "PUT " + std::string{heartbeat_path} + " HTTP/1.1\r\nHost: x\r\n";
    for (const auto& to : hosts.targets())
        for (const auto* rest : {"Content-Length: 2\r\n\r\n{", "Content-Length: 2\r\n\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"}) {
            client stuck{to};
            stuck.send(put + rest);
            CHECK(stuck.is_closed());
        }
}

TEST_CASE("limits: idle-time cuts who asks nothing, before the first request and after one",
          "[integration]") {
    const both hosts{"idle-time: 200ms"};
    for (const auto& to : hosts.targets()) {
        client silent{to};
        CHECK(silent.is_closed());
        client once{to};
        CHECK(once.request("GET", status_path).status == 404);
        CHECK(once.is_closed());
    }
}

TEST_CASE("limits: write-time cuts who does not read, and their answers do not pile up", "[integration]") {
    const temp_folder folder;
    const std::string filler(100'000, 'x');
    folder.write("fleet.yaml",
                 "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\n"
                 "metadata: {name: camera-1, namespace: default, labels: {app: big}}\n---\n"
                 "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeWorkload\n"
                 "metadata: {name: big, namespace: default}\n"
                 "spec:\n  deviceSelector: {matchLabels: {app: big}}\n  type: pod\n"
                 "  pod: {spec: {containers: [{name: a, image: \"x/y\", env: [{name: FILLER, value: \"" +
                     filler + "\"}]}]}}\n");
    running_host host{folder, plain_configuration("write-time: 500ms",
                                                  "{library: memory, options: {manifests: fleet.yaml}}")};
    const target to{host.device_address(), {}, {}, {}};
    const auto get = go_request("GET", "/namespaces/default/devices/camera-1/configuration");
    client reads{to};
    REQUIRE(reads.exchange(get).body.size() > filler.size());
    const auto before = resident_kib(host.child().id());
    const auto descriptors = descriptors_of(host.child().id());

    // 1,000 answers of 100 kB for each of these: 400 MB if they were kept.
    std::string many;
    for (int i = 0; i < 1000; ++i) many += get;
    std::vector<std::unique_ptr<client>> deaf;
    for (int i = 0; i < 4; ++i) deaf.push_back(std::make_unique<client>(to));
    for (auto& c : deaf) {
        try {
            c->send(many);
        } catch (const std::runtime_error&) { // cut while it sent
        }
    }
    // All is over once the host has no descriptor but those of before. It opens one for a moment now and
    // then, for its own figures.
    const auto until = std::chrono::steady_clock::now() + patience;
    std::size_t most = 0;
    bool over = false;
    while (!over && std::chrono::steady_clock::now() < until) {
        most = std::max(most, resident_kib(host.child().id()));
        over = descriptors_of(host.child().id()) <= descriptors;
    }
    CHECK(over);
    CHECK(most < before + 100 * 1024);
    CHECK(reads.exchange(get).status == 200);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("limits: connections-per-peer turns the one peer away, on all threads together", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("connections-per-peer: 3")};
    const target to{host.device_address(), {}, {}, {}};
    std::vector<std::unique_ptr<client>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<client>(to));
        CHECK(held.back()->request("GET", status_path).status == 404);
    }
    CHECK(client{to}.is_closed());
    held.pop_back();
    CHECK(comes_to_be_served(to));
}

TEST_CASE("limits: connections-per-peer does not count on a Unix socket, and is off unless set",
          "[integration]") {
    const temp_folder folder;
    const auto socket = "unix:" + (folder.path() / "device.sock").string();
    running_host of_unix{folder, plain_configuration("connections-per-peer: 1", "{library: memory}", socket)};
    const temp_folder other;
    running_host unset{other, plain_configuration("connections: 100")};
    for (const auto& address : {of_unix.device_address(), unset.device_address()}) {
        std::vector<std::unique_ptr<client>> held;
        for (int i = 0; i < 20; ++i) {
            held.push_back(std::make_unique<client>(target{address, {}, {}, {}}));
            CHECK(held.back()->request("GET", status_path).status == 404);
        }
    }
}

// Not with AddressSanitizer's preset: UBSan looks at objects through a pipe of its own, and takes them for
// no objects when it cannot have one.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("limits: a host without descriptors left serves on, and newcomers once there are some",
          "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("connections: 1000")};
    const target to{host.device_address(), {}, {}, {}};
    client before{to};
    CHECK(before.request("GET", status_path).status == 404);
    const auto now = descriptors_of(host.child().id());
    const rlimit few{now + 4, now + 4};
    REQUIRE(prlimit(host.child().id(), RLIMIT_NOFILE, &few, nullptr) == 0);
    std::vector<std::unique_ptr<client>> held;
    for (int i = 0; i < 20; ++i) held.push_back(std::make_unique<client>(to)); // the kernel takes them all
    host.child().wait_for_line("cannot accept connections");
    CHECK(before.request("GET", status_path).status == 404);
    held.clear();
    CHECK(comes_to_be_served(to));
    const auto end = host.stop();
    INFO(end.errors);
    CHECK(end.exit_code == 0);
}
#endif
