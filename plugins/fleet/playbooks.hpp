// Which Ansible playbooks a device is offered (R34).
#pragma once

#include "fleet/objects.hpp"

#include <string>
#include <string_view>

namespace edgeconf::fleet {

class references;

// A JSON array of {name, ansible_playbook_string}. Each label `config/...` of the device names, as its
// value, an EdgeConfig, or the rest of a PlaybookExecution's name `<device>-<value>`, which goes first.
// What is missing is noted and left out: a device that misses one playbook can still run the others.
std::string render_playbooks(std::string_view device, const string_map& labels, const references& refer);

} // namespace edgeconf::fleet
