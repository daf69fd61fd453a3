// The playbooks on offer, device by device, kept up to date as EdgeConfigs, PlaybookExecutions and labels
// come, change and go.
#pragma once

#include "fleet/playbooks.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

struct device_record;

// What one device is offered. Only devices with a label `config/...`, now or before, have one.
struct playbook_offer {
    playbook_history history;
    reference_set used;
    problem_list problems;
    std::shared_ptr<const std::string> text; // the playbook-executions-response
};

// One thread at a time. Borrows the devices until remove().
class playbook_offers {
public:
    // The devices that the change concerns: refresh() them.
    using device_set = std::set<device_record*>;
    device_set put(std::shared_ptr<const edge_config> config);
    device_set put(std::shared_ptr<const playbook_execution> execution);
    device_set remove(const object_key& key);

    // Makes the device's offer what its labels and the objects say. True when there are problems now that
    // there were not before.
    bool refresh(device_record& device);
    void remove(device_record& device);

    const playbook_objects& objects() const noexcept { return objects_; }

private:
    device_set users(const object_key& key) const;
    void refer(device_record& device, reference_set used);

    playbook_objects objects_;
    std::map<object_key, device_set> users_;
};

} // namespace edgeconf::fleet
