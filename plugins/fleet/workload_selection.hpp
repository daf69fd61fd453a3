// Which workloads a device runs (R33), found by the device's name and labels without trying every
// workload's selector.
#pragma once

#include "fleet/label_map.hpp"
#include "fleet/objects.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgeconf::fleet {

// Borrows the workloads: put() before a workload that it knows is gone. One thread at a time.
class workload_selection {
public:
    using workload_list = std::vector<const edge_workload*>;

    void put(const edge_workload& workload);
    void remove(const edge_workload& workload);

    // Sorted by name. `spec.device` takes precedence over `spec.deviceSelector`; with neither of them a
    // workload is nobody's.
    workload_list select(std::string_view device, std::string_view ns, const label_map& labels) const;

private:
    using text_lists = std::unordered_map<std::string, workload_list>;

    // A workload is kept under one condition that any device it selects has to meet.
    struct one_namespace {
        text_lists by_device;
        std::map<std::string, text_lists, std::less<>> by_value; // of a label
        std::map<std::string, workload_list, std::less<>> by_key;
        workload_list others; // selectors that demand no label
    };

    template <class Action>
    static void at_places(one_namespace& all, const edge_workload& workload, Action act);

    std::map<std::string, one_namespace, std::less<>> namespaces_;
};

} // namespace edgeconf::fleet
