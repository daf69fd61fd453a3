// A real directory for a test: OpenLDAP's slapd with the schema and the access rules that we ship.
#pragma once

#include "support/pki.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::test {

struct slapd_options {
    bool syncprov = true;                   // offers content synchronisation
    bool fast = false;                      // nothing is forced to the disk
    bool tree = true;                       // has the entries of slapd::make_tree()
    std::string log = "none";               // slapd's -d: "stats", "stats,sync" …
    std::string configuration{};            // further changes to cn=config, as LDIF for ldapmodify
    std::filesystem::path data_folder{};    // an empty folder that exists; else one of its own
    std::uint64_t data_bytes = 1ULL << 30U; // at most
};

// Who binds with a password; nobody without a DN.
struct caller {
    std::string dn{};
    std::string password{};
};

// Runs as whoever runs the test, on loopback ports that stay the same for its life, and dies with the
// thread that constructed it, or called start() last. One thread at a time. Throws with slapd's own words
// where it does not start.
class slapd {
public:
    explicit slapd(slapd_options options = {});
    ~slapd();
    slapd(const slapd&) = delete;
    slapd& operator=(const slapd&) = delete;

    std::string url() const;        // ldap://127.0.0.1:PORT, StartTLS too
    std::string tls_url() const;    // ldaps://127.0.0.1:PORT, with a certificate of ca()
    std::string socket_url() const; // ldapi://, where EXTERNAL makes this process's user the administrator
    std::uint16_t port() const noexcept { return port_; }

    std::string suffix() const { return "dc=example,dc=com"; }
    std::string base() const { return "ou=edge," + suffix(); }

    // The hosts' account: this password, or the certificate of host_identity().
    caller host() const { return {host_dn(), "host's password"}; }
    std::string host_dn() const { return "cn=edgeconf,ou=services," + suffix(); }
    std::filesystem::path password_file() const { return folder_.path() / "password"; }
    const identity& host_identity() const noexcept { return host_identity_; }
    authority& ca() noexcept { return ca_; }

    // Of the group that may administer the fleet; some other user; who may do anything to the data, or
    // to the configuration.
    caller administrator() const { return {"uid=ada,ou=people," + suffix(), "ada"}; }
    caller stranger() const { return {"uid=otto,ou=people," + suffix(), "otto"}; }
    caller root() const { return {"cn=admin," + suffix(), "root"}; }
    caller configurator() const { return {"cn=admin,cn=config", "root"}; }

    // What `add`, `modify` and `remove` do is done by the administrator, and throws unless it succeeds.
    void add(std::string_view ldif) const { expect(try_add(ldif, administrator())); }
    void modify(std::string_view ldif) const { expect(try_modify(ldif, administrator())); }
    void remove(const std::string& dn) const { expect(try_remove(dn, administrator())); }
    // The entries as LDIF, lines unfolded. `arguments` are ldapsearch's: options, filter, attributes.
    std::string search(std::vector<std::string> arguments) const;

    // The same for anybody; the tool's exit code is RFC 4511's result code.
    finished try_add(std::string_view ldif, const caller& by) const;
    finished try_modify(std::string_view ldif, const caller& by) const;
    finished try_remove(const std::string& dn, const caller& by) const; // and all that is below it
    finished try_search(std::vector<std::string> arguments, const caller& by) const;

    void stop();         // SIGTERM: returns when it has ended, throws if not in order
    void kill();         // SIGKILL
    void pause() const;  // SIGSTOP: connections stay, nothing is answered
    void resume() const; // SIGCONT
    void start();        // after stop() or kill(): the same ports, configuration and data
    void wipe();         // while it is stopped: the database is empty afterwards, without make_tree()
    void load(const std::filesystem::path& ldif) const; // while it is stopped: more entries, by slapadd

    // All entries as slapcat has them, at any time; and these as the whole database, while it is stopped.
    std::string backup() const;
    void restore(std::string_view backup);

    // The suffix, the accounts, the base, and below it ou=devices and ou=objects.
    void make_tree() const;

    std::string log() const; // of all that ran so far
    pid_t id() const noexcept { return child_ ? child_->id() : -1; }

private:
    std::filesystem::path configuration_folder() const { return folder_.path() / "configuration"; }
    void configure() const;
    bool comes_up();
    void adapt() const;
    finished tool(std::string_view name, std::vector<std::string> arguments, const caller& by) const;
    static void expect(const finished& done);

    temp_folder folder_;
    slapd_options options_;
    std::filesystem::path data_;
    authority ca_;
    identity server_identity_;
    identity host_identity_;
    std::uint16_t port_ = 0;
    std::uint16_t tls_port_ = 0;
    std::optional<process> child_;
};

// Of a device's entry.
std::string device_dn(const slapd& directory, std::string_view id);

} // namespace edgeconf::test
