#include "unit/host/config/loaded.hpp"

#include <algorithm>
#include <cstdlib>

using namespace edgeconf;
using namespace edgeconf::config;
using Catch::Contains;
using Catch::StartsWith;

namespace {

struct mistake {
    std::string content;
    std::string place; // "LINE:COLUMN: KEY: "
    std::string said;
};

} // namespace

TEST_CASE("loader: every mistake is told with its place, its key and the remedy", "[config][loader]") {
    const auto m = GENERATE(values<mistake>({
        // keys
        {minimal + "observ: {}\n", "3:1: observ: ", "is not a known key; did you mean 'observe'?"},
        {minimal + "unheard-of: 1\n", "3:1: unheard-of: ", "is not a known key"},
        {minimal + "observe:\n  log: {levle: info}\n", "4:9: observe.log.levle: ", "did you mean 'level'?"},
        {minimal + "threads: 1\nthreads: 2\n", "4:1: threads: ", "is given twice"},
        {minimal + "observe:\n  log: {level: info, level: warn}\n",
         "4:22: observe.log.level: ", "is given twice"},
        {minimal + "[a, b]: 1\n", "3:1: (not a word): ", "is not a known key"},
        // types
        {minimal + "observe: [1]\n", "3:10: observe: ", "a mapping of keys is expected here"},
        {minimal + "observe: text\n", "3:10: observe: ", "a mapping of keys is expected here"},
        {minimal + "threads: [1]\n", "3:10: threads: ", "a single value is expected here"},
        {minimal + "threads: {}\n", "3:10: threads: ", "a single value is expected here"},
        {"device-api: {listen: '127.0.0.1:1'}\nprovider: {library: [memory]}\n",
         "2:21: provider.library: ", "a single value is expected here"},
        // durations
        {minimal + "shutdown-time: 10\n",
         "3:16: shutdown-time: ", "'10' is no time; write a number above 0 with ms, s"},
        {minimal + "shutdown-time: 0s\n", "3:16: shutdown-time: ", "as in 800ms"},
        {minimal + "shutdown-time: 1.5s\n", "3:16: shutdown-time: ", "'1.5s' is no time"},
        {minimal + "shutdown-time: -1s\n", "3:16: shutdown-time: ", "'-1s' is no time"},
        {minimal + "shutdown-time: 10 s\n", "3:16: shutdown-time: ", "'10 s' is no time"},
        {minimal + "shutdown-time: 1d\n", "3:16: shutdown-time: ", "'1d' is no time"},
        {minimal + "shutdown-time: s\n", "3:16: shutdown-time: ", "'s' is no time"},
        {minimal + "shutdown-time: 4294967296ms\n", "3:16: shutdown-time: ", "is no time"},
        {minimal + "shutdown-time: 8761h\n", "3:16: shutdown-time: ", "8760h"},
        // numbers and sizes
        {minimal + "threads: -1\n", "3:10: threads: ", "'-1' is not a whole number from 0 to 128"},
        {minimal + "threads: 129\n", "3:10: threads: ", "is not a whole number from 0 to 128"},
        {minimal + "threads: 1KiB\n", "3:10: threads: ", "'1KiB' is not a whole number"},
        {minimal + "threads: two\n", "3:10: threads: ", "'two' is not a whole number"},
        {minimal + "threads: ''\n", "3:10: threads: ", "is not a whole number"},
        {minimal + "threads: 99999999999999999999\n", "3:10: threads: ", "is not a whole number"},
        {"device-api:\n  listen: 127.0.0.1:1\n  limits: {body-bytes: 1MB}\n" + provider,
         "3:24: device-api.limits.body-bytes: ", "(KiB, MiB or GiB may follow it)"},
        {"device-api:\n  listen: 127.0.0.1:1\n  limits: {header-bytes: 1023}\n" + provider,
         "3:26: device-api.limits.header-bytes: ", "from 1024 to 1048576"},
        {"device-api:\n  listen: 127.0.0.1:1\n  limits: {body-bytes: 18014398509481984KiB}\n" + provider,
         "3:24: device-api.limits.body-bytes: ", "is not a whole number"},
        {"device-api:\n  listen: 127.0.0.1:1\n  limits: {connections: 0}\n" + provider,
         "3:25: device-api.limits.connections: ", "from 1 to 1000000"},
        // words and addresses
        {minimal + "observe: {log: {level: loud}}\n",
         "3:24: observe.log.level: ", "'loud' is not one of trace, debug, info, warn, error"},
        {minimal + "observe: {log: {format: xml}}\n",
         "3:25: observe.log.format: ", "is not one of text, json"},
        {"device-api: {listen: '127.0.0.1:1', heartbeats: off}\n" + provider,
         "1:49: device-api.heartbeats: ", "is not one of record, ignore"},
        {minimal + "observe: {listen: example.com:1}\n", "3:19: observe.listen: ", "write ADDRESS:PORT"},
        {minimal + "observe: {listen: None}\n", "3:19: observe.listen: ", "has no port"},
        // what belongs together
        {"device-api: {listen: '0.0.0.0:8443'}\n" + provider, "1:13: device-api.tls: ",
         "plain HTTP is served only on a loopback address or a Unix socket, not on 0.0.0.0:8443"},
        {"device-api:\n" + provider, "1:1: device-api.tls: ", "not on 0.0.0.0:8443"},
        {"device-api: {tls: {private-key: k, client-ca: c, admit-dns-names: [a]}}\n" + provider,
         "1:19: device-api.tls.certificate: ", "is missing: the server's certificate chain (PEM)"},
        {"device-api: {tls: {certificate: k, client-ca: c, admit-dns-names: [a]}}\n" + provider,
         "1:19: device-api.tls.private-key: ", "is missing"},
        {"device-api: {tls: {certificate: k, private-key: c, admit-dns-names: [a]}}\n" + provider,
         "1:19: device-api.tls.client-ca: ", "is missing"},
        {"device-api: {tls: {certificate: k, private-key: c, client-ca: d}}\n" + provider,
         "1:19: device-api.tls.admit-dns-names: ", "as in [project-flotta.io]"},
        {"device-api: {tls: {certificate: k, private-key: c, client-ca: d, admit-dns-names: []}}\n" +
             provider,
         "1:83: device-api.tls.admit-dns-names: ", "is missing"},
        {"device-api: {tls: {certificate: k, private-key: c, client-ca: d, admit-dns-names: ['*.a.b']}}\n" +
             provider,
         "1:83: device-api.tls.admit-dns-names: ", "wildcards are not taken"},
        {"device-api: {tls: {certificate: k, private-key: c, client-ca: d, admit-dns-names: [.a]}}\n" +
             provider,
         "1:83: device-api.tls.admit-dns-names: ", "is no DNS name"},
        {"device-api: {tls: {certificate: '', private-key: c, client-ca: d, admit-dns-names: [a]}}\n" +
             provider,
         "1:33: device-api.tls.certificate: ", "a path is expected here"},
        {minimal + "admin-api: {listen: '127.0.0.1:1'}\n",
         "3:12: admin-api.tls: ", "administration over TCP needs TLS"},
        {minimal +
             "admin-api: {listen: '10.0.0.1:1', anonymous: viewer, tls: {certificate: a, private-key: b}}\n",
         "3:46: admin-api.anonymous: ", "only where listen is a loopback address"},
        {minimal + "admin-api: {socket: s, anonymous: admin}\n", "3:35: admin-api.anonymous: ", "loopback"},
        {minimal + "admin-api: {socket: s, tls: {certificate: a, private-key: b, crl: c}}\n",
         "3:67: admin-api.tls.crl: ", "needs client-ca"},
        {minimal + "admin-api: {socket: s, tokens: t}\n", "3:32: admin-api.tokens: ", "need tls"},
        {minimal + "admin-api: {socket: s, anonymous: root}\n",
         "3:35: admin-api.anonymous: ", "is not one of none, viewer, approver, admin"},
        // the provider
        {device_api + "provider: {library: ./memory.so}\n",
         "2:21: provider.library: ", "neither a provider's name"},
        {device_api + "provider: {}\n", "2:11: provider.library: ", "as in memory, or the absolute path"},
        {device_api + "provider:\n", "2:1: provider.library: ", "is missing"},
        {device_api + "provider: {library: memory, sha256: ABC}\n",
         "2:37: provider.sha256: ", "64 lower-case hex"},
        {device_api + "provider: {library: memory, workers: 0}\n",
         "2:38: provider.workers: ", "from 1 to 256"},
        {device_api + "provider: {library: memory, deadlines: {stop: never}}\n",
         "2:47: provider.deadlines.stop: ", "is no time"},
        {device_api, "1:1: provider: ", "is missing: who answers, as in provider: {library: memory}"},
        {provider, "1:1: device-api: ", "is missing: where devices are served"},
        // tags
        {minimal + "threads: !env EDGECONF_TEST_IS_NOT_SET\n",
         "3:10: threads: ", "no variable EDGECONF_TEST_IS_NOT_SET"},
        {minimal + "threads: !fiel x\n",
         "3:10: threads: ", "the tag '!fiel' is not known; there are !file PATH and !env"},
    }));
    INFO(m.content);
    // A value that could not be read may leave a second complaint behind; the first has the place.
    const auto said = config_file{m.content}.complaints();
    const auto at_place = [&] {
        for (const auto& line : said)
            if (line.find(":" + m.place) != std::string::npos) return line;
        return said.front();
    }();
    CHECK_THAT(at_place, Contains("/edgeconf.yaml:" + m.place));
    CHECK_THAT(at_place, Contains(m.said));
}

TEST_CASE("loader: a single mistake makes a single line", "[config][loader]") {
    CHECK_THAT(config_file{minimal + "threads: many\n"}.complaint(), StartsWith("3:10: threads: "));
    CHECK_THAT(config_file{minimal + "observ: {}\n"}.complaint(), StartsWith("3:1: observ: "));
    CHECK_THAT(config_file{"device-api: {listen: '0.0.0.0:1'}\n" + provider}.complaint(),
               StartsWith("1:13: "));
}

TEST_CASE("loader: one run names every mistake", "[config][loader]") {
    const auto said =
        config_file{"device-api:\n  listen: nowhere\n  heartbeat: record\n  limits: {idle-time: soon}\n"
                    "observe: {log: {level: loud}}\nprovider: {library: a/b, workers: 999}\nthread: 1\n"}
            .complaints();
    std::string all;
    for (const auto& line : said) all += line + "\n";
    for (const auto* key : {"device-api.listen", "device-api.heartbeat:", "device-api.limits.idle-time",
                            "observe.log.level", "provider.library", "provider.workers", "thread:"})
        CHECK_THAT(all, Contains(key));
    CHECK(said.size() == 8); // and device-api.tls, since the default address is not local
}

TEST_CASE("loader: a file that cannot be read is told so", "[config][loader]") {
    const scratch_folder folder;
    const auto missing = load(folder.path() / "absent.yaml");
    REQUIRE(missing.has_error());
    REQUIRE(missing.error().lines.size() == 1);
    CHECK_THAT(missing.error().lines[0], Contains("absent.yaml: cannot be read: No such file"));

    const auto directory = load(folder.path());
    REQUIRE(directory.has_error());
    REQUIRE(directory.error().lines.size() == 1);
    CHECK_THAT(directory.error().lines[0], Contains("cannot be read: Is a directory"));
}

TEST_CASE("loader: what is no YAML is told with its place", "[config][loader]") {
    CHECK_THAT(config_file{"device-api:\n  listen: [1\n"}.complaint(), Contains("not valid YAML"));
    CHECK_THAT(config_file{"a: b: c\n"}.complaint(), StartsWith("1:5: not valid YAML"));
    CHECK_THAT(config_file{"a: *nothing\n"}.complaint(), Contains("not valid YAML"));
}

TEST_CASE("loader: a file without content lacks everything", "[config][loader]") {
    const auto content = GENERATE(as<std::string>{}, "", "# only a comment\n", "---\n", "{}\n", "~\n");
    INFO(content);
    const auto said = config_file{content}.complaints();
    REQUIRE(said.size() == 2);
    CHECK_THAT(said[0], Contains("device-api: is missing"));
    CHECK_THAT(said[1], Contains("provider: is missing"));
}

TEST_CASE("loader: a list is no configuration", "[config][loader]") {
    CHECK_THAT(config_file{"- a\n"}.complaints().front(), Contains("a mapping of keys is expected here"));
}

TEST_CASE("loader: a second document is not passed over", "[config][loader]") {
    CHECK_THAT(config_file{minimal + "---\nthreads: 2\n"}.complaint(), Contains("second document"));
}

TEST_CASE("loader: the end of a document may be written", "[config][loader]") {
    CHECK(config_file{"---\n" + minimal + "...\n"}.settings().provider.library == "memory");
    CHECK(config_file{"%YAML 1.2\n---\n" + minimal + "# the end\n"}.settings().provider.library == "memory");
}

// yaml-cpp looks no further than the comma, and again finds a document there.
TEST_CASE("loader: what stands behind a stray comma is not passed over", "[config][loader]") {
    CHECK_THAT(config_file{"," + minimal}.complaints().front(),
               Contains(":1:1: a second document begins here"));
}

TEST_CASE("loader: nesting without end is refused", "[config][loader]") {
    CHECK_THAT(config_file{"a: " + std::string(100'000, '[')}.complaint(), Contains("not valid YAML"));
    CHECK_THAT(config_file{"a: " + std::string(100'000, '{')}.complaint(), Contains("not valid YAML"));
}

TEST_CASE("loader: bytes that are no text end in a verdict", "[config][loader]") {
    const auto content =
        GENERATE(as<std::string>{}, "\xff\xfe", "\xef\xbb\xbf", "a: \xff\n", "\x80: 1\n", "\x01");
    CHECK_FALSE(config_file{content}.complaints().empty());
    CHECK_FALSE(config_file{std::string{"a\0b: 1\n", 7}}.complaints().empty());
}

TEST_CASE("loader: what came from a file or the environment is in no complaint", "[config][loader]") {
    setenv("EDGECONF_TEST_SECRET", "hush", 1);
    const auto key =
        GENERATE(as<std::string>{}, "threads: ", "shutdown-time: ", "observe: {listen: ",
                 "observe: {log: {level: ", "admin-api: {socket: s, anonymous: ", "admin-api: {listen: ");
    const auto tagged = GENERATE(as<std::string>{}, "!env EDGECONF_TEST_SECRET", "!file secret");
    config_file file{minimal + key + tagged +
                     std::string(static_cast<std::size_t>(std::count(key.begin(), key.end(), '{')), '}') +
                     "\n"};
    file.folder().write("secret", "hush\n");
    INFO(key << tagged);
    const auto said = file.complaints();
    CHECK_FALSE(said.empty());
    for (const auto& line : said) CHECK_THAT(line, !Contains("hush"));
    unsetenv("EDGECONF_TEST_SECRET");
}

// `private-key: !file server.key` would make the key itself a path, and the path part of a message.
TEST_CASE("loader: a path is not read from a file", "[config][loader]") {
    config_file file{"device-api: {tls: {certificate: c, private-key: !file server.key, client-ca: a, "
                     "admit-dns-names: [a]}}\n" +
                     provider};
    file.folder().write("server.key", "hush\n");
    const auto said = file.complaints();
    CHECK_THAT(said.front(),
               Contains("device-api.tls.private-key: a path is expected here, not the content of a file"));
    for (const auto& line : said) CHECK_THAT(line, !Contains("hush"));
}

TEST_CASE("loader: the environment may name a path", "[config][loader]") {
    setenv("EDGECONF_TEST_PATH", "/run/secrets/admin.sock", 1);
    const auto s = config_file{minimal + "admin-api: {socket: !env EDGECONF_TEST_PATH}\n"}.settings();
    CHECK(s.admin_api->socket == "/run/secrets/admin.sock");
    unsetenv("EDGECONF_TEST_PATH");
}
