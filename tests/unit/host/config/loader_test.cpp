#include "unit/host/config/loaded.hpp"

using namespace edgeconf;
using namespace edgeconf::config;
using namespace std::chrono_literals;

namespace {

constexpr auto every_key = R"(
device-api:
  listen: 10.0.0.5:9443
  heartbeats: ignore
  fuse: {window: 15m, minimum: 0, percent: 100}
  tls:
    certificate: tls/server.crt
    private-key: /etc/keys/server.key
    client-ca: ../ca.crt
    admit-dns-names: [project-flotta.io, Edge.Example.com]
    crl: tls/list.crl
    check-interval: 30s
  limits:
    header-bytes: 32KiB
    header-count: 32
    body-bytes: 2MiB
    connections: 500
    connections-per-peer: 50
    handshake-time: 5s
    header-time: 6s
    body-time: 7000ms
    idle-time: 3m
    write-time: 1h
admin-api:
  socket: run/admin.sock
  listen: '[::1]:9444'
  tokens: tokens
  tls:
    certificate: a.crt
    private-key: a.key
    client-ca: admins.crt
  anonymous: viewer
observe:
  listen: unix:/run/edgeconf/observe.sock
  log: {level: debug, format: json}
provider:
  library: /usr/lib/edgeconf/acme.so
  sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  deadlines: {device: 500ms, administration: 5s, start: 2m, reconfigure: 90s, stop: 3s}
  workers: 8
  queue: 64
  options: {url: ldaps://directory}
threads: 3
shutdown-time: 20s
)";

} // namespace

TEST_CASE("loader: a file with every key gives exactly those settings", "[config][loader]") {
    const config_file file{every_key};
    const auto s = file.settings();
    const auto folder = file.folder().path();

    CHECK(s.file == file.path());
    CHECK(s.threads == 3);
    CHECK(s.shutdown_time == 20s);

    CHECK(s.device_api.listen == endpoint{"10.0.0.5", 9443, {}});
    CHECK(s.device_api.heartbeats_mode == heartbeats::ignore);
    CHECK(s.device_api.fuse.window == 15min);
    CHECK(s.device_api.fuse.minimum == 0);
    CHECK(s.device_api.fuse.percent == 100);
    REQUIRE(s.device_api.tls);
    CHECK(s.device_api.tls->certificate == folder / "tls/server.crt");
    CHECK(s.device_api.tls->private_key == "/etc/keys/server.key");
    CHECK(s.device_api.tls->client_ca == folder.parent_path() / "ca.crt");
    CHECK(s.device_api.tls->crl == folder / "tls/list.crl");
    CHECK(s.device_api.tls->check_interval == 30s);
    CHECK(s.device_api.tls->admit_dns_names ==
          std::vector<std::string>{"project-flotta.io", "Edge.Example.com"});
    CHECK(s.device_api.limits.header_bytes == 32 * 1024);
    CHECK(s.device_api.limits.header_count == 32);
    CHECK(s.device_api.limits.body_bytes == 2 * 1024 * 1024);
    CHECK(s.device_api.limits.connections == 500);
    CHECK(s.device_api.limits.connections_per_peer == 50);
    CHECK(s.device_api.limits.handshake_time == 5s);
    CHECK(s.device_api.limits.header_time == 6s);
    CHECK(s.device_api.limits.body_time == 7s);
    CHECK(s.device_api.limits.idle_time == 3min);
    CHECK(s.device_api.limits.write_time == 1h);

    REQUIRE(s.admin_api);
    CHECK(s.admin_api->socket == folder / "run/admin.sock");
    CHECK(s.admin_api->listen == endpoint{"::1", 9444, {}});
    CHECK(s.admin_api->tokens == folder / "tokens");
    REQUIRE(s.admin_api->tls);
    CHECK(s.admin_api->tls->certificate == folder / "a.crt");
    CHECK(s.admin_api->tls->private_key == folder / "a.key");
    CHECK(s.admin_api->tls->client_ca == folder / "admins.crt");
    CHECK(s.admin_api->anonymous == anonymous_role::viewer);

    CHECK(s.observe.listen == endpoint{"", 0, "/run/edgeconf/observe.sock"});
    CHECK(s.observe.log_level == observe::level::debug);
    CHECK(s.observe.log_format == observe::log_format::json);

    CHECK(s.provider.library == "/usr/lib/edgeconf/acme.so");
    CHECK(s.provider.sha256 == "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    CHECK(s.provider.deadlines.device == 500ms);
    CHECK(s.provider.deadlines.administration == 5s);
    CHECK(s.provider.deadlines.start == 2min);
    CHECK(s.provider.deadlines.reconfigure == 90s);
    CHECK(s.provider.deadlines.stop == 3s);
    CHECK(s.provider.workers == 8);
    CHECK(s.provider.queue == 64);
    CHECK(s.provider.options.at("url").as_string() == "ldaps://directory");
}

TEST_CASE("loader: what is left out keeps its default, also in a section that is empty", "[config][loader]") {
    const auto content = GENERATE(as<std::string>{}, minimal,
                                  "device-api: {listen: '127.0.0.1:8080', limits: }\n"
                                  "provider: {library: memory, deadlines: , options: }\n"
                                  "observe:\nadmin-api:\n",
                                  "device-api: {listen: '127.0.0.1:8080', limits: {}}\n"
                                  "provider: {library: memory, deadlines: {}, options: {}}\n"
                                  "observe: {log: {}}\n");
    INFO(content);
    const auto s = config_file{content}.settings();
    const settings untouched;
    CHECK_FALSE(s.device_api.tls);
    CHECK(s.device_api.heartbeats_mode == heartbeats::record);
    CHECK(s.device_api.fuse.minimum == untouched.device_api.fuse.minimum);
    CHECK(s.device_api.limits.header_bytes == untouched.device_api.limits.header_bytes);
    CHECK(s.device_api.limits.idle_time == untouched.device_api.limits.idle_time);
    CHECK(s.observe.listen == endpoint{"127.0.0.1", 9090, {}});
    CHECK(s.observe.log_level == observe::level::info);
    CHECK(s.observe.log_format == observe::log_format::text);
    CHECK(s.provider.deadlines.device == 800ms);
    CHECK(s.provider.workers == 4);
    CHECK(s.provider.queue == 1024);
    CHECK(s.provider.options.empty());
    CHECK(s.provider.sha256.empty());
    CHECK(s.threads == 0);
    CHECK(s.shutdown_time == 10s);
}

TEST_CASE("loader: without admin-api there is none, with an empty one its defaults", "[config][loader]") {
    CHECK_FALSE(config_file{minimal}.settings().admin_api);
    const auto empty = config_file{minimal + "admin-api: {}\n"}.settings();
    REQUIRE(empty.admin_api);
    CHECK_FALSE(empty.admin_api->socket);
    CHECK_FALSE(empty.admin_api->listen);
    CHECK(empty.admin_api->anonymous == anonymous_role::none);
}

TEST_CASE("loader: observe.listen none switches the pages off", "[config][loader]") {
    CHECK_FALSE(config_file{minimal + "observe: {listen: none}\n"}.settings().observe.listen);
}

TEST_CASE("loader: numbers may stand at their bounds", "[config][loader]") {
    const auto s =
        config_file{"device-api: {listen: '127.0.0.1:0', limits: {header-bytes: 1KiB, body-bytes: 1GiB, "
                    "connections: 1}}\nprovider: {library: memory, workers: 256, queue: 1000000}\n"
                    "threads: 128\nshutdown-time: 1ms\n"}
            .settings();
    CHECK(s.device_api.limits.header_bytes == 1024);
    CHECK(s.device_api.limits.body_bytes == 1U << 30);
    CHECK(s.device_api.limits.connections == 1);
    CHECK(s.provider.workers == 256);
    CHECK(s.provider.queue == 1'000'000);
    CHECK(s.threads == 128);
    CHECK(s.shutdown_time == 1ms);
}

TEST_CASE("loader: plain HTTP is served where only this machine can come from", "[config][loader]") {
    const auto listen =
        GENERATE(as<std::string>{}, "127.0.0.1:80", "localhost:80", "[::1]:80", "unix:/run/x.sock");
    const auto s = config_file{"device-api: {listen: '" + listen + "'}\n" + provider}.settings();
    CHECK(s.device_api.listen.is_local());
    CHECK_FALSE(s.device_api.tls);
}

TEST_CASE("loader: administration goes without TLS on a socket and, anonymous, on loopback",
          "[config][loader]") {
    CHECK(config_file{minimal + "admin-api: {socket: admin.sock}\n"}.settings().admin_api->socket);
    const auto demo =
        config_file{minimal + "admin-api: {listen: '127.0.0.1:1', anonymous: admin}\n"}.settings();
    CHECK(demo.admin_api->anonymous == anonymous_role::admin);
}

TEST_CASE("loader: relative paths start at the file's folder, whatever way leads to it", "[config][loader]") {
    const config_file file{minimal + "admin-api: {socket: ./x/../admin.sock}\n"};
    const auto roundabout = file.folder().path() / "nowhere/.." / "edgeconf.yaml";
    std::filesystem::create_directory(file.folder().path() / "nowhere");
    const auto loaded = load(roundabout);
    REQUIRE(loaded.has_value());
    CHECK(loaded->file == file.path());
    CHECK(loaded->admin_api->socket == file.folder().path() / "admin.sock");
}

TEST_CASE("loader: an option's place is the file's line and column, else its parent's", "[config][loader]") {
    const config_file file{device_api +
                           "provider:\n  library: memory\n  options:\n    users:\n      - name: a\n"
                           "        'a/b~c': 1\n"};
    const auto s = file.settings();
    const auto name = file.path().string();
    CHECK(place_of_option(s, "/users/0/name") == name + ":6:15");
    CHECK(place_of_option(s, "/users/0/a~1b~0c") == name + ":7:18");
    CHECK(place_of_option(s, "/users/0") == name + ":6:9");
    CHECK(place_of_option(s, "/users/0/absent/deeper") == name + ":6:9");
    CHECK(place_of_option(s, "/users/7") == name + ":6:7");
    CHECK(place_of_option(s, "/nothing") == name + ":5:5");
    CHECK(place_of_option(s, "") == name + ":5:5");
    CHECK(place_of_option(config_file{minimal}.settings(), "").find(":") == std::string::npos);
    CHECK(place_of_option(s, "no-pointer") == name);
}
