#include "ldap/object_writer.hpp"

#include "ldap/object_form.hpp"

#include <fmt/format.h>

#include <ldap.h>

namespace edgeconf::ldap {

void object_writer::add(session& over, const std::vector<const fleet::stored_object*>& objects) {
    std::vector<write_request> requests;
    for (const auto* each : objects) requests.push_back(object_to_add(*each, parent_));
    const auto results = over.write(requests);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto code = results[i].code;
        if (code == LDAP_SUCCESS || code == LDAP_ALREADY_EXISTS) continue;
        if (code == LDAP_BUSY || code == LDAP_UNAVAILABLE) {
            throw directory_problem{code, fmt::format("{}: {}", requests[i].dn, results[i].what)};
        }
        const std::lock_guard held{mutex_};
        problems_.insert_or_assign(requests[i].dn, fmt::format("cannot be added: {}", results[i].what));
    }
}

std::map<std::string, std::string> object_writer::problems() const {
    const std::lock_guard held{mutex_};
    return problems_;
}

} // namespace edgeconf::ldap
