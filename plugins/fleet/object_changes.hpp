// What has to happen to one set of objects to become another: how a source of manifests tells the model of
// an edit. Pure functions.
#pragma once

#include "fleet/objects.hpp"

#include <cstddef>
#include <variant>
#include <vector>

namespace edgeconf::fleet {

using shared_object =
    std::variant<std::shared_ptr<const edge_device>, std::shared_ptr<const signed_request>,
                 std::shared_ptr<const edge_device_set>, std::shared_ptr<const edge_workload>,
                 std::shared_ptr<const edge_config>, std::shared_ptr<const playbook_execution>,
                 std::shared_ptr<const config_map>, std::shared_ptr<const secret>>;

// Applied as one. An object is named once: as put or as removed.
struct object_changes {
    std::vector<shared_object> put;
    std::vector<object_key> removed;

    bool empty() const noexcept { return put.empty() && removed.empty(); }
};

// Objects that are equal in both sets are no change, whichever object they are.
object_changes changes_between(const object_set& before, const object_set& after);

} // namespace edgeconf::fleet
