// What devices are configured from: the fleet's objects, with the parts that devices have in common
// rendered once. From it any device's configuration is put together without touching another device.
#pragma once

#include "fleet/fragment.hpp"
#include "fleet/objects.hpp"
#include "fleet/reference.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgeconf::fleet {

// The little that a configuration depends on of a device itself.
struct device_view {
    std::string_view id;
    std::string_view ns;
    const string_map& labels;
    const device_settings& settings;
};

// A device-configuration-message, ready to send. Immutable; shares its parts with other devices' ones.
struct rendering {
    std::string version;                 // hash of everything else in the message (R21)
    std::vector<std::string_view> parts; // the message, in order; alive as long as this object is
    std::vector<std::string> workloads;  // names, sorted

    std::string head; // what is the device's own
    std::vector<shared_fragment> shared;
};

struct rendering_result {
    std::shared_ptr<const rendering> made; // null when anything is missing
    problem_list problems;
};

// Immutable after construction, so any number of threads may use it.
class catalogue {
public:
    explicit catalogue(object_set objects);
    catalogue(const catalogue&) = delete;
    catalogue& operator=(const catalogue&) = delete;

    // All or nothing: a configuration that lacked a part would make the device remove it (R30).
    rendering_result render(const device_view& device) const;

    // The playbook-executions-response for the device (R34).
    std::string playbooks(const device_view& device, problem_list& problems) const;

    const object_set& objects() const noexcept { return objects_; }

private:
    struct prepared_settings {
        shared_fragment part;
        problem_list problems;
    };
    struct prepared_secret {
        std::string name;
        shared_fragment part;
    };
    struct prepared_workload {
        const edge_workload* source;
        shared_fragment part;
        std::vector<prepared_secret> secrets;
        problem_list problems;
    };
    using workload_list = std::vector<const prepared_workload*>;

    void prepare_sets();
    void prepare_workloads();
    prepared_settings settings_of(const device_view& device) const;
    workload_list workloads_of(const device_view& device) const;

    object_set objects_;
    prepared_settings defaults_;
    std::map<object_name, prepared_settings> sets_;
    std::map<object_name, prepared_workload> workloads_;
    std::map<object_name, workload_list> by_device_;                // spec.device; sorted by name
    std::map<std::string, workload_list, std::less<>> by_selector_; // of a namespace; sorted by name
};

} // namespace edgeconf::fleet
