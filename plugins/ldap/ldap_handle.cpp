#include "ldap/ldap_handle.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/handle_option.hpp"
#include "ldap/socket_io.hpp"
#include "ldap/tls_options.hpp"
#include "ldap/words.hpp"

#include <ldap.h>
#include <openldap.h> // ldap_init_fd

#include <mutex>
#include <string>

#include <sys/socket.h>

namespace edgeconf::ldap {
namespace {

// A message that claims to be longer ends the connection: its length is allocated when it is announced.
constexpr ber_len_t longest_message = ber_len_t{64} << 20;

Sockbuf* sockbuf_of(LDAP* connection) {
    Sockbuf* found = nullptr;
    ldap_get_option(connection, LDAP_OPT_SOCKBUF, &found);
    return found;
}

void set_protocol(LDAP* on) {
    set_number(on, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3, "the protocol's version");
    set_number(on, LDAP_OPT_DEREF, LDAP_DEREF_NEVER, "the treatment of aliases");
    set_number(on, LDAP_OPT_SIZELIMIT, LDAP_NO_LIMIT, "the size limit");
    set_number(on, LDAP_OPT_TIMELIMIT, LDAP_NO_LIMIT, "the time limit");
    set_option(on, LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "the treatment of referrals");
    set_option(on, LDAP_OPT_RESTART, LDAP_OPT_ON, "what a signal does");
    const timeval none{-1, 0};
    for (const int option : {LDAP_OPT_NETWORK_TIMEOUT, LDAP_OPT_TIMEOUT})
        set_option(on, option, &none, "that libldap has no time of its own");
    set_text(on, LDAP_OPT_DEFBASE, {}, "the base");
}

} // namespace

void ldap_handle_closer::operator()(LDAP* left) const noexcept { ldap_unbind_ext(left, nullptr, nullptr); }

ldap_handle make_handle(owned_descriptor socket, const server_url& url, const tls_settings& tls) {
    // libldap's and GnuTLS's first use sets up what all handles share, in 2.5 without a lock.
    static std::mutex first;
    const std::lock_guard lock{first};
    LDAP* raw = nullptr;
    const int code = ldap_init_fd(socket.get(), LDAP_PROTO_EXT, url.text.c_str(), &raw);
    if (code != LDAP_SUCCESS) throw directory_problem{code, described(code, {})};
    ldap_handle made{raw};
    auto* sockbuf = sockbuf_of(raw);
    if (!use_socket_io(sockbuf)) throw directory_problem{LDAP_NO_MEMORY, described(LDAP_NO_MEMORY, {})};
    socket.release();
    auto longest = longest_message;
    ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &longest);
    set_protocol(raw);
    if (url.scheme == url_scheme::ldaps || tls.start_tls) set_tls_options(raw, tls);
    return made;
}

void secure(LDAP* connection, const std::string& host, deadline until) {
    auto* const sockbuf = sockbuf_of(connection);
    wait_until(sockbuf, until);
    const int code = ldap_install_tls(connection);
    stop_waiting(sockbuf);
    if (code == LDAP_SUCCESS) return;
    if (left_until(until).count() == 0) throw directory_problem{LDAP_TIMEOUT, "no TLS: no answer in time"};
    const auto words = diagnostic(connection, code);
    // Where the name is the fault, libldap gives its own code to GnuTLS for words.
    throw directory_problem{code, words == "(unknown error code)"
                                      ? "no TLS: the certificate is not for " + host
                                      : "no TLS: " + described(code, words)};
}

void forbid_reconnecting(LDAP* connection) {
    set_text(connection, LDAP_OPT_URI, "ldapi://%2Fdev%2Fnull", "that it does not reconnect");
}

void cut(LDAP* connection) noexcept {
    int fd = -1;
    if (ldap_get_option(connection, LDAP_OPT_DESC, &fd) == LDAP_OPT_SUCCESS && fd >= 0)
        ::shutdown(fd, SHUT_RDWR);
}

} // namespace edgeconf::ldap
