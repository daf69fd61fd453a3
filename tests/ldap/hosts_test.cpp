// Several hosts on one directory, and administrators who write to it at the same time.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr int fleet_size = 12;

std::string box(int number) { return "box-" + std::to_string(number); }

struct two_hosts {
    two_hosts() {
        a.start();
        b.start();
    }
    void stop() {
        CHECK(a.stop().exit_code == 0);
        CHECK(b.stop().exit_code == 0);
    }
    // What hosts remember of a device, as the directory has it; in base64 where it has to be.
    std::string membership(const std::string& id) const {
        return values_of(directory, device_dn(directory, id), "edgeMembership");
    }

    slapd directory{{.fast = true}};
    ldap_host a{directory};
    ldap_host b{directory};
};

// How often each status was answered.
struct answers {
    std::atomic<int> good{0};
    std::atomic<int> refused{0};
    std::atomic<int> busy{0};
    std::atomic<int> other{0};

    unsigned note(const reply& answer) {
        (answer.status == 200   ? good
         : answer.status == 403 ? refused
         : answer.status == 503 ? busy
                                : other) += 1;
        return answer.status;
    }
};

} // namespace

TEST_CASE("hosts: what one of them is told, the other one knows", "[ldap]") {
    two_hosts both;
    auto at_a = both.a.connect();
    auto at_b = both.b.connect();
    REQUIRE(at_a.enrol("plant-1", "box-0").status == 201);
    CHECK(eventually([&] { return at_b.enrol("plant-1", "box-0").status == 201; }));
    approve(both.directory, "box-0");
    REQUIRE(eventually([&] { return at_a.get_registration("box-0").status == 200; }));
    const device_key key;
    REQUIRE(at_a.put_registration("plant-1", "box-0", key.certificate_request("box-0")).status == 200);
    // A call confirms the key, at whichever of them.
    CHECK(eventually([&] {
        return at_b.get_configuration("plant-1", "box-0").status == 200 &&
               both.membership("box-0").find("confirmed") != std::string::npos;
    }));
    CHECK(eventually([&] {
        return at_a.put_registration("plant-1", "box-0", device_key{}.certificate_request("box-0")).status ==
               403;
    }));
    CHECK(eventually([&] {
        return at_b.put_registration("plant-1", "box-0", device_key{}.certificate_request("box-0")).status ==
               403;
    }));
    CHECK(at_b.put_registration("plant-1", "box-0", key.certificate_request("box-0")).status == 200);
    both.stop();
}

TEST_CASE("hosts: keys that race at two of them are all in the directory if they were taken (R20)",
          "[ldap]") {
    two_hosts both;
    for (int i = 0; i < fleet_size; ++i) add_device(both.directory, box(i));
    auto at_a = both.a.connect();
    auto at_b = both.b.connect();
    for (int i = 0; i < fleet_size; ++i) {
        REQUIRE(eventually([&] {
            return at_a.get_registration(box(i)).status == 200 && at_b.get_registration(box(i)).status == 200;
        }));
    }

    // Devices of even numbers show the same key at both, the others another one at each.
    answers all;
    std::vector<device_key> keys_a(fleet_size);
    std::vector<device_key> keys_b(fleet_size);
    std::vector<std::atomic<int>> taken(fleet_size);
    const auto act = [&](const ldap_host& at, const std::vector<device_key>& keys, int odd) {
        auto talk = at.connect();
        for (int i = 0; i < fleet_size; ++i) {
            const auto& key =
                i % 2 == 0 ? keys_a[static_cast<std::size_t>(i)] : keys[static_cast<std::size_t>(i)];
            const auto request = key.certificate_request(box(i));
            for (int attempt = 0; attempt < 200; ++attempt) {
                const auto status = all.note(talk.put_registration("plant-1", box(i), request));
                if (status == 200) taken[static_cast<std::size_t>(i)] |= odd;
                if (status != 503) break;
            }
        }
    };
    std::thread one{[&] { act(both.a, keys_a, 1); }};
    std::thread two{[&] { act(both.b, keys_b, 2); }};
    one.join();
    two.join();
    CHECK(all.other == 0);
    CHECK(all.good >= fleet_size);

    // Each host says in the end what the directory says.
    const auto exported = [&](const ldap_host& host) { return host.edgeconf({"export"}).output; };
    const auto said = exported(both.a);
    for (int i = 0; i < fleet_size; ++i) {
        CAPTURE(box(i));
        CHECK_THAT(said, Contains("\"" + box(i) + "\""));
        auto talk_a = both.a.connect();
        auto talk_b = both.b.connect();
        const auto again = [&](edge_api_client& talk, const device_key& key) {
            unsigned status = 503;
            eventually([&] {
                status = talk.put_registration("plant-1", box(i), key.certificate_request(box(i))).status;
                return status != 503;
            });
            return status;
        };
        // A key that was taken is known at both: nothing is written for it.
        const auto n = static_cast<std::size_t>(i);
        if (taken[n] & 1) {
            CHECK(again(talk_a, keys_a[n]) == 200);
            CHECK(again(talk_b, keys_a[n]) == 200);
        }
        if (i % 2 == 0) {
            CHECK(talk_a.get_configuration("plant-1", box(i)).status == 200);
            CHECK(eventually([&] { return again(talk_a, device_key{}) == 403; }));
            CHECK(eventually([&] { return again(talk_b, device_key{}) == 403; }));
        }
    }
    both.stop();
}

TEST_CASE("hosts: an administrator's edits and the hosts' writes leave each other alone", "[ldap]") {
    two_hosts both;
    const device_key key;
    for (int i = 0; i < fleet_size; ++i) add_device(both.directory, box(i));
    auto at_a = both.a.connect();
    auto at_b = both.b.connect();
    REQUIRE(eventually([&] { return at_a.get_registration(box(fleet_size - 1)).status == 200; }));
    REQUIRE(eventually([&] { return at_b.get_registration(box(fleet_size - 1)).status == 200; }));

    std::atomic<bool> done{false};
    answers all;
    const auto act = [&](const ldap_host& at) {
        auto talk = at.connect();
        for (int i = 0; !done; i = (i + 1) % fleet_size) {
            // Each time with other hardware, so that there is something to write.
            const auto hardware = R"({"hostname":"h)" + std::to_string(all.good + all.busy) + R"("})";
            all.note(talk.put_registration("plant-1", box(i), key.certificate_request(box(i)), hardware));
        }
    };
    std::thread one{[&] { act(both.a); }};
    std::thread two{[&] { act(both.b); }};
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < fleet_size; ++i) {
            set_attribute(both.directory, device_dn(both.directory, box(i)), "edgeLabel",
                          "round=r" + std::to_string(round));
        }
    }
    done = true;
    one.join();
    two.join();
    CHECK(all.other == 0);
    CHECK(all.refused == 0);
    CHECK(all.good > 0);
    add_object(both.directory, "EdgeWorkload", "last", "edgeSpec",
               workload_spec("round=r4", "example/last:1"));
    for (int i = 0; i < fleet_size; ++i) {
        CAPTURE(box(i));
        CHECK(values_of(both.directory, device_dn(both.directory, box(i)), "edgeLabel") == "round=r4");
        CHECK(eventually([&] { return has_workload(at_a, box(i), "last"); }));
        CHECK(eventually([&] { return has_workload(at_b, box(i), "last"); }));
        CHECK(at_a.get_configuration("plant-1", box(i)).body ==
              at_b.get_configuration("plant-1", box(i)).body);
    }
    CHECK(eventually([&] { return both.a.metric("store_entries_left_out") == 0; }));
    CHECK(eventually([&] { return both.b.metric("store_entries_left_out") == 0; }));
    both.stop();
}
