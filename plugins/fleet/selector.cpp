#include "fleet/selector.hpp"

#include "fleet/label_map.hpp"

#include <algorithm>

namespace edgeconf::fleet {

namespace {

bool holds(const selector_requirement& requirement, const label_map& labels) {
    const auto* value = labels.find(requirement.key);
    const bool present = value != nullptr;
    const auto listed = [&] {
        return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
               requirement.values.end();
    };
    switch (requirement.is) {
    case selector_operator::in: return present && listed();
    case selector_operator::not_in: return !present || !listed();
    case selector_operator::exists: return present;
    case selector_operator::does_not_exist: return !present;
    }
    return false;
}

} // namespace

bool label_selector::matches(const label_map& labels) const {
    return std::all_of(requirements.begin(), requirements.end(),
                       [&](const selector_requirement& each) { return holds(each, labels); });
}

} // namespace edgeconf::fleet
