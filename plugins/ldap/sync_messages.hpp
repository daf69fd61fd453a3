// What client and server say to each other in content synchronisation (RFC 4533), as values; libldap's BER
// functions read and write them. Pure functions. libldap's own ldap_sync_init is not used: it does not
// return before the refresh is over, however long the server is silent, and it reports the end of a refresh
// without saying whether it was one of those that are present or one of those that are deleted.
#pragma once

#include "ldap/entry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::ldap {

// Of the Sync State Control (2.3), which comes with each entry.
struct sync_state {
    enum class kind { present, add, modify, remove };
    kind is;
    entry_id id;
    std::string cookie; // empty: none
};

// The Sync Info Message (2.5).
struct sync_info {
    enum class kind { new_cookie, refresh_delete, refresh_present, id_set };
    kind is;
    std::string cookie{};     // empty: none
    bool refresh_done = true; // refresh_delete, refresh_present
    bool deleted = false;     // id_set: those that are deleted; else present
    std::vector<entry_id> ids{};
};

// The value of a Sync Request Control (2.2) for refreshAndPersist. An empty cookie is none.
std::string sync_request(std::string_view cookie);

// Of a server's bytes. Throw directory_problem for what is malformed.
sync_state read_sync_state(std::string_view value);
sync_info read_sync_info(std::string_view value);

} // namespace edgeconf::ldap
