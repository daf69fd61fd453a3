// Servers that are no directories, or stop being one: whatever they do, waiting ends.
#include "ldap/session.hpp"

#include "loopback_listener.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <ldap.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>

#include <sys/socket.h>

using namespace edgeconf::ldap;
using namespace std::chrono_literals;
using Catch::Contains;
namespace serving = edgeconf::test::serving;
namespace test = edgeconf::test;

namespace {

class client {
public:
    explicit client(std::vector<std::string> urls, std::chrono::milliseconds time = 200ms) {
        settings_.urls = std::move(urls);
        settings_.bind = {bind_method::simple, "cn=me,dc=a", folder_.write("password", "open sesame\n")};
        settings_.tls.ca_file = folder_.path() / "password"; // no authority in it is no mistake of a file's
        settings_.connect_timeout = time;
        settings_.operation_timeout = time;
    }

    connection_settings& settings() { return settings_; }

    session connect(std::size_t first = 0) const { return session{settings_, first}; }

    // What it throws.
    directory_problem refusal() const {
        try {
            connect();
        } catch (const directory_problem& problem) {
            CHECK_THAT(problem.what(), !Contains("sesame"));
            return problem;
        }
        FAIL("there is a session");
        std::abort();
    }

private:
    test::temp_folder folder_;
    connection_settings settings_;
};

// Of a port where nobody listens.
std::string closed_url() {
    const test::loopback_listener gone{&serving::reset};
    return "ldap://" + gone.address();
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

} // namespace

TEST_CASE("session: a server that says nothing is left in time", "[ldap][session]") {
    const test::loopback_listener mute{&serving::silence};
    const auto url = "ldap://" + mute.address();
    const auto problem = client{{url}}.refusal();
    CHECK(problem.code() == LDAP_TIMEOUT);
    CHECK_THAT(problem.what(), Catch::StartsWith(url + ": ") && Contains("in time"));
}

TEST_CASE("session: a server that says nothing of TLS is left in time", "[ldap][session]") {
    const test::loopback_listener mute{&serving::silence};
    client to{{"ldaps://" + mute.address()}};
    to.settings().tls.ca_file.clear();
    CHECK_THAT(to.refusal().what(), Contains("no TLS"));
}

TEST_CASE("session: a server that stops in the midst of TLS's handshake is left in time", "[ldap][session]") {
    const std::string hello{"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11}; // of 122 octets
    for (const auto& part : {hello.substr(0, 1), hello.substr(0, 4), hello}) {
        CAPTURE(part.size());
        const test::loopback_listener stalled{serving::bytes(part)};
        client to{{"ldaps://" + stalled.address()}};
        to.settings().tls.ca_file.clear();
        CHECK_THAT(to.refusal().what(), Contains("no TLS"));
    }
}

TEST_CASE("session: what is no LDAP is no directory", "[ldap][session]") {
    for (const auto& garbage :
         {std::string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, std::string(4096, '\xff'), std::string(4096, '\0'),
          std::string{"\x30\x84\x7f\xff\xff\xff", 6},                                  // 2 GB are announced
          std::string{"\x30\x80", 2},                                                  // without a length
          std::string{"\x30\x0c\x02\x01\x01\x61\x07", 7},                              // a half
          std::string{"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x7f\x04\x00", 14}, // too long inside
          std::string{"\x30\x0c\x02\x01\x07\x61\x07\x0a\x01\x00\x04\x00\x04\x00", 14}, // for another request
          std::string{"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00", 14}.substr(0, 13)}) {
        CAPTURE(garbage.size(), garbage.substr(0, 16));
        const test::loopback_listener odd{serving::bytes(garbage)};
        CHECK_THAT(client{{"ldap://" + odd.address()}}.refusal().what(), Contains("ldap://" + odd.address()));
        client by_tls{{"ldaps://" + odd.address()}};
        by_tls.settings().tls.ca_file.clear();
        CHECK_THAT(by_tls.refusal().what(), Contains("no TLS"));
    }
}

TEST_CASE("session: a server that resets connections is none, whatever was to be said", "[ldap][session]") {
    const test::loopback_listener resets{&serving::reset};
    for (const auto* scheme : {"ldap://", "ldaps://"}) {
        client to{{scheme + resets.address()}};
        to.settings().tls.ca_file.clear();
        CHECK_THAT(to.refusal().what(), Contains(scheme + resets.address()));
    }
}

TEST_CASE("session: where no server is used, each is told with its reason", "[ldap][session]") {
    const test::loopback_listener mute{&serving::silence};
    const auto closed = closed_url();
    const auto silent = "ldap://" + mute.address();
    const auto problem = client{{closed, silent, "ldapi://%2Fnowhere%2Fldapi"}}.refusal();
    CHECK_THAT(problem.what(),
               Catch::StartsWith(closed + ": cannot be connected to: Connection refused; ") &&
                   Contains(silent + ": no answer in time; ") &&
                   Catch::EndsWith("ldapi://%2Fnowhere%2Fldapi: cannot be connected to: No such file or "
                                   "directory"));
    CHECK_THAT(client{{}}.refusal().what(), Contains("no URL"));
    CHECK_THAT(client{{"ldapi://" + std::string(200, 'x')}}.refusal().what(), Contains("too long"));
}

TEST_CASE("session: the URLs are tried in their order, from the one that is asked for on",
          "[ldap][session]") {
    const test::loopback_listener one{&serving::bound};
    const test::loopback_listener two{&serving::bound};
    const auto closed = closed_url();
    const client to{{"ldap://" + one.address(), closed, "ldap://localhost:" + std::to_string(two.port())},
                    10s};
    CHECK(to.connect(0).index() == 0);
    CHECK(to.connect(1).index() == 2);
    CHECK(to.connect(2).url() == "ldap://localhost:" + std::to_string(two.port()));
    CHECK(client{{closed, "ldap://" + one.address()}, 10s}.connect(1).index() == 1);
    CHECK(client{{"ldap://" + one.address(), closed}, 10s}.connect(1).index() == 0);
}

TEST_CASE("session: an empty password is told before anything is said", "[ldap][session]") {
    std::promise<ssize_t> heard;
    const test::loopback_listener listens{[&](int fd) {
        char first = 0;
        heard.set_value(::recv(fd, &first, 1, 0));
    }};
    const test::temp_folder folder;
    client to{{"ldap://" + listens.address()}, 10s};
    to.settings().bind.password_file = folder.write("empty", "\n");
    CHECK_THAT(to.refusal().what(), Contains("is empty"));
    // An unbind is all that comes.
    CHECK(heard.get_future().get() >= 0);
}

TEST_CASE("session: a server that refuses StartTLS is told no password", "[ldap][session]") {
    std::promise<std::string> heard;
    const test::loopback_listener refuses{[&](int fd) {
        char read[4096];
        std::string all;
        const std::string no{"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00", 14}; // protocolError
        for (;;) {
            const auto size = ::recv(fd, read, sizeof read, 0);
            if (size <= 0) break;
            all.append(read, static_cast<std::size_t>(size));
            if (::send(fd, no.data(), no.size(), MSG_NOSIGNAL) < 0) break;
        }
        heard.set_value(all);
    }};
    client to{{"ldap://" + refuses.address()}, 10s};
    to.settings().tls = {.start_tls = true, .ca_file = {}, .certificate = {}, .key = {}};
    CHECK_THAT(to.refusal().what(), Contains("refuses StartTLS"));
    CHECK_THAT(heard.get_future().get(), Contains("1.3.6.1.4.1.1466.20037") && !Contains("sesame"));
}

TEST_CASE("session: a server that takes StartTLS and then stops is told no password", "[ldap][session]") {
    const test::loopback_listener stops{
        serving::bytes({"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", 14})};
    client to{{"ldap://" + stops.address()}};
    to.settings().tls = {.start_tls = true, .ca_file = {}, .certificate = {}, .key = {}};
    CHECK_THAT(to.refusal().what(), Contains("no TLS"));
}

TEST_CASE("session: files for TLS that are none are told before anything is said", "[ldap][session]") {
    const test::loopback_listener mute{&serving::silence};
    client to{{"ldaps://" + mute.address()}, 10s};
    to.settings().tls.ca_file = "/nowhere/ca";
    CHECK_THAT(to.refusal().what(), Contains("the files for TLS cannot be used"));
}

TEST_CASE("session: what does not answer in time loses the session, and nothing connects again",
          "[ldap][session]") {
    const test::loopback_listener stops{&serving::bound};
    auto connected = client{{"ldap://" + stops.address()}}.connect();
    const auto problem = problem_of([&] { connected.probe(); });
    CHECK(problem.code() == LDAP_TIMEOUT);
    CHECK(session::lost(problem));
    CHECK_THAT(problem.what(), Contains("ldap://" + stops.address()));
    CHECK(session::lost(problem_of([&] { connected.read("dc=a", {}); })));
    CHECK(session::lost(problem_of([&] { connected.search({.base = "dc=a"}, 10, [](entry&&) {}); })));
    const write_request removal{write_request::kind::remove, "dc=a", {}};
    CHECK(session::lost(problem_of([&] { connected.write({&removal, 1}); })));
    // libldap notices the loss by an answer that does not come, and would connect again for the next request.
    int id = 0;
    ldap_delete_ext(connected.handle(), "dc=a", nullptr, nullptr, &id);
    timeval patience{10, 0};
    LDAPMessage* none = nullptr;
    CHECK(ldap_result(connected.handle(), id, LDAP_MSG_ALL, &patience, &none) == -1);
    CHECK(ldap_delete_ext(connected.handle(), "dc=a", nullptr, nullptr, &id) != LDAP_SUCCESS);
    CHECK(stops.connections() == 1);
}

TEST_CASE("session: all that is done together has an end of its own, before that of each operation",
          "[ldap][session]") {
    const test::loopback_listener stops{&serving::bound};
    const client to{{"ldap://" + stops.address()}, 10min};
    const write_request removal{write_request::kind::remove, "dc=a", {}};
    auto waiting = to.connect();
    waiting.finish_by(after(50ms));
    CHECK(session::lost(problem_of([&] { waiting.write({&removal, 1}); })));
    auto late = to.connect();
    late.finish_by(std::chrono::steady_clock::now());
    const auto problem = problem_of([&] { late.read("dc=a", {}); });
    CHECK(problem.code() == LDAP_TIMEOUT);
    CHECK_THAT(problem.what(), Contains("together takes too long"));
}

TEST_CASE("session: a server that reads nothing does not hold writes up", "[ldap][session]") {
    const test::loopback_listener deaf{[](int fd) {
        const std::string success{"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00", 14};
        if (::send(fd, success.data(), success.size(), MSG_NOSIGNAL) > 0) serving::deafness(fd);
    }};
    auto connected = client{{"ldap://" + deaf.address()}}.connect();
    const write_request large{write_request::kind::modify,
                              "cn=a,dc=a",
                              {{modification::kind::replace, "cn", {std::string(1 << 20, 'x')}}}};
    const std::vector<write_request> many(64, large);
    CHECK(session::lost(problem_of([&] { connected.write(many); })));
}

TEST_CASE("session: a problem of the connection is told from one of an operation", "[ldap][session]") {
    for (const int code :
         {LDAP_SERVER_DOWN, LDAP_TIMEOUT, LDAP_CONNECT_ERROR, LDAP_DECODING_ERROR, LDAP_UNAVAILABLE})
        CHECK(session::lost({code, ""}));
    for (const int code : {LDAP_NO_SUCH_OBJECT, LDAP_SIZELIMIT_EXCEEDED, LDAP_BUSY, LDAP_FILTER_ERROR,
                           LDAP_INVALID_CREDENTIALS, LDAP_UNWILLING_TO_PERFORM})
        CHECK_FALSE(session::lost({code, ""}));
}
