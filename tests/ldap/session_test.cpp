#include "ldap/session.hpp"

#include "ldap/cutting_proxy.hpp"
#include "ldap/slapd.hpp"

#include "ldap/escaping.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace edgeconf::ldap;
using namespace std::chrono_literals;
using Catch::Contains;
namespace test = edgeconf::test;

namespace {

// RFC 4511.
constexpr int success = 0;
constexpr int size_limit_exceeded = 4;
constexpr int confidentiality_required = 13;
constexpr int no_such_object = 32;
constexpr int invalid_credentials = 49;
constexpr int already_exists = 68;
constexpr int assertion_failed = 122;

bind_settings by_password(const test::temp_folder& folder, const test::caller& who) {
    return {bind_method::simple, who.dn, folder.write("password", who.password + "\n")};
}

connection_settings settings_for(std::vector<std::string> urls, bind_settings bind) {
    connection_settings made;
    made.urls = std::move(urls);
    made.bind = std::move(bind);
    made.connect_timeout = 20s;
    made.operation_timeout = 20s;
    return made;
}

template <class Call>
directory_problem problem_of(Call call) {
    try {
        call();
    } catch (const directory_problem& problem) {
        return problem;
    }
    FAIL("it does not throw");
    std::abort();
}

directory_problem refusal(const connection_settings& settings) {
    return problem_of([&] { const session made{settings}; });
}

// For any id: slapd.hpp's is for those that are names in a DN as they are.
std::string escaped_dn(const test::slapd& directory, const std::string& id) {
    return child("edgeDeviceId", id, "ou=devices," + directory.base());
}

write_request addition(const test::slapd& directory, const std::string& id) {
    return {write_request::kind::add,
            escaped_dn(directory, id),
            {{modification::kind::add, "objectClass", {"edgeDevice", "edgeDeviceState"}},
             {modification::kind::add, "edgeDeviceId", {id}}},
            {}};
}

write_request relabelling(const test::slapd& directory, const std::string& id, const std::string& label) {
    return {write_request::kind::modify,
            escaped_dn(directory, id),
            {{modification::kind::replace, "edgeLabel", {label}}},
            {}};
}

void add_devices(session& by, const test::slapd& directory, int count) {
    std::vector<write_request> all;
    for (int i = 0; i < count; ++i) all.push_back(addition(directory, "d" + std::to_string(i)));
    for (const auto& result : by.write(all)) REQUIRE(result.code == success);
}

search_request devices(const test::slapd& directory) {
    return {.base = "ou=devices," + directory.base(),
            .filter = "(objectClass=edgeDevice)",
            .attributes = {"edgeDeviceId", "entryUUID"}};
}

// Whether each of the process's threads is stopped.
bool is_stopped(pid_t id) {
    for (const auto& thread : std::filesystem::directory_iterator{fmt::format("/proc/{}/task", id)}) {
        const auto state = test::read_file(thread.path() / "stat");
        if (state.at(state.rfind(')') + 2) != 'T') return false;
    }
    return true;
}

// A directory and the hosts' account in it.
struct bench {
    test::slapd directory{{.fast = true}};
    test::temp_folder folder;

    connection_settings to(std::vector<std::string> urls) const {
        return settings_for(std::move(urls), by_password(folder, directory.host()));
    }
    session connect() const { return session{to({directory.url()})}; }

    // SIGSTOP takes its time with many threads.
    void pause() const {
        directory.pause();
        const bool stands = test::eventually([&] { return is_stopped(directory.id()); });
        CHECK(stands);
    }
};

} // namespace

TEST_CASE("session: every way to bind is one to write", "[ldap][session]") {
    bench with;
    auto& directory = with.directory;
    const auto ca = directory.ca().certificate();
    const auto& own = directory.host_identity();
    const tls_settings with_certificate{
        .start_tls = false, .ca_file = ca, .certificate = own.certificate, .key = own.key};
    std::vector<connection_settings> ways;
    ways.push_back(with.to({directory.url()}));
    ways.push_back(with.to({directory.tls_url()}));
    ways.back().tls.ca_file = ca;
    ways.push_back(with.to({directory.url()}));
    ways.back().tls = {.start_tls = true, .ca_file = ca, .certificate = {}, .key = {}};
    ways.push_back(with.to({directory.socket_url()}));
    ways.push_back(settings_for({directory.socket_url()}, {}));
    ways.push_back(settings_for({directory.tls_url()}, {}));
    ways.back().tls = with_certificate;
    ways.push_back(settings_for({directory.url()}, {}));
    ways.back().tls = with_certificate;
    ways.back().tls.start_tls = true;
    for (std::size_t i = 0; i < ways.size(); ++i) {
        CAPTURE(i);
        session bound{ways[i]};
        CHECK(bound.url() == ways[i].urls[0]);
        bound.probe();
        const auto one = addition(directory, "w" + std::to_string(i));
        const auto results = bound.write({&one, 1});
        REQUIRE(results.size() == 1);
        CHECK(results[0].what == "");
        CHECK(results[0].code == success);
    }
}

TEST_CASE("session: a certificate has to be of the authority, and for the URL's host", "[ldap][session]") {
    bench with;
    test::authority other{with.folder.path(), "other"};
    auto to = with.to({with.directory.tls_url()});
    to.tls.ca_file = other.certificate();
    CHECK_THAT(refusal(to).what(),
               Contains(with.directory.tls_url() + ": no TLS: ") && Contains("certificate"));
    to.tls.ca_file.clear(); // the system's
    CHECK_THAT(refusal(to).what(), Contains("no TLS: "));
    to.tls.ca_file = with.directory.ca().certificate();
    CHECK_NOTHROW(session{to});
    const auto elsewhere =
        with.directory.ca().issue("elsewhere", {.common_name = "127.0.0.1", .dns = {"elsewhere.example"}});
    REQUIRE(with.directory
                .try_modify("dn: cn=config\nchangetype: modify\nreplace: olcTLSCertificateFile\n"
                            "olcTLSCertificateFile: " +
                                elsewhere.certificate.string() +
                                "\n-\nreplace: olcTLSCertificateKeyFile\nolcTLSCertificateKeyFile: " +
                                elsewhere.key.string() + "\n",
                            with.directory.configurator())
                .exit_code == 0);
    with.directory.stop();
    with.directory.start();
    CHECK_THAT(refusal(to).what(), Contains("no TLS: the certificate is not for 127.0.0.1"));
}

TEST_CASE("session: EXTERNAL without a certificate is refused, and is not anonymous", "[ldap][session]") {
    bench with;
    auto to = settings_for({with.directory.tls_url()}, {});
    to.tls.ca_file = with.directory.ca().certificate();
    CHECK_THAT(refusal(to).what(), Contains("refuses SASL EXTERNAL"));
}

TEST_CASE("session: a wrong password is told without it", "[ldap][session]") {
    bench with;
    const auto to = settings_for({with.directory.url()},
                                 by_password(with.folder, {with.directory.host_dn(), "open sesame"}));
    const auto problem = refusal(to);
    CHECK(problem.code() == invalid_credentials);
    CHECK_THAT(problem.what(), Contains(with.directory.host_dn()) && Contains("Invalid credentials (49)") &&
                                   !Contains("sesame"));
}

TEST_CASE("session: the password is read at each bind", "[ldap][session]") {
    bench with;
    const auto to = with.to({with.directory.url()});
    CHECK_NOTHROW(session{to});
    with.folder.write("password", "another");
    CHECK(refusal(to).code() == invalid_credentials);
}

TEST_CASE("session: a directory that requires TLS is told of, and is content with StartTLS",
          "[ldap][session]") {
    test::slapd directory{
        {.fast = true,
         .configuration = "dn: cn=config\nchangetype: modify\nreplace: olcSecurity\nolcSecurity: ssf=64\n"}};
    const test::temp_folder folder;
    auto to = settings_for({directory.url()}, by_password(folder, directory.host()));
    CHECK(refusal(to).code() == confidentiality_required);
    to.tls = {.start_tls = true, .ca_file = directory.ca().certificate(), .certificate = {}, .key = {}};
    CHECK_NOTHROW(session{to}.probe());
}

TEST_CASE("session: the second URL is used where the first is not", "[ldap][session]") {
    bench with;
    test::slapd first{{.syncprov = false, .fast = true}};
    const auto to = with.to({first.url(), with.directory.url()});
    CHECK(session{to}.index() == 0);
    first.kill();
    CHECK(session{to}.index() == 1);
    CHECK(session{to, 1}.index() == 1);
    with.directory.kill();
    CHECK_THAT(refusal(to).what(),
               Catch::StartsWith(first.url() + ": ") && Contains("; " + with.directory.url() + ": "));
}

TEST_CASE("session: a search in pages gives all entries, each once", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 1200);
    for (const std::size_t page_size : {100U, 500U, 1200U, 5000U}) {
        std::set<std::string> found;
        std::set<entry_id> ids;
        by.search(devices(with.directory), page_size, [&](entry&& device) {
            found.emplace(device.value("edgedeviceid"));
            ids.insert(device.id());
            CHECK_FALSE(device.has("objectClass"));
        });
        CHECK(found.size() == 1200);
        CHECK(ids.size() == 1200);
        CHECK(ids.count(entry_id{}) == 0);
    }
    std::string cookie;
    std::size_t count = 0;
    by.search_page(devices(with.directory), 100, cookie, [&](entry&&) { ++count; });
    CHECK(count == 100);
    CHECK_FALSE(cookie.empty());
}

TEST_CASE("session: what a taker throws ends the search and not the session", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 300);
    int taken = 0;
    CHECK_THROWS_AS(by.search(devices(with.directory), 100,
                              [&](entry&&) {
                                  if (++taken == 150) throw std::out_of_range{"enough"};
                              }),
                    std::out_of_range);
    int all = 0;
    by.search(devices(with.directory), 100, [&](entry&&) { ++all; });
    CHECK(all == 300);
}

TEST_CASE("session: a limit of the server's is told with its remedy", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 600);
    session limited{
        settings_for({with.directory.url()}, by_password(with.folder, with.directory.administrator()))};
    const auto problem = problem_of([&] { limited.search(devices(with.directory), 100, [](entry&&) {}); });
    CHECK(problem.code() == size_limit_exceeded);
    CHECK_FALSE(session::lost(problem));
    CHECK_THAT(problem.what(),
               Contains(with.directory.url() + ": search below ou=devices," + with.directory.base()) &&
                   Contains("Size limit exceeded (4)") && Contains("raise them"));
    limited.probe();
}

TEST_CASE("session: what is not there is nothing to read, and no base", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    CHECK_FALSE(by.read(device_dn(with.directory, "none"), {}).has_value());
    auto request = devices(with.directory);
    request.base = device_dn(with.directory, "none");
    CHECK(problem_of([&] { by.search(request, 100, [](entry&&) {}); }).code() == no_such_object);
    const auto unit = by.read("ou=devices," + with.directory.base(), {"*", "entryUUID"});
    REQUIRE(unit.has_value());
    CHECK(unit->is_a("organizationalunit"));
    CHECK(unit->id() != entry_id{});
}

TEST_CASE("session: values are octets", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    std::string octets(70'000, '\0');
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<char>(i * 7);
    auto device = addition(with.directory, "a");
    device.changes.push_back({modification::kind::add, "edgeHardware", {octets}});
    CHECK(by.write({&device, 1}).at(0).code == success);
    const auto read = by.read(device.dn, {"edgeHardware"});
    REQUIRE(read.has_value());
    const bool same = read->value("edgeHardware") == octets;
    CHECK(same);
}

TEST_CASE("session: a name that no administrator would choose is one entry", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    for (const std::string id : {"a,ou=objects", "#1", "*)(objectClass=*", "\"q\"", "a+b=c", "\xc3\xa9\\"}) {
        CAPTURE(id);
        const auto device = addition(with.directory, id);
        CHECK(by.write({&device, 1}).at(0).code == success);
        auto request = devices(with.directory);
        request.filter = equals("edgeDeviceId", id);
        int found = 0;
        by.search(request, 10, [&](entry&& only) {
            ++found;
            CHECK(only.value("edgeDeviceId") == id);
        });
        CHECK(found == 1);
    }
}

TEST_CASE("session: results of writes are in the order of the requests", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 1);
    std::vector<write_request> requests;
    for (int i = 0; i < 200; ++i) requests.push_back(addition(with.directory, "n" + std::to_string(i)));
    requests[77] = relabelling(with.directory, "absent", "a=b");
    requests[150] = addition(with.directory, "d0");
    const auto results = by.write(requests);
    REQUIRE(results.size() == requests.size());
    for (int i = 0; i < 200; ++i) {
        CAPTURE(i, results[static_cast<std::size_t>(i)].what);
        CHECK(results[static_cast<std::size_t>(i)].code == (i == 77    ? no_such_object
                                                            : i == 150 ? already_exists
                                                                       : success));
    }
    std::vector<write_request> removals;
    for (int i = 0; i < 200; ++i)
        removals.push_back({write_request::kind::remove, requests[static_cast<std::size_t>(i)].dn, {}, {}});
    CHECK(by.write(removals).at(77).code == no_such_object);
    int left = 0;
    by.search(devices(with.directory), 100, [&](entry&&) { ++left; });
    CHECK(left == 0);
    CHECK(by.write({}).empty());
}

TEST_CASE("session: a write with an assertion is done where that holds", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 1);
    auto first = relabelling(with.directory, "d0", "a=1");
    first.assertion = "(!(edgeLabel=*))";
    CHECK(by.write({&first, 1}).at(0).code == success);
    CHECK(by.write({&first, 1}).at(0).code == assertion_failed);
    auto wrong = first;
    wrong.assertion = "(";
    CHECK_FALSE(session::lost(problem_of([&] { by.write({&wrong, 1}); })));
}

TEST_CASE("session: large values come and go over TLS", "[ldap][session]") {
    bench with;
    auto to = with.to({with.directory.tls_url()});
    to.tls.ca_file = with.directory.ca().certificate();
    session by{to};
    add_devices(by, with.directory, 40);
    const std::string large(200'000, 'x');
    std::vector<write_request> changes;
    for (int i = 0; i < 40; ++i) {
        changes.push_back(relabelling(with.directory, "d" + std::to_string(i), "a=b"));
        changes.back().changes.push_back({modification::kind::replace, "edgeSpec", {large}});
    }
    for (const auto& result : by.write(changes)) CHECK(result.code == success);
    auto request = devices(with.directory);
    request.attributes = {"edgeSpec"};
    std::size_t octets = 0;
    by.search(request, 40, [&](entry&& device) { octets += device.value("edgeSpec").size(); });
    CHECK(octets == 40 * large.size());
}

TEST_CASE("session: a directory that dies in the midst of a search is lost", "[ldap][session]") {
    bench with;
    auto by = with.connect();
    add_devices(by, with.directory, 300);
    bool alive = true;
    const auto problem = problem_of([&] {
        by.search(devices(with.directory), 10, [&](entry&&) {
            if (std::exchange(alive, false)) with.directory.kill();
        });
    });
    CHECK(session::lost(problem));
    CHECK(session::lost(problem_of([&] { by.probe(); })));
    with.directory.start();
    CHECK(session::lost(problem_of([&] { by.probe(); })));
}

TEST_CASE("session: a directory that dies in the midst of writes is lost", "[ldap][session]") {
    bench with;
    test::cutting_proxy network{with.directory.port()};
    session by{with.to({network.url()})};
    std::vector<write_request> requests;
    for (int i = 0; i < 500; ++i) requests.push_back(addition(with.directory, "d" + std::to_string(i)));
    network.hold(test::cutting_proxy::way::out);
    auto killed = std::async(std::launch::async, [&] {
        const bool begun = test::eventually([&] {
            return with.directory.search({"(edgeDeviceId=d0)"}).find("edgeDeviceId: d0") != std::string::npos;
        });
        with.directory.kill();
        network.cut();
        return begun;
    });
    CHECK(session::lost(problem_of([&] { by.write(requests); })));
    CHECK(killed.get());
}

TEST_CASE("session: a directory that stands still is left in time", "[ldap][session]") {
    bench with;
    auto to = with.to({with.directory.url()});
    {
        session by{to};
        add_devices(by, with.directory, 50);
    }
    to.operation_timeout = 300ms;
    const auto stop_at_first = [&](session& by) {
        bool moves = true;
        by.search(devices(with.directory), 10, [&](entry&&) {
            if (std::exchange(moves, false)) with.pause();
        });
    };
    session searching{to};
    session probing{to};
    session writing{to};
    CHECK(session::lost(problem_of([&] { stop_at_first(searching); })));
    CHECK(session::lost(problem_of([&] { probing.probe(); })));
    const auto change = relabelling(with.directory, "d0", "a=b");
    CHECK(session::lost(problem_of([&] { writing.write({&change, 1}); })));
    to.connect_timeout = 300ms;
    CHECK_THAT(refusal(to).what(), Contains("no answer in time"));
    with.directory.resume();
    to.connect_timeout = to.operation_timeout = 20s;
    session{to}.probe();
}

// In a process of its own, because libldap reads its configuration once.
TEST_CASE("session: in an environment with words for libldap", "[.][environment]") {
    const std::string url = std::getenv("EDGECONF_TEST_URL");
    const std::string tls_url = std::getenv("EDGECONF_TEST_TLS_URL");
    auto to = settings_for({tls_url}, {bind_method::simple, std::getenv("EDGECONF_TEST_DN"),
                                       std::getenv("EDGECONF_TEST_PASSWORD")});
    to.tls.ca_file = std::getenv("EDGECONF_TEST_OTHER_CA");
    CHECK_THAT(refusal(to).what(), Contains("no TLS"));
    to.tls.ca_file = std::getenv("EDGECONF_TEST_CA");
    session by{to};
    int found = 0;
    by.search({.base = std::getenv("EDGECONF_TEST_BASE"), .filter = "(objectClass=edgeDevice)"}, 3,
              [&](entry&&) { ++found; });
    CHECK(found == 10);
    to.urls = {url};
    CHECK_NOTHROW(session{to}.probe());
}

TEST_CASE("session: what the environment says of libldap's defaults does not count", "[ldap][session]") {
    bench with;
    {
        auto by = with.connect();
        add_devices(by, with.directory, 10);
    }
    const auto settings = with.to({});
    test::authority other{with.folder.path(), "other"};
    const auto ca = with.directory.ca().certificate().string();
    const auto done = test::run({"/proc/self/exe", "session: in an environment with words for libldap"},
                                {{"EDGECONF_TEST_URL", with.directory.url()},
                                 {"EDGECONF_TEST_TLS_URL", with.directory.tls_url()},
                                 {"EDGECONF_TEST_DN", settings.bind.dn},
                                 {"EDGECONF_TEST_PASSWORD", settings.bind.password_file},
                                 {"EDGECONF_TEST_OTHER_CA", other.certificate()},
                                 {"EDGECONF_TEST_CA", ca},
                                 {"EDGECONF_TEST_BASE", with.directory.base()},
                                 {"LDAPTLS_REQCERT", "never"},
                                 {"LDAPTLS_REQSAN", "never"},
                                 {"LDAPTLS_CACERT", ca},
                                 {"LDAPTLS_CACERTDIR", "/etc/ssl/certs"},
                                 {"LDAPTLS_PEERKEY_HASH", "sha256:AAAA"},
                                 {"LDAPTLS_CIPHER_SUITE", "NONE"},
                                 {"LDAPURI", "ldap://127.0.0.1:1"},
                                 {"LDAPBASE", "dc=nowhere"},
                                 {"LDAPSIZELIMIT", "1"},
                                 {"LDAPTIMELIMIT", "1"},
                                 {"LDAPVERSION", "2"},
                                 {"LDAPDEREF", "always"},
                                 {"LDAPTIMEOUT", "1"},
                                 {"LDAPNETWORK_TIMEOUT", "1"},
                                 {"LDAPSASL_SECPROPS", "minssf=256"},
                                 {"LDAPSASL_MECH", "GSSAPI"}});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
}

TEST_CASE("session: certificates that were renewed are used for the next session", "[ldap][session]") {
    bench with;
    auto& directory = with.directory;
    const auto ca = with.folder.write("ca", test::read_file(directory.ca().certificate()));
    auto to = with.to({directory.tls_url()});
    to.tls.ca_file = ca;
    CHECK_NOTHROW(session{to});
    test::authority other{with.folder.path(), "other"};
    with.folder.write("ca", test::read_file(other.certificate()) + "\n");
    CHECK_THAT(refusal(to).what(), Contains("no TLS"));
    with.folder.write("ca", test::read_file(directory.ca().certificate()));
    CHECK_NOTHROW(session{to});
    with.folder.write("ca", "none");
    CHECK_THROWS_AS(session{to}, directory_problem);
    CHECK_THROWS_AS(session{to}, directory_problem);
    with.folder.write("ca", test::read_file(directory.ca().certificate()));
    CHECK_NOTHROW(session{to});
}
