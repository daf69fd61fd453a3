// From a provider's options to a fleet: the options read, the manifests that they name read and checked.
#pragma once

#include "fleet/finding.hpp"
#include "fleet/objects.hpp"
#include "fleet/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct option_finding {
    severity level;
    std::string pointer; // the option
    std::string text;
};

struct loaded {
    options chosen;
    object_set objects;
    std::vector<option_finding> findings;

    bool failed() const noexcept; // an error is among the findings: the rest must not be used
};

// Reads files; changes nothing.
loaded load(std::string_view options_text);

// What sets and workloads refer to and is missing, as warnings.
std::vector<option_finding> missing_references(const object_set& objects);

} // namespace edgeconf::fleet
