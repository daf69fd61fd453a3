#include "ldap/overruled_words.hpp"

#include "ldap/device_form.hpp"
#include "ldap/directory_problem.hpp"
#include "ldap/schema_names.hpp"
#include "ldap/session.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <utility>

namespace edgeconf::ldap {

bool lets_in_or_wipes(const std::string& approval) { return approval == "approved" || approval == "removed"; }

bool overruled_words::judge(const entry& own, bool is_mapped) {
    auto approval = given_of(own).approval;
    const bool says_nothing = approval.empty() || approval == "pending";
    const auto found = words_.find(own.id());
    const bool is_as_it_was = found != words_.end() && found->second.approval == approval;
    if (says_nothing || (!is_mapped && !is_as_it_was)) {
        gone(own.id());
        return false;
    }
    if (lets_in_or_wipes(approval)) untried_.insert(own.id());
    words_.insert_or_assign(own.id(), word{own.id(), own.dn(), std::move(approval)});
    return true;
}

void overruled_words::gone(const entry_id& own) {
    words_.erase(own);
    untried_.erase(own);
}

std::vector<overruled_words::word> overruled_words::to_take_back(std::size_t most) const {
    std::vector<word> made;
    for (const auto& each : untried_) {
        if (made.size() == most) break;
        made.push_back(words_.at(each));
    }
    return made;
}

void overruled_words::tried(const std::vector<word>& words) {
    for (const auto& each : words) untried_.erase(each.entry);
}

std::vector<kept_word> take_back(session& over, const std::vector<overruled_words::word>& words) {
    std::vector<write_request> requests;
    for (const auto& each : words) {
        requests.push_back({write_request::kind::modify,
                            each.dn,
                            {{modification::kind::remove, names::approval, {each.approval}},
                             {modification::kind::add, names::approval, {"pending"}}},
                            {}});
    }
    std::vector<kept_word> kept;
    const auto results = over.write(requests);
    for (std::size_t i = 0; i < results.size(); ++i) {
        switch (results[i].code) {
        case LDAP_SUCCESS:
        case LDAP_NO_SUCH_ATTRIBUTE: // it says something else by now
        case LDAP_NO_SUCH_OBJECT: break;
        case LDAP_BUSY:
        case LDAP_UNAVAILABLE:
            throw directory_problem{results[i].code, fmt::format("{}: {}", words[i].dn, results[i].what)};
        default: kept.push_back({words[i], results[i].what});
        }
    }
    return kept;
}

} // namespace edgeconf::ldap
