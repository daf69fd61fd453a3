#include "ldap/tls_options.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/handle_option.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <sys/stat.h>

namespace edgeconf::ldap {
namespace {

// libldap itself knows no authorities of the system's, its configuration file in Debian names these.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

// Another one if the file was written or replaced.
using file_version = std::tuple<ino_t, off_t, time_t, long>;

file_version version_of(const std::string& file) {
    struct stat about {};
    if (file.empty() || ::stat(file.c_str(), &about) != 0) return {};
    return {about.st_ino, about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
}

struct tls_files {
    std::array<std::string, 3> names; // of the authorities, the certificate and the key
    std::array<file_version, 3> versions;

    explicit tls_files(const tls_settings& tls)
        : names{tls.ca_file.empty() ? system_authorities : tls.ca_file.string(), tls.certificate.string(),
                tls.key.string()} {
        std::transform(names.begin(), names.end(), versions.begin(), &version_of);
    }

    bool operator==(const tls_files&) const = default;
};

// What libldap made of files, or why it did not.
struct tls_context {
    tls_files files;
    void* context = nullptr; // a reference that is never given back: libldap has no function for it
    std::string problem{};
};

tls_context load(LDAP* on, const tls_files& files) {
    tls_context made{files};
    set_text(on, LDAP_OPT_X_TLS_CACERTDIR, {}, "the folder of authorities");
    set_text(on, LDAP_OPT_X_TLS_CACERTFILE, files.names[0], "the file of authorities");
    set_text(on, LDAP_OPT_X_TLS_CERTFILE, files.names[1], "the certificate");
    set_text(on, LDAP_OPT_X_TLS_KEYFILE, files.names[2], "the key");
    const int client = 0;
    if (ldap_set_option(on, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS)
        ldap_get_option(on, LDAP_OPT_X_TLS_CTX, &made.context);
    else
        made.problem = described(LDAP_PARAM_ERROR, diagnostic(on, LDAP_PARAM_ERROR));
    return made;
}

// One for each version of files that was used, for as long as the process runs.
const tls_context& context_of(LDAP* on, const tls_files& files) {
    static auto& known = *new std::vector<tls_context>;
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.files == files; });
    return found == known.end() ? known.emplace_back(load(on, files)) : *found;
}

} // namespace

void set_tls_options(LDAP* on, const tls_settings& tls) {
    set_number(on, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND, "that certificates are required");
    // The common name counts only in a certificate without alternative names.
    set_number(on, LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_TRY, "what certificates are for");
    set_number(on, LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, "the least version of TLS");
    set_text(on, LDAP_OPT_X_TLS_PEERKEY_HASH, {}, "that no key is pinned");
    const tls_files files{tls};
    static std::mutex mutex;
    const std::lock_guard lock{mutex};
    const auto& context = context_of(on, files);
    if (context.context == nullptr)
        throw directory_problem{LDAP_PARAM_ERROR, "the files for TLS cannot be used: " + context.problem};
    set_option(on, LDAP_OPT_X_TLS_CTX, context.context, "what was read for TLS");
}

} // namespace edgeconf::ldap
