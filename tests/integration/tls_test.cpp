// Certificates, keys, CAs and CRLs of a running host are replaced while it serves.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

using namespace edgeconf::test;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view status_path =
    "/api/flotta-backend/v1/namespaces/default/devices/camera-1/registration";

const subject edge_api_subject{.common_name = "*", .dns = {"project-flotta.io"}};

// Its TLS files are in live/, where the test replaces them. `interval` is for the periodic check.
struct reloadable {
    secured_folder secured;
    fs::path live = secured.folder().path() / "live";
    fs::path made = secured.folder().path() / "tls";
    fs::path ca = secured.ca().certificate();
    std::optional<running_host> host;

    void start(const std::string& interval = "1h", bool with_crl = false) {
        fs::create_directories(live);
        put(secured.ca().issue("first", {.common_name = "first", .dns = {"localhost"}}));
        copy(ca, "ca.crt");
        host.emplace(secured.folder(), R"(device-api:
  listen: 127.0.0.1:0
  tls:
    certificate: live/server.crt
    private-key: live/server.key
    client-ca: live/ca.crt
    admit-dns-names: [project-flotta.io]
    check-interval: )" + interval + (with_crl ? "\n    crl: live/list.crl" : "") +
                                           R"(
observe:
  listen: 127.0.0.1:0
  log: {level: debug}
threads: 2
provider:
  library: memory
)");
    }

    // In one step, as rename(2) does.
    void copy(const fs::path& from, const std::string& to) const {
        secured.folder().write("live/." + to, read_file(from));
        fs::rename(live / ("." + to), live / to);
    }
    void put(const identity& pair) const {
        copy(pair.certificate, "server.crt");
        copy(pair.key, "server.key");
    }
    identity server(const std::string& name) {
        return secured.ca().issue(name, {.common_name = name, .dns = {"localhost"}});
    }

    target to(const identity& self) const {
        auto made_to = secured.as_edge_api(host->device_address());
        made_to.self = self;
        return made_to;
    }
    target edge_api() const { return secured.as_edge_api(host->device_address()); }

    void hang_up_until(const std::string& line) {
        host->child().signal(SIGHUP);
        host->child().wait_for_line(line);
    }
    std::string served_by() const { return client{edge_api()}.server_name(); }
};

bool is_served(const target& to) {
    try {
        client talk{to};
        return talk.request("GET", status_path).status == 404;
    } catch (const std::runtime_error&) {
        return false;
    }
}

std::size_t count(const std::string& text, const std::string& of) {
    std::size_t found = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++found;
    return found;
}

} // namespace

TEST_CASE("tls: certificates swapped under load fail no request and close no connection", "[integration]") {
    reloadable r;
    r.start("20ms");
    client long_lived{r.edge_api()};
    CHECK(long_lived.request("GET", status_path).status == 404);

    std::atomic<bool> enough{false};
    std::atomic<unsigned> served{0};
    std::mutex mutex;
    std::vector<std::string> failures;
    std::vector<std::jthread> clients;
    const std::unique_ptr<std::atomic<bool>, void (*)(std::atomic<bool>*)> at_end{
        &enough, [](std::atomic<bool>* flag) { *flag = true; }}; // also where a check throws
    const auto to = r.edge_api();
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            while (!enough) {
                try {
                    client talk{to};
                    const auto status = talk.request("GET", status_path).status;
                    if (status != 404) throw std::runtime_error{"status " + std::to_string(status)};
                    ++served;
                } catch (const std::runtime_error& e) {
                    const std::lock_guard lock{mutex};
                    failures.emplace_back(e.what());
                }
            }
        });

    std::string last;
    for (int round = 0; round < 12; ++round) {
        last = "server-" + std::to_string(round);
        const auto next = r.server(last);
        if (round % 3 == 0) { // each file in one step, but not both together
            r.put(next);
        } else if (round % 3 == 1) { // written in place, half first
            const auto text = read_file(next.certificate);
            r.secured.folder().write("live/server.crt", text.substr(0, text.size() / 2));
            r.host->child().signal(SIGHUP);
            r.secured.folder().write("live/server.crt", text);
            r.host->child().signal(SIGHUP);
            r.secured.folder().write("live/server.key", read_file(next.key));
        } else { // the key before the certificate
            r.copy(next.key, "server.key");
            r.host->child().signal(SIGHUP);
            r.copy(next.certificate, "server.crt");
        }
        r.host->child().signal(SIGHUP);
        r.host->child().wait_for_line("CN=" + last + ",");
        const auto so_far = served.load();
        while (served.load() < so_far + 4) std::this_thread::yield();
        CHECK(long_lived.request("GET", status_path).status == 404);
    }
    enough = true;
    for (auto& thread : clients) thread.join();
    for (const auto& failure : failures) UNSCOPED_INFO(failure);
    CHECK(failures.empty());
    CHECK(served > 40);
    CHECK(long_lived.server_name() == "first");
    CHECK(long_lived.request("GET", status_path).status == 404);
    CHECK(r.served_by() == last);
    CHECK(r.host->stop().exit_code == 0);
}

TEST_CASE("tls: files are taken by themselves, as Kubernetes swaps them", "[integration]") {
    // server.crt -> ..data/server.crt, ..data -> a folder: one rename changes all files at once.
    reloadable r;
    r.start("20ms");
    const auto version = [&](const std::string& name) {
        const auto folder = "live/" + name + "/";
        const auto pair = r.server(name);
        r.secured.folder().write(folder + "server.crt", read_file(pair.certificate));
        r.secured.folder().write(folder + "server.key", read_file(pair.key));
        r.secured.folder().write(folder + "ca.crt", read_file(r.secured.ca().certificate()));
        fs::create_directory_symlink(name, r.live / "..tmp");
        fs::rename(r.live / "..tmp", r.live / "..data");
    };
    version("one");
    for (const std::string file : {"server.crt", "server.key", "ca.crt"}) {
        fs::create_symlink("..data/" + file, r.live / "..link");
        fs::rename(r.live / "..link", r.live / file);
    }
    r.host->child().wait_for_line("CN=one,");
    version("two");
    r.host->child().wait_for_line("CN=two,");
    CHECK(r.served_by() == "two");
}

TEST_CASE("tls: a CA is replaced in two steps, and the old one's clients are out after the second",
          "[integration]") {
    reloadable r;
    r.start();
    authority next{r.secured.folder().path() / "next", "flotta-ca"};
    const auto old_client = r.secured.ca().issue("old-client", edge_api_subject);
    const auto new_client = next.issue("new-client", edge_api_subject);
    CHECK(is_served(r.to(old_client)));
    CHECK_FALSE(is_served(r.to(new_client)));

    r.secured.folder().write("both.crt",
                             read_file(r.secured.ca().certificate()) + read_file(next.certificate()));
    r.copy(r.secured.folder().path() / "both.crt", "ca.crt");
    r.hang_up_until("new TLS files are in use");
    CHECK(is_served(r.to(old_client)));
    CHECK(is_served(r.to(new_client)));

    client still_there{r.to(old_client)};
    CHECK(still_there.request("GET", status_path).status == 404);
    r.copy(next.certificate(), "ca.crt");
    r.put(r.server("second")); // to have a line to wait for
    r.hang_up_until("CN=second,");
    CHECK_FALSE(is_served(r.to(old_client))); // what was remembered of it went with the old CA
    CHECK(is_served(r.to(new_client)));
    CHECK(still_there.request("GET", status_path).status == 404);
}

TEST_CASE("tls: a CRL that comes by reload locks out whom it names, and nobody else", "[integration]") {
    reloadable r;
    const auto stolen = r.secured.ca().issue("stolen", edge_api_subject);
    r.secured.ca().revoke("empty", {});
    fs::create_directories(r.live);
    r.copy(r.made / "empty.crl", "list.crl");
    r.start("1h", true);
    CHECK(is_served(r.to(stolen)));
    CHECK(is_served(r.to(stolen)));
    r.secured.ca().revoke("one", {stolen.certificate});
    r.copy(r.made / "one.crl", "list.crl");
    r.hang_up_until("new TLS files are in use");
    CHECK_FALSE(is_served(r.to(stolen)));
    CHECK_THAT(r.host->child().wait_for_line("handshake failed"), Catch::Contains("certificate revoked"));
    CHECK(is_served(r.edge_api()));
}

// Flotta's CA is not marked as one that signs CRLs, and gives its own serial number to the certificates
// of the Edge API.
TEST_CASE("tls: a CRL of Flotta's CA locks out the Edge API without locking out everybody", "[integration]") {
    reloadable r;
    fs::create_directories(r.live);
    authority flotta{r.secured.folder().path() / "flotta", "flotta-ca", false};
    auto twin = edge_api_subject;
    twin.serial = 1; // the CA's
    const auto stolen = flotta.issue("stolen", twin);
    const auto other = flotta.issue("other", edge_api_subject);
    r.copy(flotta.revoke("empty", {}), "list.crl");
    r.ca = flotta.certificate();
    r.start("1h", true);
    CHECK(is_served(r.to(stolen)));
    r.copy(flotta.revoke("one", {stolen.certificate}), "list.crl");
    r.hang_up_until("new TLS files are in use");
    CHECK_FALSE(is_served(r.to(stolen)));
    CHECK(is_served(r.to(other)));
}

TEST_CASE("tls: with CRLs, an intermediate that is taken back takes its clients with it", "[integration]") {
    reloadable r;
    fs::create_directories(r.live);
    auto& root = r.secured.ca();
    auto middle = root.subordinate("middle");
    auto client_of_middle = middle.issue("below", edge_api_subject);
    r.secured.folder().write("chain.crt",
                             read_file(client_of_middle.certificate) + read_file(middle.certificate()));
    client_of_middle.certificate = r.secured.folder().path() / "chain.crt";
    r.ca =
        r.secured.folder().write("both.crt", read_file(root.certificate()) + read_file(middle.certificate()));
    const auto lists = [&](const std::string& name, const std::vector<fs::path>& revoked) {
        return r.secured.folder().write(name, read_file(root.revoke(name, revoked)) +
                                                  read_file(middle.revoke("middle-" + name, {})));
    };
    r.copy(lists("none", {}), "list.crl");
    r.start("1h", true);
    CHECK(is_served(r.to(client_of_middle)));
    CHECK(is_served(r.edge_api()));
    r.copy(lists("some", {middle.certificate()}), "list.crl");
    r.hang_up_until("new TLS files are in use");
    CHECK_FALSE(is_served(r.to(client_of_middle)));
    CHECK(is_served(r.edge_api()));
}

TEST_CASE("tls: a CRL that ends while it is in use lets nobody in until there is a new one",
          "[integration]") {
    reloadable r;
    fs::create_directories(r.live);
    r.copy(r.secured.ca().revoke("short", {}, 3), "list.crl");
    r.start("1h", true);
    while (is_served(r.edge_api())) std::this_thread::sleep_for(std::chrono::milliseconds{50});
    CHECK_THAT(r.host->child().wait_for_line("CRL has expired"), Catch::Contains("handshake failed"));
    r.copy(r.secured.ca().revoke("next", {}), "list.crl");
    r.hang_up_until("new TLS files are in use");
    CHECK(is_served(r.edge_api()));
}

TEST_CASE("tls: files that do not fit change nothing and are told once", "[integration]") {
    reloadable r;
    r.start("10ms");
    const auto good = read_file(r.live / "server.crt");
    r.secured.folder().write("live/.broken", "nonsense");
    fs::rename(r.live / ".broken", r.live / "server.crt");
    const auto line = r.host->child().wait_for_line("the former ones stay in use");
    CHECK_THAT(line, Catch::Contains((r.live / "server.crt").string()) &&
                         Catch::Contains("is no usable PEM certificate chain"));
    for (int i = 0; i < 5; ++i) CHECK(r.served_by() == "first"); // checks go on meanwhile
    r.secured.folder().write("live/.good", good);
    fs::rename(r.live / ".good", r.live / "server.crt");
    r.host->child().wait_for_line("the TLS files are again those that are in use");
    const auto end = r.host->stop();
    CHECK(end.exit_code == 0);
    CHECK(count(end.errors, "the former ones stay in use") == 1);
}

TEST_CASE("tls: a handshake succeeds as Go's client does it, and gets no ticket", "[integration]") {
    reloadable r;
    r.start();
    auto to = r.edge_api();
    client talk{to};
    CHECK(talk.tls_version() == "TLSv1.3");
    CHECK(talk.alpn() == "http/1.1");
    CHECK(talk.request("GET", status_path).status == 404);
    CHECK_FALSE(talk.has_ticket());
}
