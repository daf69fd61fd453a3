#include "ldap/read_settings.hpp"

#include "options_sample.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::ldap;
using namespace std::chrono_literals;
namespace fleet = edgeconf::fleet;
namespace json = boost::json;
namespace test = edgeconf::test;

namespace {

settings read(std::string_view options, fleet::option_problems& problems) {
    const auto parsed = json::parse({options.data(), options.size()});
    fleet::option_reader from{parsed.as_object(), "", problems};
    return read_settings(from);
}

// Each finding as "pointer: what", a line each.
std::string faults_of(std::string_view options) {
    fleet::option_problems problems;
    read(options, problems);
    std::string told;
    for (const auto& p : problems) told += p.pointer + ": " + p.what + "\n";
    return told;
}

settings read_well(std::string_view options) {
    fleet::option_problems problems;
    auto made = read(options, problems);
    for (const auto& p : problems) UNSCOPED_INFO(p.pointer << ": " << p.what);
    CHECK(problems.empty());
    return made;
}

std::string with(const std::string& more) {
    return R"({"urls": "ldapi://%2Frun%2Fldapi", "base": "dc=a", )" + more + "}";
}

std::string at(const std::string& urls, const std::string& more) {
    return R"({"base": "dc=a", "urls": )" + urls + ", " + more + "}";
}

// A mapping that is right but for `more`, which comes first.
std::string mapping(const std::string& more) { return with(R"("mapping": {)" + more + "}"); }

constexpr const char* simple =
    R"("bind": {"method": "simple", "dn": "cn=a", "password-file": "/etc/passwd"})";

} // namespace

TEST_CASE("settings: every option is read", "[ldap][settings]") {
    const auto s = read_well(every_option);
    const auto& to = s.connection;
    CHECK(to.urls == std::vector<std::string>{"ldap://localhost", "ldap://192.0.2.7:1389"});
    CHECK_FALSE(to.tls.start_tls);
    CHECK(to.bind.method == bind_method::simple);
    CHECK(to.bind.dn == "cn=edgeconf,dc=example");
    CHECK(to.bind.password_file == "/etc/passwd");
    CHECK(to.connect_timeout == 700ms);
    CHECK(to.operation_timeout == 5s);
    CHECK(to.write_timeout == 300ms);
    CHECK(s.base == "ou=fleet,dc=example");
    CHECK(s.follow.by == following::poll);
    CHECK(s.follow.poll_interval == 2s);
    CHECK(s.follow.deletion_interval == 2min);
    CHECK(s.follow.probe_interval == 9s);
    CHECK(s.follow.page_size == 100);
    CHECK(s.heartbeats == heartbeats::write);
    CHECK(s.heartbeat_interval == 10min);
    REQUIRE(s.mapping.has_value());
    CHECK(s.mapping->base == "ou=devices,dc=example");
    CHECK(s.mapping->filter == "(&(objectClass=device)(!(cn=a*)))");
    CHECK(s.mapping->id_attribute == "serialNumber");
    CHECK(s.mapping->namespace_attribute.empty());
    CHECK(s.mapping->ns == "plant-1");
    CHECK(s.mapping->label_attributes == std::vector<std::string>{"l=site", "ou"});
    CHECK(s.mapping->approval_attribute == "employeeType");
    CHECK(s.mapping->approved_values == std::vector<std::string>{"active", "ok"});
    CHECK(s.mapping->declined_values == std::vector<std::string>{"no"});
    CHECK(s.mapping->removed_values == std::vector<std::string>{"gone"});
}

TEST_CASE("settings: the files for TLS are read", "[ldap][settings]") {
    const test::temp_folder folder;
    const auto file = folder.write("pem", "x").string();
    const auto files = fmt::format(R"("ca-file": "{0}", "certificate": "{0}", "key": "{0}")", file);
    const auto s = read_well(at(R"(["ldaps://a", "ldaps://b"])", files)).connection;
    CHECK(s.tls.ca_file == file);
    CHECK(s.tls.certificate == file);
    CHECK(s.tls.key == file);
    CHECK(s.bind.method == bind_method::external);
    CHECK(read_well(at(R"("ldap://a")", R"("start-tls": true, )" + files)).connection.tls.start_tls);
}

TEST_CASE("settings: what is null is left out", "[ldap][settings]") {
    const auto s =
        read_well(with(R"("bind": null, "follow": null, "mapping": null, "connect-timeout": null)"));
    CHECK(s.connection.connect_timeout == settings{}.connection.connect_timeout);
    CHECK_FALSE(s.mapping.has_value());
}

TEST_CASE("settings: a password in the clear stays on the machine, or is allowed", "[ldap][settings]") {
    CHECK_THAT(faults_of(at(R"(["ldaps://a", "ldap://b"])", simple)),
               Catch::StartsWith("/urls: ldap://b") && Catch::Contains("allow-cleartext"));
    read_well(at(R"("ldap://b")", std::string{simple} + R"(, "allow-cleartext": true)"));
    read_well(at(R"("ldap://b")", std::string{simple} + R"(, "start-tls": true)"));
    read_well(at(R"(["ldap://127.0.0.1", "ldap://[::1]", "ldaps://b"])", simple));
}

TEST_CASE("settings: every mistake is told at its place", "[ldap][settings]") {
    struct row {
        std::string options;
        const char* pointer;
        const char* what;
    };
    const std::string filter = R"json("filter": "(cn=*)")json";
    const std::string good = R"("base": "dc=b", "id": "cn", )" + filter;
    const std::string placed = good + R"(, "namespace": "n")";
    const std::vector<row> rows{
        {"{}", "/urls", "is missing"},
        {R"({"urls": [], "base": "dc=a"})", "/urls", "has to name something"},
        {R"({"urls": 7, "base": "dc=a"})", "/urls", "has to be a text"},
        {R"({"urls": "http://a", "base": "dc=a"})", "/urls", "http://a: has to be a URL"},
        {R"({"urls": "ldap://a/dc=b", "base": "dc=a"})", "/urls", "said by base"},
        {R"({"urls": "ldapi://%2Fa"})", "/base", "is missing"},
        {R"({"urls": "ldapi://%2Fa", "base": "fleet"})", "/base", "has to be a DN"},
        {R"({"urls": "ldapi://%2Fa", "base": 7})", "/base", "has to be a text"},
        {with(R"("start-tls": true)"), "/start-tls", "ldap:// URLs alone"},
        {at(R"(["ldap://localhost", "ldaps://a"])", std::string{simple} + R"(, "start-tls": true)"),
         "/start-tls", "ldap:// URLs alone"},
        {at(R"("ldaps://a")", std::string{simple} + R"(, "ca-file": "/nowhere/ca")"), "/ca-file",
         "/nowhere/ca"},
        {at(R"("ldaps://a")", std::string{simple} + R"(, "ca-file": "/etc")"), "/ca-file", "cannot be read"},
        {with(R"("ca-file": "/etc/passwd")"), "/ca-file", "is for ldaps:// URLs"},
        {with(R"("certificate": "/etc/passwd", "key": "/etc/passwd")"), "/certificate",
         "is for ldaps:// URLs"},
        {at(R"("ldaps://a")", std::string{simple} + R"(, "certificate": "/etc/passwd")"), "/key",
         "is missing"},
        {at(R"("ldaps://a")", std::string{simple} + R"(, "key": "/etc/passwd")"), "/certificate",
         "is missing"},
        {at(R"("ldaps://a")", R"("heartbeats": "memory")"), "/bind", "ldaps://a needs a client certificate"},
        {at(R"("ldap://a")", R"("heartbeats": "memory")"), "/bind", "ldap://a needs a client certificate"},
        {at(R"("ldap://localhost")", R"("bind": {"method": "external"})"), "/bind",
         "needs a client certificate"},
        {with(R"("bind": 7)"), "/bind", "has to be an object"},
        {with(R"("bind": {"method": "digest"})"), "/bind/method", "one of simple, external"},
        {with(R"("bind": {"method": "simple", "password-file": "/etc/passwd"})"), "/bind/dn", "is missing"},
        {with(R"("bind": {"method": "simple", "dn": "me", "password-file": "/etc/passwd"})"), "/bind/dn",
         "has to be a DN"},
        {with(R"("bind": {"method": "simple", "dn": "cn=a"})"), "/bind/password-file", "is missing"},
        {with(R"("bind": {"method": "simple", "dn": "cn=a", "password-file": "/nowhere"})"),
         "/bind/password-file", "/nowhere cannot be read"},
        {with(R"("bind": {"dn": "cn=a"})"), "/bind/dn", "is for method simple"},
        {with(R"("bind": {"password-file": "/etc/passwd"})"), "/bind/password-file", "is for method simple"},
        {with(R"("connect-timeout": "9ms")"), "/connect-timeout", "from 10ms"},
        {with(R"("connect-timeout": "61s")"), "/connect-timeout", "to 60s"},
        {with(R"("operation-timeout": "2m")"), "/operation-timeout", "to 60s"},
        {with(R"("operation-timeout": 2)"), "/operation-timeout", "has to be a text"},
        {with(R"("follow": [])"), "/follow", "has to be an object"},
        {with(R"("follow": {"by": "luck"})"), "/follow/by", "one of auto, sync, poll"},
        {with(R"("follow": {"poll-interval": "2h", "deletion-interval": "3h"})"), "/follow/poll-interval",
         "at most 1h"},
        {with(R"("follow": {"deletion-interval": "2d"})"), "/follow/deletion-interval", "at most 1d"},
        {with(R"("follow": {"deletion-interval": "4s"})"), "/follow/deletion-interval",
         "at least poll-interval"},
        {with(R"("follow": {"probe-interval": "2h"})"), "/follow/probe-interval", "at most 1h"},
        {with(R"("follow": {"page-size": 9})"), "/follow/page-size", "from 10 to 10000"},
        {with(R"("heartbeats": "keep")"), "/heartbeats", "one of ignore, memory, write"},
        {with(R"("heartbeats": "write", "heartbeat-interval": "2d")"), "/heartbeat-interval", "at most 1d"},
        {with(R"("heartbeat-interval": "5m")"), "/heartbeat-interval", "is for heartbeats: write"},
        {mapping(filter + R"(, "id": "cn", "namespace": "n")"), "/mapping/base", "is missing"},
        {mapping(R"("base": "b", "id": "cn", "namespace": "n", )" + filter), "/mapping/base",
         "has to be a DN"},
        {mapping(R"("base": "dc=b", "id": "cn", "namespace": "n")"), "/mapping/filter", "has to be a filter"},
        {mapping(R"("base": "dc=b", "filter": "cn=*", "id": "cn", "namespace": "n")"), "/mapping/filter",
         "has to be a filter"},
        {mapping(R"("base": "dc=b", "namespace": "n", )" + filter), "/mapping/id", "has to be the name"},
        {mapping(R"("base": "dc=b", "id": "a b", "namespace": "n", )" + filter), "/mapping/id",
         "has to be the name"},
        {mapping(good), "/mapping/namespace", "or namespace-attribute"},
        {mapping(placed + R"(, "namespace-attribute": "ou")"), "/mapping/namespace", "not both"},
        {mapping(good + R"(, "namespace": "A_b")"), "/mapping/namespace", "no namespace's name"},
        {mapping(good + R"(, "namespace-attribute": "o u")"), "/mapping/namespace-attribute",
         "name of an attribute"},
        {mapping(placed + R"(, "labels": ["a=b=c"])"), "/mapping/labels", "attribute=label"},
        {mapping(placed + R"(, "labels": "=b")"), "/mapping/labels", "attribute=label"},
        {mapping(placed + R"(, "labels": ["a=x", "b=x"])"), "/mapping/labels", "twice"},
        {mapping(placed + R"(, "approval": {})"), "/mapping/approval/attribute", "is missing"},
        {mapping(placed + R"(, "approval": {"attribute": "a"})"), "/mapping/approval/approved", "is missing"},
        {mapping(placed + R"(, "approval": {"attribute": "(a", "approved": "b"})"),
         "/mapping/approval/attribute", "name of an attribute"},
        {mapping(placed + R"(, "approval": {"attribute": "a", "approved": "b", "removed": ["c", "b"]})"),
         "/mapping/approval", "the value b twice"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.options);
        const auto told = faults_of(r.options);
        CHECK_THAT(told, Catch::StartsWith(std::string{r.pointer} + ": "));
        CHECK_THAT(told.substr(0, told.find('\n')), Catch::Contains(r.what));
    }
}

TEST_CASE("settings: all mistakes are told, each once", "[ldap][settings]") {
    CHECK(faults_of(R"({"urls": "ldapi://%2Fa", "base": "x", "heartbeats": "y"})") ==
          "/base: has to be a DN such as ou=fleet,dc=example\n"
          "/heartbeats: has to be one of ignore, memory, write\n");
}
