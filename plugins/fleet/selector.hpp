// Kubernetes label selectors: which devices a workload is for (R33). Plain values, pure functions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace edgeconf::fleet {

using string_map = std::map<std::string, std::string, std::less<>>;

class label_map;

enum class selector_operator { in, not_in, exists, does_not_exist };

struct selector_requirement {
    std::string key;
    selector_operator is;
    std::vector<std::string> values; // for in and not_in

    bool operator==(const selector_requirement&) const = default;
};

// Matches when every requirement holds; without any it matches everything.
struct label_selector {
    std::vector<selector_requirement> requirements;

    bool matches(const label_map& labels) const;

    bool operator==(const label_selector&) const = default;
};

} // namespace edgeconf::fleet
