// Who may join: what becomes of the enrolment of a device that is not known yet (R3, R5, R7a). Pure: what
// has been decided and who is known is the model's to remember.
//
// All that an enrolment says, the id included, is the device's own claim, and any holder of the shared
// registration certificate can claim anything. Rules sort honest devices; whoever knows a listed id can
// enrol under it.
#pragma once

#include "fleet/identity.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace edgeconf::fleet {

enum class approval_mode : std::uint8_t {
    manual,    // an administrator, or a manifest, lets a device in
    automatic, // whoever enrols is in
    rules,     // the first rule that applies decides; without one, an administrator
};

struct applicant {
    std::string_view id;
    std::string_view ns;                 // the one that it wants to be in
    const boost::json::object& hardware; // Flotta's hardware-info; empty when none was sent (R4)
};

enum class verdict : std::uint8_t {
    admit,
    wait,   // recorded, for an administrator
    refuse, // not recorded; ECP_DENIED
};

struct decision {
    verdict is = verdict::wait;
    std::string target_set; // the value of the label flotta/member-of (R5); empty: no label
    std::string reason;     // for the log; names the option that decided
};

using id_set = std::unordered_set<std::string, caseless_hash, caseless_equal>;
using name_set = std::set<std::string, std::less<>>;

// `text` in the form in which texts of hardware are compared: as labels are made of them (R16), so that an
// operator may write what a device reported, or what its label says. A text that makes no label stays.
std::string comparable_text(std::string_view text);

struct hardware_condition {
    std::string field; // a text in hardware-info, at most one level down: "hostname", "cpu.architecture"
    std::unordered_set<std::string> values; // each a comparable_text()

    // Not for a field that was not reported.
    bool holds(const boost::json::object& hardware) const;
};

struct admission_rule {
    std::string name; // for the log
    // All that are given have to hold.
    std::optional<name_set> namespaces;
    std::optional<id_set> ids;
    std::vector<hardware_condition> hardware;
    // What the rule does.
    verdict action = verdict::admit;
    std::string target_set;

    bool applies(const applicant& who) const;
};

struct admission_settings {
    approval_mode approval = approval_mode::manual;
    std::vector<admission_rule> rules;          // for approval_mode::rules, in the order that counts
    std::optional<name_set> allowed_namespaces; // whatever the mode; without them, all
    std::size_t automatic_limit = 200'000;      // with so many known devices only an administrator adds more
};

// Never changes: may be used from any thread. A decision takes a lookup for each condition of each rule,
// however many ids or values the condition lists.
class admission {
public:
    explicit admission(admission_settings settings = {});

    // False when only an administrator lets devices in, so that nothing a device says matters.
    bool may_admit() const noexcept { return settings_.approval != approval_mode::manual; }

    // `known_devices` is the size of the fleet without those that wait.
    decision judge(const applicant& who, std::size_t known_devices) const;

private:
    decision judge_by_mode(const applicant& who) const;

    admission_settings settings_;
};

} // namespace edgeconf::fleet
