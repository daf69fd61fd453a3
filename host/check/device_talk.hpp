// One device as it talks to the provider, and what it may be told.
#pragma once

#include "check/instance.hpp"
#include "check/trial.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

// "NOT_FOUND", with the message if there is one.
std::string said(const answer& given);

// An id as a report shows it: a long one loses its middle.
std::string shown(std::string_view id);

// Calls with the bodies that a device sends; a call that the provider does not have, or that it answers
// UNIMPLEMENTED, is passed over. Who cannot tell at the moment, UNAVAILABLE or BUSY, ends the check: there is
// nothing to judge.
class device_talk {
public:
    device_talk(trial& in, instance& of, std::string id, std::string ns = "default");

    const std::string& id() const noexcept { return id_; }
    // The answer to it, UNIMPLEMENTED where there is none.
    answer ask(operation op);
    answer ask(operation op, std::string body);
    // A fault if `given` is none of `due`, saying `why` these are; false then, and where there is no answer.
    bool judge(operation op, const answer& given, std::initializer_list<ecp_status> due,
               std::string_view why);
    // Both.
    answer expect(operation op, std::initializer_list<ecp_status> due, std::string_view why);

    // Enrols as often as a device that is let in has to; whether it was.
    bool is_let_in();
    // Skips the check unless all that it relies on has been answered.
    void need(std::initializer_list<operation> calls);

private:
    trial& in_;
    instance& of_;
    std::string id_;
    std::string ns_;
};

// The four calls that only read, or tell something that is of no consequence.
inline constexpr auto calls_of_known_devices = {operation::get_registration, operation::get_configuration,
                                                operation::put_heartbeat, operation::get_playbooks};

} // namespace edgeconf::check
