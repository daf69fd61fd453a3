#include "fleet/playbook_offers.hpp"

#include "fleet/device_record.hpp"

#include <utility>

namespace edgeconf::fleet {

playbook_offers::device_set playbook_offers::users(const object_key& key) const {
    const auto found = users_.find(key);
    return found == users_.end() ? device_set{} : found->second;
}

playbook_offers::device_set playbook_offers::put(std::shared_ptr<const edge_config> config) {
    const auto& name = config->name;
    auto concerned = users({edge_config::kind, name});
    objects_.configs[name] = std::move(config);
    return concerned;
}

playbook_offers::device_set playbook_offers::put(std::shared_ptr<const playbook_execution> execution) {
    const auto& name = execution->name;
    auto concerned = users({playbook_execution::kind, name});
    objects_.executions[name] = std::move(execution);
    return concerned;
}

playbook_offers::device_set playbook_offers::remove(const object_key& key) {
    if (key.kind == edge_config::kind) objects_.configs.erase(key.name);
    if (key.kind == playbook_execution::kind) objects_.executions.erase(key.name);
    return users(key);
}

bool playbook_offers::refresh(device_record& device) {
    auto choice = choose_playbooks(device.id, device.ns, device.labels, objects_);
    if (choice.used.empty() && !device.offer) return false;
    if (!device.offer) device.offer = std::make_unique<playbook_offer>();
    auto& offer = *device.offer;
    refer(device, std::move(choice.used));
    offer.text = std::make_shared<const std::string>(offer.history.offer(choice.playbooks));
    const bool worse = !choice.problems.empty() && choice.problems != offer.problems;
    offer.problems = std::move(choice.problems);
    return worse;
}

void playbook_offers::remove(device_record& device) {
    if (!device.offer) return;
    refer(device, {});
    device.offer.reset();
}

void playbook_offers::refer(device_record& device, reference_set used) {
    for (const auto& key : device.offer->used) {
        const auto found = users_.find(key);
        found->second.erase(&device);
        if (found->second.empty()) users_.erase(found);
    }
    device.offer->used = std::move(used);
    for (const auto& key : device.offer->used) users_[key].insert(&device);
}

} // namespace edgeconf::fleet
