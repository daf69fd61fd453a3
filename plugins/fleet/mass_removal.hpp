// Whether a reload of the manifests removes more than an edit explains: a folder that is unmounted or half
// synchronised looks like one that was emptied. Pure functions.
#pragma once

#include "fleet/objects.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace edgeconf::fleet {

// Of one kind.
struct mass_removal {
    object_kind kind;
    std::size_t gone;
    std::size_t before;

    auto operator<=>(const mass_removal&) const = default;
};

// If more than half of any kind would go: every kind of which any would, in the order of object_kind, since
// whoever accepts that accepts all of it. Else nothing. One object that goes is an edit, even if it is the
// only one of its kind, unless `folder_emptied`: somewhere no file is left where some were. All of `removed`
// are in `before`.
std::vector<mass_removal> mass_removals(const object_set& before, const std::vector<object_key>& removed,
                                        bool folder_emptied);

// "10 of 10 EdgeWorkload, 2 of 3 Secret"
std::string to_string(const std::vector<mass_removal>& removals);

} // namespace edgeconf::fleet
