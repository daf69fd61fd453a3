#include "fleet/admission.hpp"

#include "fleet/hardware.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

// Null when there is none.
const boost::json::string* find_text(const boost::json::object& hardware, std::string_view field) {
    const auto* from = &hardware;
    if (const auto dot = field.find('.'); dot != field.npos) {
        const auto* part = hardware.if_contains(field.substr(0, dot));
        from = part == nullptr ? nullptr : part->if_object();
        field.remove_prefix(dot + 1);
    }
    const auto* value = from == nullptr ? nullptr : from->if_contains(field);
    return value == nullptr ? nullptr : value->if_string();
}

} // namespace

std::string comparable_text(std::string_view text) {
    auto label = normalised_label(text);
    return label.empty() ? std::string{text} : label;
}

bool hardware_condition::holds(const boost::json::object& hardware) const {
    const auto* text = find_text(hardware, field);
    return text != nullptr && values.contains(comparable_text(*text));
}

bool admission_rule::applies(const applicant& who) const {
    return (!namespaces || namespaces->contains(who.ns)) && (!ids || ids->contains(who.id)) &&
           std::all_of(hardware.begin(), hardware.end(),
                       [&](const auto& condition) { return condition.holds(who.hardware); });
}

admission::admission(admission_settings settings) : settings_{std::move(settings)} {}

decision admission::judge_by_mode(const applicant& who) const {
    switch (settings_.approval) {
    case approval_mode::manual: break;
    case approval_mode::automatic: return {verdict::admit, {}, "approval is automatic"};
    case approval_mode::rules:
        for (const auto& rule : settings_.rules) {
            if (!rule.applies(who)) continue;
            return {rule.action, rule.target_set, fmt::format("{} applies", rule.name)};
        }
        return {verdict::wait, {}, "none of approval-rules applies"};
    }
    return {verdict::wait, {}, "approval is manual"};
}

decision admission::judge(const applicant& who, std::size_t known_devices) const {
    if (settings_.allowed_namespaces && !settings_.allowed_namespaces->contains(who.ns)) {
        return {verdict::refuse, {}, fmt::format("'{}' is none of allowed-namespaces", who.ns)};
    }
    auto made = judge_by_mode(who);
    if (made.is == verdict::admit && known_devices >= settings_.automatic_limit) {
        return {verdict::wait,
                {},
                fmt::format("{}, but the fleet has as many devices as automatic-limit allows", made.reason)};
    }
    return made;
}

} // namespace edgeconf::fleet
