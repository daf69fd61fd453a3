// What of the process belongs to the host, and what a provider has done to it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace edgeconf::check {

// From a thing of the process to what it is at the moment: "the umask" to "022", "the file descriptor 7" to
// "socket:[1234]", and so on. Of threads only their number.
using process_state = std::map<std::string, std::string>;

process_state look_at_process();

// Each thing that is not as it was, as a sentence.
std::vector<std::string> differences(const process_state& before, const process_state& now);

} // namespace edgeconf::check
