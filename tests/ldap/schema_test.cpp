#include "ldap/slapd.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <regex>

using namespace edgeconf::test;
using Catch::Contains;

namespace {

const std::filesystem::path schema_folder{EDGECONF_LDAP_SCHEMA};

// All definitions of one form, without what differs between the two.
std::vector<std::string> definitions(const std::string& text, const std::string& keyword) {
    std::vector<std::string> found;
    const std::regex start{"(^|\n)" + keyword + ":? "};
    const std::regex space{"\\s+"};
    for (std::sregex_iterator at{text.begin(), text.end(), start}, none; at != none; ++at) {
        const auto from = static_cast<std::size_t>(at->position() + at->length());
        auto end = text.find('\n', from);
        while (end != std::string::npos && text.compare(end + 1, 1, " ") == 0) end = text.find('\n', end + 1);
        found.push_back(std::regex_replace(text.substr(from, end - from), space, " "));
    }
    return found;
}

int slaptest(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"/usr/sbin/slaptest", "-u"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto done = run(argv, {{"LD_PRELOAD", ""}});
    CAPTURE(done.errors);
    CHECK_THAT(done.errors, Contains("config file testing succeeded"));
    return done.exit_code;
}

} // namespace

TEST_CASE("schema: both forms define the same", "[ldap]") {
    const auto schema = read_file(schema_folder / "edgeconf.schema");
    const auto ldif = read_file(schema_folder / "edgeconf.ldif");
    CHECK(definitions(schema, "attributetype").size() == 14);
    CHECK(definitions(schema, "objectclass").size() == 3);
    CHECK(definitions(schema, "attributetype") == definitions(ldif, "olcAttributeTypes"));
    CHECK(definitions(schema, "objectclass") == definitions(ldif, "olcObjectClasses"));
}

TEST_CASE("schema: slapd.conf takes edgeconf.schema", "[ldap]") {
    const temp_folder folder;
    const auto file = folder.write("slapd.conf", "include /etc/ldap/schema/core.schema\ninclude " +
                                                     (schema_folder / "edgeconf.schema").string() + "\n");
    CHECK(slaptest({"-f", file}) == 0);
}

TEST_CASE("schema: cn=config takes edgeconf.ldif", "[ldap]") {
    const temp_folder folder;
    std::filesystem::create_directory(folder.path() / "configuration");
    const auto file = folder.write("configuration.ldif",
                                   "dn: cn=config\nobjectClass: olcGlobal\ncn: config\n\n"
                                   "dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n" +
                                       read_file("/etc/ldap/schema/core.ldif") + "\n" +
                                       read_file(schema_folder / "edgeconf.ldif"));
    const auto loaded =
        run({"/usr/sbin/slapadd", "-n", "0", "-F", folder.path() / "configuration", "-l", file},
            {{"LD_PRELOAD", ""}});
    CAPTURE(loaded.errors);
    CHECK(loaded.exit_code == 0);
    CHECK(slaptest({"-F", folder.path() / "configuration"}) == 0);
}

TEST_CASE("schema: devices are found by id, label, namespace and approval, as each is compared", "[ldap]") {
    slapd directory{{.fast = true}};
    directory.add("dn: edgeDeviceId=Pump-1,ou=devices," + directory.base() +
                  "\nobjectClass: edgeDevice\nedgeNamespace: plant-1\nedgeApproval: Approved\n"
                  "edgeLabel: site=North\nedgeLabel: line=2\ndescription: by the gate\n");
    const auto is_found = [&](const std::string& filter) {
        return directory.search({filter, "edgeDeviceId"}).find("edgeDeviceId: Pump-1") != std::string::npos;
    };
    CHECK(is_found("(edgeDeviceId=pump-1)"));
    CHECK(is_found("(edgeDeviceId=PUMP*)"));
    CHECK(is_found("(edgeLabel=site=North)"));
    CHECK(is_found("(edgeLabel=site=*)"));
    CHECK_FALSE(is_found("(edgeLabel=site=north)"));
    CHECK(is_found("(edgeNamespace=plant-1)"));
    CHECK_FALSE(is_found("(edgeNamespace=PLANT-1)"));
    CHECK(is_found("(edgeApproval=approved)"));
}

TEST_CASE("schema: a document comes back byte by byte, whatever its length and spaces", "[ldap]") {
    slapd directory{{.fast = true}};
    std::string document = "template:\n  spec:  # two  spaces\n";
    for (int line = 0; line < 20000; ++line) document += "    - {name: \"w" + std::to_string(line) + "\"}\n";
    document += "  last: \" \"\n\n";
    const temp_folder folder;
    const auto dn = "cn=w,ou=objects," + directory.base();
    directory.add("dn: " + dn + "\nobjectClass: edgeObject\nedgeKind: EdgeWorkload\nedgeSpec:< file://" +
                  folder.write("spec", document).string() + "\n");
    directory.search({"-b", dn, "-s", "base", "-t", "-T", folder.path(), "edgeSpec"});
    std::string kept;
    for (const auto& file : std::filesystem::directory_iterator{folder.path()})
        if (file.path().filename().string().find("edgeSpec") != std::string::npos) kept = read_file(file);
    CHECK((kept == document)); // not printed: a megabyte
}

TEST_CASE("schema: a device has one revision, which a change can be bound to", "[ldap]") {
    slapd directory{{.fast = true}};
    const auto dn = "edgeDeviceId=a,ou=devices," + directory.base();
    directory.add("dn: " + dn + "\nobjectClass: edgeDevice\n");
    const auto change = [&](const std::string& what) {
        return directory.try_modify("dn: " + dn + "\nchangetype: modify\n" + what, directory.host())
            .exit_code;
    };
    CHECK(change("add: objectClass\nobjectClass: edgeDeviceState\n-\nadd: edgeRevision\nedgeRevision: 1\n") ==
          0);
    CHECK(change("add: edgeRevision\nedgeRevision: 2\n") == 19);    // constraintViolation: one value
    CHECK(change("delete: edgeRevision\nedgeRevision: 7\n") == 16); // noSuchAttribute
    CHECK(change("delete: edgeRevision\nedgeRevision: 1\n-\nadd: edgeRevision\nedgeRevision: 2\n") == 0);
}
