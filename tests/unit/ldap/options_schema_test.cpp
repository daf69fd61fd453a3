// The host checks options against the schema, the provider reads them: both say the same, and the defaults
// in the schema are the ones in use.
#include "ldap/options_schema.hpp"

#include "ldap/read_settings.hpp"

#include "options_sample.hpp"

#include "support/catch.hpp"
#include "support/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>

using namespace edgeconf::ldap;
namespace fleet = edgeconf::fleet;
namespace json = boost::json;
namespace test = edgeconf::test;

namespace {

bool fits(const std::string& options) { return test::fits(options_schema, options); }

settings read(const std::string& options, fleet::option_problems& problems) {
    const auto parsed = json::parse(options);
    fleet::option_reader from{parsed.as_object(), "", problems};
    return read_settings(from);
}

bool is_read(const std::string& options) {
    fleet::option_problems problems;
    read(options, problems);
    return problems.empty();
}

std::string with(const std::string& more) {
    return R"({"urls": "ldapi://%2Frun%2Fldapi", "base": "dc=a", )" + more + "}";
}

std::string mapping(const std::string& more) {
    return with(R"json("mapping": {"base": "dc=b", "filter": "(a=b)", )json" + more + "}");
}

} // namespace

TEST_CASE("options schema: its defaults are the ones in use", "[ldap][settings]") {
    const auto schema = json::parse(options_schema);
    auto options = test::defaults_in(schema.at("properties").as_object());
    CHECK(options.at("follow").as_object().size() == 5);
    CHECK(options.at("bind").as_object().size() == 1);
    options["urls"] = "ldapi://%2Frun%2Fldapi";
    options["base"] = "dc=a";
    CHECK(fits(json::serialize(options)));
    CHECK(options.erase("heartbeat-interval") == 1); // it needs heartbeats: write
    fleet::option_problems problems;
    const auto s = read(json::serialize(options), problems);
    for (const auto& p : problems) UNSCOPED_INFO(p.pointer << ": " << p.what);
    CHECK(problems.empty());
    const settings usual;
    CHECK(s.connection.tls.start_tls == usual.connection.tls.start_tls);
    CHECK(s.connection.bind.method == usual.connection.bind.method);
    CHECK(s.connection.connect_timeout == usual.connection.connect_timeout);
    CHECK(s.connection.operation_timeout == usual.connection.operation_timeout);
    CHECK(s.connection.write_timeout == usual.connection.write_timeout);
    CHECK(s.follow.by == usual.follow.by);
    CHECK(s.follow.poll_interval == usual.follow.poll_interval);
    CHECK(s.follow.deletion_interval == usual.follow.deletion_interval);
    CHECK(s.follow.probe_interval == usual.follow.probe_interval);
    CHECK(s.follow.page_size == usual.follow.page_size);
    CHECK(s.heartbeats == usual.heartbeats);
    CHECK(schema.at("properties").at("heartbeat-interval").at("default") == "300s");
    CHECK(usual.heartbeat_interval == std::chrono::seconds{300});
}

TEST_CASE("options schema: it has what every provider has, but for manifests in files", "[ldap][settings]") {
    const auto own = json::parse(options_schema);
    const auto all = json::parse(fleet::options_schema);
    for (const auto& [name, property] : all.at("properties").as_object()) {
        CAPTURE(name);
        const auto* found = own.at("properties").as_object().if_contains(name);
        CHECK((found == nullptr) == (name == "manifests"));
        if (found != nullptr) CHECK(*found == property);
    }
}

TEST_CASE("options schema: what it takes is read", "[ldap][settings]") {
    for (const auto& text : {
             std::string{every_option},
             with(R"("heartbeats": "ignore")"),
             with(R"("connect-timeout": "10ms", "operation-timeout": "60s")"),
             with(R"("follow": {}, "bind": {})"),
             with(R"("follow": {"page-size": 10000, "poll-interval": "1h", "deletion-interval": "1d"})"),
             mapping(R"("id": "cn", "namespace-attribute": "ou")"),
         }) {
        CAPTURE(text);
        CHECK(fits(text));
        CHECK(is_read(text));
    }
}

TEST_CASE("options schema: what it refuses is not read either", "[ldap][settings]") {
    for (const auto& text : {
             std::string{"{}"},
             std::string{R"({"urls": "ldapi://%2Fa"})"},
             std::string{R"({"base": "dc=a"})"},
             std::string{R"({"base": "dc=a", "urls": []})"},
             std::string{R"({"base": "dc=a", "urls": ""})"},
             std::string{R"({"base": "dc=a", "urls": [7]})"},
             with(R"("start-tls": "yes")"),
             with(R"("allow-cleartext": 1)"),
             with(R"("bind": {"method": "none"})"),
             with(R"("bind": {"method": 7})"),
             with(R"("connect-timeout": 2000)"),
             with(R"("operation-timeout": "2")"),
             with(R"("follow": {"by": "push"})"),
             with(R"("follow": {"page-size": 9})"),
             with(R"("follow": {"page-size": 10001})"),
             with(R"("follow": {"poll-interval": "500ms"})"),
             with(R"("heartbeats": true)"),
             with(R"("mapping": {})"),
             mapping(R"("namespace": "n")"),
             mapping(R"("id": "cn", "namespace": "n", "labels": [])"),
             mapping(R"("id": "cn", "namespace": "n", "approval": {"attribute": "a"})"),
         }) {
        CAPTURE(text);
        CHECK_FALSE(fits(text));
        CHECK_FALSE(is_read(text));
    }
}

TEST_CASE("options schema: it alone knows what names there are", "[ldap][settings]") {
    for (const auto& text : {
             with(R"("manifests": "fleet")"),
             with(R"("url": "ldap://a")"),
             with(R"("bind": {"password": "a"})"),
             with(R"("follow": {"interval": "1s"})"),
             mapping(R"("id": "cn", "namespace": "n", "status": "x")"),
         }) {
        CAPTURE(text);
        CHECK_FALSE(fits(text));
    }
}
