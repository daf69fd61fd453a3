// What a device gets, from the text of manifests: the one place that knows how a message is put together,
// for tests that hold the rules one by one.
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// Of the namespace `default`. Its settings and labels are those of the EdgeDevice `id` in the manifests, if
// there is one; `labels` go over its own.
struct asking_device {
    std::string id = "d";
    string_map labels = {};
};

// The device-configuration-message. Fails the test when there is none, or on any error in the manifests.
boost::json::object configuration_of(std::string_view yaml, const asking_device& device = {});

// Why there is no message; empty if there is one.
std::vector<std::string> problems_of(std::string_view yaml, const asking_device& device = {});

// The playbook-executions-response. Fails the test when anything is missing for it.
boost::json::array playbooks_of(std::string_view yaml, const asking_device& device = {});

// One case of a rule: what is at `pointer` in the message that the manifests make.
struct rule_case {
    std::string name;
    std::string yaml;
    std::string pointer; // a JSON pointer
    std::string json;    // empty: nothing is there
    asking_device device = {};
};

void check_cases(const std::vector<rule_case>& cases);

// An EdgeDevice named `d`, an EdgeDeviceSet or an EdgeWorkload for all devices, each with a flow-style spec.
std::string device_with(std::string_view spec, std::string_view labels = "{}");
std::string set_with(std::string_view spec);
std::string workload_with(std::string_view container, std::string_view more_spec = {},
                          std::string_view name = "w");

} // namespace edgeconf::fleet
