// A directory that does not take one entry: that one's problem, whatever the server's reason, and nobody
// else's.
#include "ldap/ldap_host.hpp"
#include "ldap/overlays.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

// Servers with rules of their own, for namespaces, hardware and names.
slapd_options constraining() {
    return {.fast = true,
            .configuration =
                overlay("constraint", "objectClass: olcConstraintConfig\n"
                                      "olcConstraintAttribute: edgeNamespace regex ^plant-[0-9]$\n"
                                      "olcConstraintAttribute: cn regex ^[a-y].*$\n")};
}
slapd_options without_hardware() {
    return {.fast = true,
            .configuration = "dn: cn=config\nchangetype: modify\nadd: olcDitContentRules\n"
                             "olcDitContentRules: ( 2.25.130256925792947163473234107792061634074.2.1 NAME "
                             "'noHardware' AUX edgeDeviceState "
                             "NOT edgeHardware )\n"};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Others join, and what is theirs is written, and that again and again.
void check_others(const slapd& directory, const ldap_host& host, const std::string& prefix) {
    auto talk = host.connect();
    for (int i = 0; i < 3; ++i) {
        const auto id = prefix + std::to_string(i);
        CAPTURE(id, host.health());
        CHECK(eventually([&] { return talk.enrol("plant-1", id).status < 300; }));
        CHECK(talk.put_registration("plant-1", id, device_key{}.certificate_request(id)).status == 200);
        CHECK(values_of(directory, device_dn(directory, id), "edgeApproval") == "approved");
    }
    CHECK_FALSE(contains(host.health(), "nothing can be written"));
}

} // namespace

TEST_CASE("refusal: a device that cannot be added is that one's problem", "[ldap]") {
    struct refused {
        slapd_options by;
        std::string ns;
        std::string hardware;
        std::string why;
    };
    const auto each = GENERATE(
        refused{constraining(), "other", "{}", "Constraint violation (19)"},
        refused{without_hardware(), "plant-1", R"({"hostname":"h"})", "Object class violation (65)"});
    CAPTURE(each.why);
    slapd directory{each.by};
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    auto talk = host.connect();
    for (int i = 0; i < 3; ++i) {
        CHECK(talk.enrol(each.ns, "broken", each.hardware).status == 503);
        CHECK(eventually(
            [&] { return contains(host.health(), "the device broken cannot be added: " + each.why); }));
        check_others(directory, host, "box-" + std::to_string(i) + "-");
    }
    CHECK(talk.get_registration("broken").status == 404);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("refusal: a device that the directory fails to modify is that one's problem", "[ldap]") {
    slapd directory{{.fast = true, .configuration = failing_entries()}};
    add_device(directory, "broken");
    let_fail(directory, device_dn(directory, "broken"), "modify");
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    auto talk = host.connect();
    for (int i = 0; i < 3; ++i) {
        CHECK(talk.put_registration("plant-1", "broken", device_key{}.certificate_request("broken")).status ==
              503);
        CHECK(eventually([&] {
            return contains(host.health(), device_dn(directory, "broken") + ": cannot be written: ") &&
                   contains(host.health(), "(80): not this one");
        }));
        check_others(directory, host, "box-" + std::to_string(i) + "-");
    }
    CHECK(talk.get_registration("broken").status == 200);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("refusal: an import that the directory refuses leaves the host well", "[ldap]") {
    slapd directory{constraining()};
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    const auto object = [](const std::string& kind, const std::string& name, const std::string& rest) {
        return "apiVersion: " +
               std::string{kind == "ConfigMap" ? "v1" : "management.project-flotta.io/v1alpha1"} +
               "\nkind: " + kind + "\nmetadata: {name: " + name + ", namespace: plant-1}\n" + rest + "---\n";
    };
    const auto import = [&](const std::string& text) {
        return host.edgeconf({"import", host.folder().write("fleet.yaml", text)});
    };
    const auto told = [&](const std::string& words) {
        return eventually([&] { return contains(host.health(), words); });
    };
    const auto entry_of = [&](const std::string& name) {
        return directory.search({"(cn=" + name + ")", "edgeData"});
    };

    SECTION("of some of it") { // no name begins with z, no namespace is another than plant-N
        const auto done =
            import(object("ConfigMap", "zinc", "data: {a: b}\n") +
                   object("ConfigMap", "iron", "data: {a: b}\n") + object("EdgeDevice", "pump-1", "") +
                   "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\n"
                   "metadata: {name: pump-2, namespace: other}\n");
        INFO(done.output << done.errors);
        CHECK(done.exit_code == 0);
        CHECK(told("cn=zinc,ou=objects"));
        CHECK(told("Constraint violation (19)"));
        CHECK_FALSE(entry_of("iron").empty());
        CHECK(entry_of("zinc").empty());
        auto talk = host.connect();
        CHECK(talk.get_registration("pump-1").status == 200);
        CHECK(talk.get_registration("pump-2").status == 404);
    }
    SECTION("of all of it, since the container has gone") {
        directory.remove("ou=objects," + directory.base());
        const auto done =
            import(object("ConfigMap", "iron", "data: {a: b}\n") + object("EdgeDevice", "pump-1", ""));
        INFO(done.output << done.errors);
        CHECK(told("cn=iron,ou=objects"));
        CHECK(host.connect().get_registration("pump-1").status == 200);
    }
    check_others(directory, host, "box-");
    CHECK(import(object("EdgeDevice", "pump-9", "")).exit_code == 0);
    CHECK(host.connect().get_registration("pump-9").status == 200);
    CHECK(host.stop().exit_code == 0);
}
