#include "ldap/modifications.hpp"

#include <ldap.h>

#include <deque>

namespace edgeconf::ldap {
namespace {

int operation_of(modification::kind kind) {
    switch (kind) {
    case modification::kind::add: return LDAP_MOD_ADD;
    case modification::kind::remove: return LDAP_MOD_DELETE;
    case modification::kind::replace: return LDAP_MOD_REPLACE;
    }
    return LDAP_MOD_REPLACE;
}

} // namespace

struct modifications::parts {
    std::deque<berval> octets; // deques: what refers to their elements stays right
    std::deque<std::vector<berval*>> values;
    std::deque<LDAPMod> changes;
    std::vector<LDAPMod*> all;
};

modifications::modifications(const std::vector<modification>& changes) : parts_{std::make_unique<parts>()} {
    for (const auto& change : changes) {
        auto& values = parts_->values.emplace_back();
        for (const auto& value : change.values)
            values.push_back(
                &parts_->octets.emplace_back(berval{value.size(), const_cast<char*>(value.data())}));
        values.push_back(nullptr);
        LDAPMod made{};
        made.mod_op = operation_of(change.is) | LDAP_MOD_BVALUES;
        made.mod_type = const_cast<char*>(change.attribute.c_str());
        if (!change.values.empty()) made.mod_bvalues = values.data();
        parts_->all.push_back(&parts_->changes.emplace_back(made));
    }
    parts_->all.push_back(nullptr);
}

modifications::~modifications() = default;

LDAPMod** modifications::get() noexcept { return parts_->all.data(); }

} // namespace edgeconf::ldap
