// What the LDAP provider is told by its options, besides what every provider with the fleet model has.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::ldap {

enum class bind_method {
    simple,   // a DN and the password that is in a file
    external, // SASL EXTERNAL: the client certificate, or over ldapi:// the process's user
};

struct bind_settings {
    bind_method method = bind_method::external;
    std::string dn; // simple
    std::filesystem::path
        password_file; // simple; read at each bind, one newline at its end is not part of it
};

struct tls_settings {
    bool start_tls = false;        // on ldap:// URLs: nothing but StartTLS is said before it has succeeded
    std::filesystem::path ca_file; // empty: the system's authorities
    std::filesystem::path certificate; // of the client; with its chain
    std::filesystem::path key;
};

struct connection_settings {
    std::vector<std::string> urls; // ldap://, ldaps://, ldapi://; the first that answers is used
    tls_settings tls;
    bind_settings bind;
    std::chrono::milliseconds connect_timeout{2000};   // for one URL: TCP, TLS and bind together
    std::chrono::milliseconds operation_timeout{2000}; // for the answer to one operation, or the next page
    std::chrono::milliseconds write_timeout{500};      // the same where devices wait; 20 times for all
};

// How what others write comes here.
enum class following {
    automatic, // sync where the server offers it, else poll
    sync,      // RFC 4533, refreshAndPersist
    poll,      // by modifyTimestamp
};

struct follow_settings {
    following by = following::automatic;
    std::chrono::seconds poll_interval{5};      // poll: changes are looked for so often
    std::chrono::seconds deletion_interval{60}; // poll: and entries that are gone
    std::chrono::seconds probe_interval{5};     // sync: a connection that is silent for so long is asked
    std::size_t page_size = 500;                // entries in a page of results
};

// What becomes of heartbeats in the directory.
enum class heartbeats {
    ignore, // they are answered, and that is all
    memory, // this process knows what they say, the directory does not
    write,  // what they say is written if it has changed, for each device at most once per interval
};

// Devices that the directory has already, under a schema of its own. It is only ever read.
struct mapping_settings {
    std::string base;
    std::string filter;              // RFC 4515, in parentheses; which entries are devices
    std::string id_attribute;        // its first value is the device's id
    std::string namespace_attribute; // empty: `ns` for all
    std::string ns;
    std::vector<std::string> label_attributes; // "attribute" or "attribute=label": each value of the entry's
                                               // attribute is the value of a label
    std::string approval_attribute;            // empty: all are approved
    std::vector<std::string> approved_values;  // any of these means approved, any other value pending
    std::vector<std::string> declined_values;
    std::vector<std::string> removed_values;
};

struct settings {
    connection_settings connection;
    std::string base; // DN; everything of ours is below it
    follow_settings follow;
    ldap::heartbeats heartbeats = heartbeats::memory;
    std::chrono::seconds heartbeat_interval{300}; // heartbeats::write
    std::optional<mapping_settings> mapping;
};

} // namespace edgeconf::ldap
