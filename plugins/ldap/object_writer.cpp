#include "ldap/object_writer.hpp"

#include "ldap/object_form.hpp"
#include "ldap/write_probe.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <algorithm>

namespace edgeconf::ldap {

void object_writer::add(session& over, const std::vector<const fleet::stored_object*>& objects,
                        const std::function<bool()>& takes_others) {
    std::vector<write_request> requests;
    for (const auto* each : objects) requests.push_back(object_to_add(*each, parent_));
    const auto results = over.write(requests);
    const auto is_added = [](const write_result& each) { return each.code == LDAP_SUCCESS; };
    const auto may_be_all = [](const write_result& each) { return is_ambiguous(each.code); };
    const bool asks = std::none_of(results.begin(), results.end(), is_added) &&
                      std::any_of(results.begin(), results.end(), may_be_all);
    const bool others_are_written = !asks || takes_others();
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto code = results[i].code;
        if (concerns_all(code, others_are_written))
            throw directory_problem{code, fmt::format("{}: {}", requests[i].dn, results[i].what)};
        const std::lock_guard held{mutex_};
        if (code == LDAP_SUCCESS || code == LDAP_ALREADY_EXISTS) {
            problems_.erase(requests[i].dn);
            continue;
        }
        problems_.insert_or_assign(requests[i].dn, fmt::format("cannot be added: {}", results[i].what));
    }
}

std::map<std::string, std::string> object_writer::problems() const {
    const std::lock_guard held{mutex_};
    return problems_;
}

} // namespace edgeconf::ldap
