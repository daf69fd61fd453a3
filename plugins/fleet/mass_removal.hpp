// Whether a reload of the manifests removes more than an edit explains: a folder that is unmounted or half
// synchronised looks like one that was emptied. Pure functions.
#pragma once

#include "fleet/objects.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace edgeconf::fleet {

// Of one kind.
struct mass_removal {
    object_kind kind;
    std::size_t gone;
    std::size_t before;
    std::size_t lately = 0; // that went before, of which `before` knows nothing any more

    auto operator<=>(const mass_removal&) const = default;
};

std::size_t count_of(const object_set& in, object_kind kind);

// Objects that went in the readings before this one, by kind.
using removal_counts = std::map<object_kind, std::size_t>;

// If more than half of any kind would go: every kind of which any would, in the order of object_kind, since
// whoever accepts that accepts all of it. Else nothing. One object that goes is an edit, even if it is the
// only one of its kind, unless `folder_emptied`: somewhere no file is left where some were. All of `removed`
// are in `before`. What went `lately` counts as if it went now:
// a folder can vanish bit by bit. Of EdgeDevices two are too many if a folder was emptied, however many there
// are: a folder is a site.
std::vector<mass_removal> mass_removals(const object_set& before, const std::vector<object_key>& removed,
                                        bool folder_emptied, const removal_counts& lately = {});

// "10 of 10 EdgeWorkload, 2 of 3 Secret (1 more before)"
std::string to_string(const std::vector<mass_removal>& removals);

} // namespace edgeconf::fleet
