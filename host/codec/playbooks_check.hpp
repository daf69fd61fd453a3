// The last look at a device's playbooks before they leave.
#pragma once

#include "model/problem.hpp"

#include <string_view>

namespace edgeconf::codec {

// Whether `body` is an array of objects with a name and a playbook; Flotta's worker dereferences
// every element unseen. Fails with errc::internal, naming what is wrong.
result<void> check_playbooks(std::string_view body);

} // namespace edgeconf::codec
