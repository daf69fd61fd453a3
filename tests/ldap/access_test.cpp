#include "ldap/slapd.hpp"

#include "support/catch.hpp"

using namespace edgeconf::test;
using namespace std::string_literals;
using Catch::Contains;

namespace {

constexpr int success = 0;
constexpr int no_such_object = 32;
constexpr int insufficient_access = 50;

// A device, and a Secret and a ConfigMap, as an administrator and a host left them.
class fleet {
public:
    explicit fleet(const std::string& log = "none") : directory{{.fast = true, .log = log}} {
        directory.add("dn: " + device + "\nobjectClass: edgeDevice\nedgeApproval: pending\n\ndn: " + secret +
                      "\nobjectClass: edgeObject\nedgeKind: Secret\nedgeSecretData: open sesame\n");
        REQUIRE(modify(device,
                       "add: objectClass\nobjectClass: edgeDeviceState\n-\nadd: edgeMembership\n"
                       "edgeMembership: {}\n-\nadd: edgeHardware\nedgeHardware: x\n-\nadd: edgeStatus\n"
                       "edgeStatus: {}\n-\nadd: edgeHeard\nedgeHeard: 20260101000000Z\n-\n"
                       "add: edgeRevision\nedgeRevision: 1\n",
                       directory.host()) == success);
    }

    int modify(const std::string& dn, const std::string& change, const caller& by) const {
        return directory.try_modify("dn: " + dn + "\nchangetype: modify\n" + change, by).exit_code;
    }
    int add(const std::string& dn, const std::string& content, const caller& by) const {
        return directory.try_add("dn: " + dn + "\n" + content, by).exit_code;
    }
    std::string seen(const caller& by) const { return directory.try_search({}, by).output; }

    slapd directory;
    std::string device = "edgeDeviceId=a,ou=devices," + directory.base();
    std::string secret = "cn=s,ou=objects," + directory.base();
};

} // namespace

TEST_CASE("access: a host writes what it remembers of a device, and approves it", "[ldap]") {
    const fleet tried;
    const auto host = tried.directory.host();
    CHECK(tried.modify(tried.device, "replace: edgeApproval\nedgeApproval: approved\n", host) == success);
    CHECK(tried.modify(tried.device,
                       "replace: edgeNamespace\nedgeNamespace: plant-1\n-\nadd: edgeLabel\nedgeLabel: a=b\n"
                       "-\nreplace: edgeSpec\nedgeSpec: {}\n-\nreplace: edgeStatus\nedgeStatus: {}\n",
                       host) == success);
}

TEST_CASE("access: a host adds devices that enrol and objects that are imported, and removes them",
          "[ldap]") {
    const fleet tried;
    const auto host = tried.directory.host();
    const auto device = "edgeDeviceId=b,ou=devices," + tried.directory.base();
    const auto object = "cn=w,ou=objects," + tried.directory.base();
    CHECK(tried.add(device,
                    "objectClass: edgeDevice\nobjectClass: edgeDeviceState\nedgeApproval: pending\n"
                    "edgeMembership: {}\nedgeRevision: 1\n",
                    host) == success);
    CHECK(tried.add(object, "objectClass: edgeObject\nedgeKind: Secret\nedgeSecretData: x\n", host) ==
          success);
    CHECK(tried.directory.try_remove(device, host).exit_code == success);
    CHECK(tried.directory.try_remove(object, host).exit_code == success);
}

TEST_CASE("access: a host makes no accounts, and touches nothing outside of its base", "[ldap]") {
    const fleet tried;
    const auto host = tried.directory.host();
    CHECK(tried.add("edgeDeviceId=c,ou=devices," + tried.directory.base(),
                    "objectClass: edgeDevice\nobjectClass: simpleSecurityObject\nuserPassword: x\n",
                    host) == insufficient_access);
    CHECK(tried.add("uid=x,ou=devices," + tried.directory.base(), "objectClass: account\nuid: x\n", host) ==
          insufficient_access);
    CHECK(tried.add("uid=x,ou=people," + tried.directory.suffix(), "objectClass: account\nuid: x\n", host) ==
          insufficient_access);
    CHECK(tried.modify("cn=edge-administrators,ou=groups," + tried.directory.suffix(),
                       "add: member\nmember: " + host.dn + "\n", host) == insufficient_access);
    CHECK(tried.directory.try_remove("ou=devices," + tried.directory.base(), host).exit_code != success);
    CHECK_THAT(tried.seen(tried.directory.administrator()), Contains("ou: devices"));
}

TEST_CASE("access: a host reads everything", "[ldap]") {
    const fleet tried;
    const auto seen = tried.seen(tried.directory.host());
    for (const auto* attribute :
         {"edgeSecretData", "edgeMembership", "edgeHardware", "edgeStatus", "edgeRevision"})
        CHECK_THAT(seen, Contains(std::string{attribute} + ": "));
}

TEST_CASE("access: a host reads more at once than others may, in pages and synchronising, too", "[ldap]") {
    const slapd directory{
        {.fast = true,
         .configuration =
             "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcSizeLimit\nolcSizeLimit: 2\n"}};
    const auto search = [&](std::vector<std::string> arguments, const caller& by) {
        return directory.try_search(std::move(arguments), by).exit_code;
    };
    CHECK(search({}, directory.administrator()) == 4); // sizeLimitExceeded
    CHECK(search({}, directory.host()) == success);
    CHECK(search({"-E", "pr=1/noprompt"}, directory.host()) == success);
    CHECK(search({"-E", "sync=ro"}, directory.host()) == success);
}

TEST_CASE("access: there is an index for each search of a host and an administrator", "[ldap]") {
    const fleet tried{"filter"};
    const std::string stamp = "20260101000000Z";
    for (const auto& filter :
         {"(entryUUID=597ae2f6-16a6-1027-98f4-d28b5365dc14)"s, "(modifyTimestamp>=" + stamp + ")",
          "(edgeHeard<=" + stamp + ")", "(edgeDeviceId=a)"s, "(edgeDeviceId=pump*)"s, "(edgeLabel=a=b)"s,
          "(edgeNamespace=plant-1)"s, "(edgeApproval=pending)"s, "(edgeKind=Secret)"s, "(cn=s)"s,
          "(objectClass=edgeObject)"s})
        tried.directory.search({filter});
    tried.directory.search({"-E", "sync=ro", "(objectClass=edgeDevice)"});
    CHECK_THAT(tried.directory.log(), !Contains("not indexed"));
    tried.directory.search({"(description=x)"});
    CHECK_THAT(tried.directory.log(), Contains("(description) not indexed"));
}

TEST_CASE("access: nobody else reads anything of the fleet, without and with a password", "[ldap]") {
    const fleet tried;
    for (const auto& who : {caller{}, tried.directory.stranger()}) {
        CAPTURE(who.dn);
        CHECK(tried.directory.try_search({}, who).exit_code == no_such_object);
        CHECK(tried.directory.try_search({"-b", tried.secret}, who).exit_code == no_such_object);
        CHECK(tried.directory.try_search({"-b", tried.directory.suffix(), "(edgeSecretData=*)"}, who)
                  .output.empty());
        CHECK(tried.modify(tried.device, "replace: edgeApproval\nedgeApproval: approved\n", who) != success);
        CHECK(tried.modify(tried.device, "replace: edgeMembership\nedgeMembership: {}\n", who) != success);
    }
    CHECK_THAT(
        tried.directory.try_search({"-b", tried.directory.suffix()}, tried.directory.stranger()).output,
        Contains("ou: people"));
}

TEST_CASE("access: nobody is taken for a host without its password", "[ldap]") {
    const fleet tried;
    const auto host = tried.directory.host_dn();
    CHECK(tried.directory.try_search({}, {host, "wrong"}).exit_code == 49); // invalidCredentials
    CHECK(tried.modify(host, "replace: userPassword\nuserPassword: mine\n", tried.directory.stranger()) ==
          insufficient_access);
    CHECK(tried.modify(host, "replace: userPassword\nuserPassword: mine\n",
                       tried.directory.administrator()) == insufficient_access);
}

TEST_CASE("access: an administrator writes what is an administrator's, and reads what hosts remember",
          "[ldap]") {
    const fleet tried;
    const auto ada = tried.directory.administrator();
    CHECK(tried.modify(tried.device,
                       "replace: edgeApproval\nedgeApproval: approved\n-\nadd: edgeLabel\nedgeLabel: a=b\n",
                       ada) == success);
    CHECK(tried.modify(tried.secret, "replace: edgeSecretData\nedgeSecretData: other\n", ada) == success);
    for (const auto* attribute :
         {"edgeMembership", "edgeHardware", "edgeStatus", "edgeHeard", "edgeRevision"}) {
        CAPTURE(attribute);
        const std::string name{attribute};
        CHECK_THAT(tried.seen(ada), Contains(name + ": "));
        CHECK(tried.modify(tried.device, "delete: " + name + "\n", ada) == insufficient_access);
    }
    CHECK(tried.directory.try_remove(tried.device, ada).exit_code == success);
    CHECK(tried.add("ou=line-2,ou=objects," + tried.directory.base(), "objectClass: organizationalUnit\n",
                    ada) == success);
}
