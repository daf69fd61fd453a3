// What devices read, so that it can be compared with what they read later.
#pragma once

#include "check/instance.hpp"
#include "check/trial.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

struct reading {
    device_request request;
    answer given;
    std::string name() const; // "get_playbooks of camera-1"
};

// A device that is known, if there is one, and one that is not.
std::vector<std::string> known_and_unknown(trial& in, instance& of);

// One request of each call that the provider has, for each of these.
std::vector<device_request> requests_of(trial& in, instance& of);

// The three reads of each device, asked one by one, where the provider has them.
std::vector<reading> read_all(instance& of, const std::vector<std::string>& devices);

// BUSY, UNAVAILABLE, DEADLINE or CANCELLED: it says nothing of the device.
bool says_nothing(const answer& given) noexcept;

enum class compared { body, body_and_revision };

// A fault where `now` is another answer than before, unless one of them says nothing. `when`: "after ...".
void compare(trial& in, const reading& before, const answer& now, std::string_view when,
             compared what = compared::body);

// Asks again and compares. A fault also where the provider says nothing more, for as long as patience lasts.
void compare_again(trial& in, instance& of, const std::vector<reading>& before, std::string_view when);

} // namespace edgeconf::check
