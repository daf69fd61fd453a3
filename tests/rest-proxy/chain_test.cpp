// Hosts in a chain over mTLS: devices of a site whose data are kept in a centre.
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

namespace json = boost::json;

constexpr std::string_view heartbeat =
    R"({"events":null,"playbook-executions":null,"status":"up","version":"1","workloads":null})";

const std::vector<std::string>& stores() {
    static const std::vector<std::string> all{
        "  library: memory\n  options: {approval: automatic}\n",
        "  library: file\n  options: {database: centre.db, approval: automatic}\n",
    };
    return all;
}

// The provider section of a site. `tls` is JSON.
std::string asks(const std::string& centre, std::string_view tls) {
    return R"(  library: rest-proxy
  deadlines: {device: 1h}
  options: {deadline: 20s, connect-time: 10s, upstreams: [{url: "https://localhost)" +
           centre.substr(centre.rfind(':')) + R"(/api/flotta-backend/v1", tls: )" + std::string{tls} +
           "}]}\n";
}

// Two hosts with a PKI each; the site shows the centre a certificate of the centre's.
struct chain {
    secured_folder centre_folder;
    secured_folder site_folder;
    running_host centre;
    identity shown;
    running_host site;

    explicit chain(std::string_view store)
        : centre{centre_folder.folder(), centre_folder.configuration(store)},
          shown{centre_folder.ca().issue("site", {.common_name = "site-1", .dns = {"project-flotta.io"}})},
          site{site_folder.folder(), site_folder.configuration(asks(centre.device_address(), tls()))} {}

    std::string tls() const {
        return R"({"ca": ")" + (centre_folder.folder().path() / "tls/flotta-ca.crt").string() +
               R"(", "certificate": ")" + shown.certificate.string() + R"(", "key": ")" + shown.key.string() +
               "\"}";
    }
    target to_site() const { return site_folder.as_edge_api(site.device_address()); }
    bool stop() { return site.stop().exit_code == 0 && centre.stop().exit_code == 0; }
};

std::vector<std::filesystem::path> recorded_requests() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{EDGECONF_TEST_REQUESTS})
        if (entry.path().string().ends_with(".request.http")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string readiness(const running_host& host) {
    client watcher{{host.pages_address(), {}, {}, {}}};
    return watcher.request("GET", "/readyz").body;
}

} // namespace

TEST_CASE("chain: a device gets from enrolment to playbooks through two hosts", "[rest-proxy]") {
    chain hosts{stores()[GENERATE(0U, 1U)]};
    edge_api_client edge_api{hosts.to_site()};
    const device_key key;

    const auto unknown = edge_api.get_registration("press-7");
    CHECK(unknown.status == 404);
    CHECK(json::parse(unknown.body).at("status") == "unknown");
    CHECK(edge_api.get_configuration("plant-1", "press-7").status == 404);
    CHECK(edge_api.put_heartbeat("plant-1", "press-7", heartbeat).status == 404);
    CHECK(edge_api.put_registration("plant-1", "press-7", key.certificate_request("press-7")).status == 404);

    CHECK(edge_api.enrol("plant-1", "press-7").status == 201);
    CHECK(edge_api.enrol("plant-1", "press-7").status == 200);
    const auto status = edge_api.get_registration("press-7");
    CHECK(status.status == 200);
    CHECK(json::parse(status.body) == json::value{{"status", "registered"}, {"namespace", "plant-1"}});
    CHECK(edge_api.put_registration("plant-1", "press-7", key.certificate_request("press-7")).status == 200);

    const auto configuration = edge_api.get_configuration("plant-1", "press-7");
    REQUIRE(configuration.status == 200);
    CHECK(json::parse(configuration.body).at("device-configuration").at("device_id") == "press-7");
    edge_api_client directly{hosts.centre_folder.as_edge_api(hosts.centre.device_address())};
    CHECK(json::parse(configuration.body) ==
          json::parse(directly.get_configuration("plant-1", "press-7").body));

    CHECK(edge_api.put_heartbeat("plant-1", "press-7", heartbeat).status == 200);
    const auto playbooks = edge_api.get_playbooks("plant-1", "press-7");
    CHECK(playbooks.status == 200);
    CHECK(playbooks.body == "[]");
    CHECK(edge_api.put_heartbeat("plant-1", "press-7", R"({"workloads":7})").status == 400);
    CHECK(readiness(hosts.site) == "ok\n");
    CHECK(hosts.stop());
}

TEST_CASE("chain: recorded requests are answered as by one host: 201 first, then 200", "[rest-proxy]") {
    chain hosts{stores()[GENERATE(0U, 1U)]};
    const auto files = recorded_requests();
    REQUIRE(files.size() >= 9);
    for (const auto& file : files) {
        INFO(file);
        client edge_api{hosts.to_site()};
        const auto request = read_file(file);
        const auto given = edge_api.exchange(request);
        CHECK(given.status == (file == files.front() ? 201 : 200));
        const bool is_read = request.starts_with("GET");
        if (is_read && request.find("/registration ") != std::string::npos)
            CHECK(json::parse(given.body) == json::value{{"status", "registered"}, {"namespace", "plant-1"}});
        if (request.find("/configuration ") != std::string::npos)
            CHECK(json::parse(given.body).at("device-configuration").at("configuration").is_object());
        if (!is_read) CHECK(given.body.empty());
    }
    CHECK(hosts.stop());
}

TEST_CASE("chain: a site whose centre has gone serves what it knows", "[rest-proxy]") {
    chain hosts{stores().front()};
    edge_api_client edge_api{hosts.to_site()};
    CHECK(edge_api.enrol("plant-1", "press-7").status == 201);
    const auto before = edge_api.get_configuration("plant-1", "press-7");
    REQUIRE(before.status == 200);
    CHECK(hosts.centre.stop().exit_code == 0);
    CHECK(edge_api.put_heartbeat("plant-1", "press-7", heartbeat).status == 503);
    CHECK(edge_api.get_configuration("plant-1", "press-7").body == before.body);
    CHECK(edge_api.get_configuration("plant-1", "press-8").status == 503);
    CHECK(edge_api.enrol("plant-1", "press-8").status == 503);
    CHECK(eventually([&] { return readiness(hosts.site).find("is down") != std::string::npos; }));
    CHECK(hosts.site.stop().exit_code == 0);
}

TEST_CASE("chain: a centre answers no site that it cannot tell, or does not admit", "[rest-proxy]") {
    chain hosts{stores().front()};
    const auto ca = (hosts.centre_folder.folder().path() / "tls/flotta-ca.crt").string();
    const auto device =
        hosts.centre_folder.ca().issue("device", {.common_name = "press-7", .unit = "plant-1"});
    const auto with = [&](const identity& who) {
        return R"({"ca": ")" + ca + R"(", "certificate": ")" + who.certificate.string() + R"(", "key": ")" +
               who.key.string() + "\"}";
    };
    struct site {
        std::string tls;
        unsigned status;
    };
    const std::vector<site> sites{
        {R"({"ca": ")" + ca + "\"}", 503}, {with(hosts.site_folder.edge_api()), 503}, {with(device), 401}};
    for (const auto& s : sites) {
        INFO(s.tls);
        const secured_folder folder;
        running_host host{folder.folder(), folder.configuration(asks(hosts.centre.device_address(), s.tls))};
        edge_api_client edge_api{folder.as_edge_api(host.device_address())};
        const auto given = edge_api.get_configuration("plant-1", "press-7");
        CHECK(given.status == s.status);
        CHECK(!message_of(given).empty());
        CHECK(host.stop().exit_code == 0);
    }
    CHECK(hosts.stop());
}
