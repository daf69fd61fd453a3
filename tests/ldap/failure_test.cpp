// A directory that is away, mute, full or killed: devices keep what they run, nothing that was acknowledged
// is lost, and all is well again by itself.
#include "ldap/cutting_proxy.hpp"
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"
#include "support/small_disk.hpp"

#include <atomic>
#include <fstream>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* heartbeat = R"({"status":"up","version":"1"})";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// What devices meet while the directory cannot be asked.
void check_away(const ldap_host& host, edge_api_client& talk) {
    CHECK(eventually([&] { return contains(host.health(), "what others change is not seen"); }));
    CHECK(eventually([&] { return host.metric("store_age_seconds") >= 2; }));
    const auto refused = talk.enrol("plant-1", "pump-late");
    CHECK(refused.status == 503);
    CHECK_THAT(refused.body, Contains("message"));
    CHECK(talk.put_registration("plant-1", "pump-2", device_key{}.certificate_request("pump-2")).status ==
          503);
    CHECK(has_workload(talk, "pump-1", "web"));
    CHECK(talk.get_registration("pump-1").status == 200);
    CHECK(talk.get_playbooks("plant-1", "pump-1").status == 200);
    CHECK(talk.put_heartbeat("plant-1", "pump-1", heartbeat).status == 200);
}

// And once it is back: what was asked for can be had.
void check_back(const slapd& directory, const ldap_host& host, edge_api_client& talk) {
    const bool is_well = eventually([&] { return host.health() == "ok\n"; });
    CAPTURE(host.health());
    CHECK(is_well);
    CHECK(eventually([&] { return host.metric("store_age_seconds") < 2; }));
    CHECK(eventually([&] { return talk.enrol("plant-1", "pump-late").status == 201; }));
    CHECK(values_of(directory, device_dn(directory, "pump-late"), "edgeApproval") == "pending");
    approve(directory, "pump-late");
    CHECK(eventually([&] { return talk.get_registration("pump-late").status == 200; }));
    CHECK(has_workload(talk, "pump-1", "web"));
}

void make_fleet(const slapd& directory) {
    add_device(directory, "pump-1");
    add_device(directory, "pump-2");
    add_object(directory, "EdgeWorkload", "web", "edgeSpec", workload_spec("site=north", "example/web:1"));
}

void check_outage(const slapd& directory, ldap_host& host, const std::function<void()>& take_away,
                  const std::function<void()>& bring_back) {
    host.start();
    auto talk = host.connect();
    REQUIRE(talk.put_registration("plant-1", "pump-1", device_key{}.certificate_request("pump-1")).status ==
            200);
    REQUIRE(has_workload(talk, "pump-1", "web"));
    REQUIRE(eventually([&] { // its key is
        return contains(values_of(directory, device_dn(directory, "pump-1"), "edgeMembership"), "confirmed");
    }));
    REQUIRE(host.health() == "ok\n");
    take_away();
    check_away(host, talk);
    bring_back();
    check_back(directory, host, talk);
    CHECK(host.stop().exit_code == 0);
}

// Devices that join, one after the other on each of some threads, for as long as this lives.
class joining_devices {
public:
    explicit joining_devices(const ldap_host& host) {
        for (int number = 0; number < 3; ++number)
            threads_.emplace_back([this, &host, number] { run(host, number); });
    }
    ~joining_devices() { end(); }
    joining_devices(const joining_devices&) = delete;
    joining_devices& operator=(const joining_devices&) = delete;

    // Returns when so many more are in.
    bool wait_for(std::size_t more) const {
        const auto enough = joined_ + more;
        return eventually([&] { return joined_ >= enough; });
    }
    // The ids of those that were told that they are in, and who heard anything but success and 503.
    const std::vector<std::string>& end() {
        ending_ = true;
        for (auto& each : threads_) each.join();
        threads_.clear();
        return ids_;
    }
    bool surprised() const noexcept { return surprised_; }

private:
    void run(const ldap_host& host, int number) {
        const device_key key;
        auto talk = host.connect();
        for (int count = 0; !ending_; ++count) {
            const auto id = "box-" + std::to_string(number) + "-" + std::to_string(count);
            const auto request = key.certificate_request(id);
            const auto enrols = [&] { return talk.enrol("plant-1", id).status; };
            const auto registers = [&] { return talk.put_registration("plant-1", id, request).status; };
            if (!repeat(enrols) || !repeat(registers)) continue;
            const std::lock_guard held{mutex_};
            ids_.push_back(id);
            ++joined_;
        }
    }
    template <class Call>
    bool repeat(Call call) {
        unsigned status = 503;
        while (status == 503 && !ending_) status = call();
        surprised_ = surprised_ || (status != 200 && status != 201 && status != 503);
        return status < 300;
    }

    std::mutex mutex_;
    std::vector<std::string> ids_;
    std::atomic<std::size_t> joined_{0};
    std::atomic<bool> ending_{false};
    std::atomic<bool> surprised_{false};
    std::vector<std::thread> threads_;
};

void check_joined(const slapd& directory, const ldap_host& host, const std::vector<std::string>& ids) {
    const bool is_well = eventually([&] { return host.health() == "ok\n"; });
    CAPTURE(host.health());
    CHECK(is_well);
    const auto all = directory.search({"(objectClass=edgeDevice)", "edgeStatus"});
    auto talk = host.connect();
    for (const auto& id : ids) {
        CAPTURE(id);
        const auto entry = all.find(device_dn(directory, id) + "\n");
        REQUIRE(entry != std::string::npos);
        const auto next = all.find("\ndn: ", entry);
        CHECK_THAT(all.substr(entry, next - entry), Contains("registered"));
        CHECK(talk.get_configuration("plant-1", id).status == 200);
    }
}

} // namespace

TEST_CASE("failure: what was acknowledged is there, whenever connections are cut", "[.][outage]") {
    slapd directory{{.fast = true}};
    cutting_proxy network{directory.port()};
    ldap_host host{directory, {.url = network.url(), .options = {"approval: automatic"}}};
    host.start();
    joining_devices devices{host};
    for (int i = 0; i < 30; ++i) {
        REQUIRE(devices.wait_for(3));
        network.cut();
    }
    const auto& ids = devices.end();
    CHECK_FALSE(devices.surprised());
    check_joined(directory, host, ids);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("failure: what was acknowledged is there, whenever the directory is killed", "[.][outage]") {
    slapd directory;
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    joining_devices devices{host};
    for (int i = 0; i < 3; ++i) {
        REQUIRE(devices.wait_for(5));
        directory.kill();
        directory.start();
    }
    REQUIRE(devices.wait_for(5));
    const auto& ids = devices.end();
    CHECK_FALSE(devices.surprised());
    check_joined(directory, host, ids);
    CHECK(host.stop().exit_code == 0);
    host.start();
    check_joined(directory, host, ids);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("failure: a directory that is stopped, or mute", "[.][outage]") {
    const std::string by = GENERATE("sync", "poll");
    CAPTURE(by);
    slapd directory{{.fast = true}};
    make_fleet(directory);
    SECTION("stopped") {
        ldap_host host{directory, {.follow = by}};
        check_outage(
            directory, host, [&] { directory.stop(); }, [&] { directory.start(); });
    }
    SECTION("mute") {
        ldap_host host{directory, {.follow = by}};
        check_outage(
            directory, host, [&] { directory.pause(); }, [&] { directory.resume(); });
    }
}

TEST_CASE("failure: a network that holds everything, or resets all connections", "[.][outage]") {
    slapd directory{{.fast = true}};
    make_fleet(directory);
    cutting_proxy network{directory.port()};
    ldap_host host{directory, {.url = network.url()}};
    SECTION("holds") {
        check_outage(
            directory, host, [&] { network.hold(); }, [&] { network.release(); });
    }
    SECTION("resets") {
        check_outage(
            directory, host,
            [&] {
                network.refuse();
                network.cut();
            },
            [&] { network.admit(); });
    }
}

TEST_CASE("failure: what was acknowledged survives a directory that is killed, whoever starts first",
          "[.][outage]") {
    slapd directory;
    make_fleet(directory);
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    std::vector<std::string> enrolled;
    device_key key;
    {
        auto talk = host.connect();
        for (int i = 0; i < 20; ++i) {
            const auto id = "box-" + std::to_string(i);
            REQUIRE(talk.enrol("plant-1", id).status == 201);
            REQUIRE(talk.put_registration("plant-1", id, key.certificate_request(id)).status == 200);
            enrolled.push_back(id);
        }
    }
    directory.kill();
    CHECK(host.stop().exit_code == 0);

    host.start(); // nobody may be there who would start it again
    auto talk = host.connect();
    CHECK(eventually([&] { return contains(host.health(), "the store cannot be loaded yet"); }));
    CHECK_THAT(host.health(), Contains(directory.url()) && Contains("refused"));
    CHECK(talk.get_registration(enrolled.front()).status == 503);
    CHECK(talk.get_configuration("plant-1", enrolled.front()).status == 503);
    CHECK(talk.enrol("plant-1", "box-late").status == 503);

    directory.start();
    REQUIRE(eventually([&] { return talk.get_registration(enrolled.front()).status == 200; }));
    for (const auto& id : enrolled) {
        CHECK(talk.get_registration(id).status == 200);
        CHECK(talk.get_configuration("plant-1", id).status == 200);
    }
    const bool is_well = eventually([&] { return host.health() == "ok\n"; });
    CAPTURE(host.health());
    CHECK(is_well);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("failure: a directory with a full disk is read, and written again once there is room",
          "[.][outage]") {
    if (const auto why = small_disk::obstacle()) {
        std::cout << "SKIPPED: " << *why << "\n";
        return;
    }
    const temp_folder folder;
    small_disk disk{folder.path(), std::size_t{12} << 20U};
    slapd directory{{.data_folder = folder.path(), .data_bytes = 64ULL << 20U}};
    make_fleet(directory);
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    auto talk = host.connect();
    const device_key key;
    REQUIRE(talk.put_registration("plant-1", "pump-1", key.certificate_request("pump-1")).status == 200);
    const auto ballast = folder.path() / "of-others";
    {
        std::ofstream file{ballast};
        const std::string bytes(std::size_t{64} << 10U, 'x');
        while (file << bytes << std::flush) {
        }
    }
    std::vector<std::string> enrolled;
    // A small entry has room where a large one has none.
    for (const std::size_t size : {60'000U, 4'000U, 1U}) {
        CAPTURE(size);
        const auto hardware = R"({"hostname":")" + std::string(size, 'h') + R"("})";
        reply answer;
        for (int i = 0; i < 5000 && answer.status != 503; ++i) {
            const auto id = "box-" + std::to_string(size) + "-" + std::to_string(i);
            answer = talk.enrol("plant-1", id, hardware);
            if (answer.status == 201) enrolled.push_back(id);
        }
        REQUIRE(answer.status == 503);
    }
    CHECK(has_workload(talk, "pump-1", "web"));
    CHECK(talk.get_registration("pump-1").status == 200);
    CHECK(eventually([&] { return contains(host.health(), "degraded"); }));
    std::filesystem::remove(ballast);
    CHECK(eventually([&] { return talk.enrol("plant-1", "box-late").status < 300; }));
    const bool is_well = eventually([&] { return host.health() == "ok\n"; });
    CAPTURE(host.health());
    CHECK(is_well);
    for (const auto& id : enrolled)
        CHECK(values_of(directory, device_dn(directory, id), "edgeDeviceId") == id);
    CHECK(host.stop().exit_code == 0);
}
