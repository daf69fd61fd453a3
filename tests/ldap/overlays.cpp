#include "ldap/overlays.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace edgeconf::test {

std::string overlay(std::string_view name, std::string_view settings) {
    return fmt::format("dn: cn=module{{0}},cn=config\nchangetype: modify\nadd: olcModuleLoad\n"
                       "olcModuleLoad: {0}\n\ndn: olcOverlay={0},olcDatabase={{1}}mdb,cn=config\n"
                       "changetype: add\nobjectClass: olcOverlayConfig\nolcOverlay: {0}\n{1}",
                       name, settings);
}

std::string failing_entries() {
    return overlay("retcode", "objectClass: olcRetcodeConfig\nolcRetcodeInDir: TRUE\n"
                              "olcRetcodeParent: cn=nobody\n");
}

void let_fail(const slapd& directory, const std::string& dn, const std::string& operation) {
    const auto done = directory.try_modify(
        fmt::format("dn: {}\nchangetype: modify\nadd: objectClass\nobjectClass: errAuxObject\n-\n"
                    "add: errCode\nerrCode: 80\n-\nadd: errOp\nerrOp: {}\n-\n"
                    "add: errText\nerrText: not this one\n",
                    dn, operation),
        directory.root());
    if (done.exit_code != 0) throw std::runtime_error{done.errors};
}

} // namespace edgeconf::test
