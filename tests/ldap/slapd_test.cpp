#include "ldap/slapd.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/small_disk.hpp"

using namespace edgeconf::test;
using Catch::Contains;

namespace {

std::string device(const slapd& directory, const std::string& id) {
    return "dn: edgeDeviceId=" + id + ",ou=devices," + directory.base() +
           "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeLabel: site=north\n";
}

// Who the directory takes these credentials for.
finished who(const std::vector<std::string>& arguments, std::map<std::string, std::string> environment) {
    std::vector<std::string> argv{"ldapwhoami", "-Q"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    environment["LD_PRELOAD"] = "";
    return run(argv, environment);
}

} // namespace

TEST_CASE("slapd: what was written is there after an orderly end and after a kill", "[ldap]") {
    slapd directory;
    const auto url = directory.url();
    directory.add(device(directory, "a"));
    directory.stop();
    CHECK(directory.try_search({"(edgeDeviceId=a)"}, directory.administrator()).exit_code != 0);
    directory.start();
    CHECK(directory.url() == url);
    directory.add(device(directory, "b"));
    directory.kill();
    directory.start();
    const auto found = directory.search({"(edgeLabel=site=north)", "edgeDeviceId"});
    CHECK_THAT(found, Contains("edgeDeviceId: a"));
    CHECK_THAT(found, Contains("edgeDeviceId: b"));
    directory.remove("edgeDeviceId=a,ou=devices," + directory.base());
    CHECK_THAT(directory.search({"(edgeLabel=site=north)", "edgeDeviceId"}), !Contains("edgeDeviceId: a"));
}

TEST_CASE("slapd: a directory that was wiped is empty, and can be filled again", "[ldap]") {
    slapd directory{{.fast = true}};
    directory.stop();
    directory.wipe();
    directory.start();
    CHECK(directory.try_search({}, directory.root()).exit_code == 32); // noSuchObject
    directory.make_tree();
    directory.add(device(directory, "a"));
}

TEST_CASE("slapd: two at a time are two", "[ldap]") {
    const slapd one{{.syncprov = false, .fast = true}};
    const slapd other{{.fast = true, .tree = false}};
    CHECK(one.url() != other.url());
    CHECK(other.try_search({}, other.root()).exit_code == 32);
    const auto controls = [](const slapd& at) {
        return at.search({"-b", "", "-s", "base", "supportedControl"});
    };
    const std::string content_synchronisation = "1.3.6.1.4.1.4203.1.9.1.1";
    CHECK_THAT(controls(one), !Contains(content_synchronisation));
    CHECK_THAT(one.search({"(ou=devices)"}), Contains("ou: devices"));
    CHECK_THAT(other.try_search({"-b", "", "-s", "base", "supportedControl"}, other.root()).output,
               Contains(content_synchronisation));
}

TEST_CASE("slapd: a full disk refuses what is written, and keeps what was", "[ldap]") {
    if (const auto why = small_disk::obstacle()) {
        WARN("SKIPPED: " << *why);
        return;
    }
    const temp_folder folder;
    const small_disk disk{folder.path(), 2 << 20};
    slapd directory{{.data_folder = folder.path()}};
    const auto add = [&](const std::string& name, std::size_t bytes) {
        return directory
            .try_add("dn: cn=" + name + ",ou=objects," + directory.base() +
                         "\nobjectClass: edgeObject\nedgeKind: EdgeWorkload\nedgeSpec: " +
                         std::string(bytes, 'x') + "\n",
                     directory.administrator())
            .exit_code;
    };
    REQUIRE(add("small", 1) == 0);
    CHECK(add("large", 4 << 20) == 80); // other
    CHECK_THAT(directory.search({"(edgeKind=*)", "cn"}), Contains("cn: small") && !Contains("cn: large"));
}

TEST_CASE("slapd: a configuration that it does not take is told", "[ldap]") {
    CHECK_THROWS_WITH((slapd{{.configuration = "dn: cn=config\nchangetype: modify\nadd: olcNothing\n"
                                               "olcNothing: 1\n"}}),
                      Contains("olcNothing"));
}

TEST_CASE("slapd: the host's certificate and the process's user have their identities", "[ldap]") {
    slapd directory{{.fast = true}};
    const auto peer = who({"-Y", "EXTERNAL", "-H", directory.socket_url()}, {});
    CHECK(peer.output == "dn:" + directory.administrator().dn + "\n");
    std::map<std::string, std::string> tls{{"LDAPTLS_CACERT", directory.ca().certificate()},
                                           {"LDAPTLS_CERT", directory.host_identity().certificate},
                                           {"LDAPTLS_KEY", directory.host_identity().key}};
    CHECK(who({"-Y", "EXTERNAL", "-H", directory.tls_url()}, tls).output ==
          "dn:" + directory.host_dn() + "\n");
    CHECK(who({"-ZZ", "-Y", "EXTERNAL", "-H", directory.url()}, tls).output ==
          "dn:" + directory.host_dn() + "\n");

    // Without a certificate: by the password, and only by the right one.
    tls.erase("LDAPTLS_CERT");
    tls.erase("LDAPTLS_KEY");
    const auto with_password = [&](const std::string& password) {
        const auto argv = std::vector<std::string>{
            "ldapwhoami", "-x", "-ZZ", "-H", directory.url(), "-D", directory.host_dn(), "-w", password};
        return run(argv, tls).exit_code;
    };
    CHECK(read_file(directory.password_file()) == directory.host().password + "\n");
    CHECK(with_password(directory.host().password) == 0);
    CHECK(with_password("wrong") == 49); // invalidCredentials
}

TEST_CASE("slapd: paused, it takes connections and answers when it is resumed", "[ldap]") {
    const slapd directory{{.fast = true}};
    const auto is_stopped = [&] {
        const auto state = read_file("/proc/" + std::to_string(directory.id()) + "/stat");
        return state.find(") T ") != std::string::npos;
    };
    directory.pause();
    REQUIRE(eventually(is_stopped));
    process asking{{"ldapwhoami", "-x", "-H", directory.url()}, {{"LD_PRELOAD", ""}}};
    CHECK(is_stopped());
    directory.resume();
    CHECK(asking.wait().output == "anonymous\n");
}
