// Whether a failure is one entry's or all of them fail: OpenLDAP says "other" (80) of a full disk, and of an
// entry that it cannot store.
#pragma once

#include <string>
#include <vector>

namespace edgeconf::ldap {

class session;

// Writes to the first device's entry that allows it what it has already. True if the server does, or if there
// is none to try: then nobody else is kept waiting. Throws directory_problem if it cannot be asked.
bool takes_writes(session& over, const std::vector<std::string>& dns);

} // namespace edgeconf::ldap
