#include "ldap/patience.hpp"

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <algorithm>

namespace edgeconf::ldap {

deadline patience::next() const {
    if (has_passed(all)) throw directory_problem{LDAP_TIMEOUT, "all of it together takes too long"};
    return std::min(after(each), all);
}

} // namespace edgeconf::ldap
