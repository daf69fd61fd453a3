// Whether a failure is one entry's or all of them fail: OpenLDAP says "other" (80) of a full disk, and of an
// entry that it cannot store; servers that are read-only say what some say of one entry, too.
#pragma once

#include <string>
#include <vector>

namespace edgeconf::ldap {

class session;

// Whether the result code may be about all writes as well as about one.
bool is_ambiguous(int code);

// Whether what failed like this concerns all writes, if `others_are_written` or not.
bool concerns_all(int code, bool others_are_written);

// Writes to entries of devices what they have already, until one takes it. False if none does, and one fails
// in a way that is_ambiguous(): then nobody else is kept waiting by a device's own trouble. Throws
// directory_problem if the server cannot be asked.
bool takes_writes(session& over, const std::vector<std::string>& dns);

} // namespace edgeconf::ldap
