#include "ldap/object_form.hpp"

#include "sample_entries.hpp"

#include "ldap/attribute_values.hpp"
#include "ldap/escaping.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <optional>

using namespace edgeconf::ldap;
using namespace std::string_literals;
using Catch::Contains;
using edgeconf::fleet::object_kind;
namespace fleet = edgeconf::fleet;
namespace json = boost::json;

namespace {

constexpr const char* parent = "ou=objects,ou=edge,dc=example,dc=com";

entry object_of(const std::string& kind, const std::string& name, attribute_list more) {
    attribute_list all{{"objectClass", {"edgeObject"}}, {"edgeKind", {kind}}, {"cn", {name}}};
    for (auto& each : more) all.push_back(std::move(each));
    return numbered(1, "cn=" + name + "," + parent, std::move(all));
}

std::string problem_of(const entry& from) {
    try {
        (void)manifest_of(from);
    } catch (const unusable_entry& problem) {
        return problem.what();
    }
    return {};
}

std::string manifest(const std::string& version, const std::string& kind, const std::string& content) {
    return R"({"apiVersion":")" + version + R"(","kind":")" + kind +
           R"(","metadata":{"name":"it","namespace":"plant-1","labels":{"a":"1"},"annotations":{"b":"x=y z"}},)" +
           content + "}";
}

} // namespace

TEST_CASE("object form: each kind is the same object after it was an entry", "[ldap][object]") {
    const auto flotta = "management.project-flotta.io/v1alpha1"s;
    const std::vector<std::pair<object_kind, std::string>> all{
        {object_kind::edge_device_set,
         manifest(flotta, "EdgeDeviceSet", R"("spec":{"heartbeat":{"periodSeconds":5}})")},
        {object_kind::edge_workload,
         manifest(
             flotta, "EdgeWorkload",
             R"("spec":{"type":"pod","device":"a","pod":{"spec":{"containers":[{"name":"c","image":"i:1"}]}}})")},
        {object_kind::edge_config,
         manifest(flotta, "EdgeConfig",
                  R"("spec":{"edgePlaybook":{"playbooks":[{"content":"LSBob3N0czogYWxsCg=="}]}})")},
        {object_kind::playbook_execution,
         manifest(flotta, "PlaybookExecution", R"("spec":{"playbook":{"content":"LSBob3N0czogYWxsCg=="}})")},
        {object_kind::config_map,
         manifest("v1", "ConfigMap", R"("data":{"k":"a\nb\u0000"},"immutable":true)")},
        {object_kind::secret, manifest("v1", "Secret", R"("type":"Opaque","data":{"k":"eA=="})")}};
    for (const auto& [kind, text] : all) {
        CAPTURE(text);
        const auto now = added(1, object_to_add({{kind, {"plant-1", "it"}}, text}, parent));
        const auto file = manifest_of(now);
        REQUIRE(file.objects.size() == 1);
        CHECK(json::parse(file.objects.front().text) == json::parse(text));
        CHECK(file.path == now.dn());
        CHECK(file.content == fleet::sha256(file.objects.front().text));
        CHECK(is_dn(now.dn()));
    }
}

TEST_CASE("object form: hostile names are parts of one DN", "[ldap][object]") {
    for (const auto& name :
         {"a,ou=admins"s, "a+cn=b"s, "#x"s, " a "s, "a\\"s, "a\"b;c<d>"s, "\u00fc"s, "a\0b"s}) {
        CAPTURE(name);
        const auto dn =
            object_to_add({{object_kind::config_map, {"plant-1", name}}, R"({"data":{}})"}, parent).dn;
        REQUIRE(is_dn(dn));
        CHECK_THAT(dn, Catch::StartsWith("edgeKind=ConfigMap+edgeNamespace=plant-1+cn=") &&
                           Catch::EndsWith(","s + parent));
        CHECK(dn == "edgeKind=ConfigMap+edgeNamespace=plant-1+" + child("cn", name, parent));
    }
    CHECK_THROWS(object_to_add({{object_kind::config_map, {"plant-1", "\xff"}}, "{}"}, parent));
}

TEST_CASE("object form: a namespace that is not given is the default one", "[ldap][object]") {
    const auto file = manifest_of(object_of("ConfigMap", "it", {{"edgeData", {"data: {a: b}"}}}));
    CHECK_THAT(file.objects.front().text, !Contains("namespace"));
    CHECK(problem_of(object_of("ConfigMap", "it", {})).empty());
}

TEST_CASE("object form: what is beside the metadata cannot say who it is", "[ldap][object]") {
    const auto file = manifest_of(
        object_of("ConfigMap", "it",
                  {{"edgeData", {"kind: Secret\nmetadata: {name: other}\napiVersion: v2\ndata: {a: b}"}}}));
    const auto root = json::parse(file.objects.front().text);
    CHECK(root.at("kind") == "ConfigMap");
    CHECK(root.at("apiVersion") == "v1");
    CHECK(root.at("metadata").at("name") == "it");
}

TEST_CASE("object form: all that is wrong is told, by attribute and line or by field", "[ldap][object]") {
    CHECK_THAT(problem_of(object_of("EdgeDevice", "it", {})), Contains("edgeKind is \"EdgeDevice\""));
    CHECK_THAT(problem_of(object_of("configmap", "it", {})), Contains("edgeKind is \"configmap\""));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeData", {"data: {}\ndata: {}\nx: 1\nx: 2"}}})),
               Contains("edgeData, line 2: ") && Contains("edgeData, line 4: "));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeData", {"- a"}}})),
               Contains("edgeData has to be one map"));
    CHECK_THAT(problem_of(object_of("ConfigMap", "It", {})), Contains("metadata.name"));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeNamespace", {"A"}}})),
               Contains("metadata.namespace"));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeLabel", {"a"}}})),
               Contains("edgeLabel is \"a\""));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeAnnotation", {"a=1", "a=2"}}})),
               Contains("edgeAnnotation has the key \"a\" twice"));
    CHECK_THAT(problem_of(object_of("ConfigMap", "it", {{"edgeData", {"data: {a: [1], b: {}}"}}})),
               Contains("data.a") && Contains("; ") && Contains("data.b"));
    CHECK_THAT(problem_of(object_of("Secret", "it", {{"edgeSecretData", {"data: {a: '!'}"}}})),
               Contains("data.a"));
    CHECK_THAT(problem_of(object_of("EdgeWorkload", "it", {{"edgeSpec", {"type: 7"}}})), Contains("spec"));
    CHECK(problem_of(object_of(std::string(1'000'000, 'x'), "it", {})).size() < 500);
}

TEST_CASE("object form: an entry with two names has none", "[ldap][object]") {
    const auto two = numbered(1, "cn=a", {{"edgeKind", {"ConfigMap"}}, {"cn", {"a", "b"}}});
    CHECK_THAT(problem_of(two), Contains("cn has to have one value"));
}
