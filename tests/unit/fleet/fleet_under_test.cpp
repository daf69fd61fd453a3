#include "fleet_under_test.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace edgeconf::fleet {

fleet_under_test::fleet_under_test(const std::string& yaml, approval_policy approval)
    : devices{[this] { return now; },
              [this](const notice& each) {
                  notices.push_back(to_string(each.about) + ": " + std::string{each.text});
              }} {
    devices.set_approval(approval);
    become(yaml);
}

void fleet_under_test::become(const std::string& yaml) {
    auto next = objects_of(yaml);
    devices.apply(changes_between(manifests, next));
    manifests = std::move(next);
    settle();
}

void fleet_under_test::settle() {
    while (devices.work(7)) {
    }
}

const device_entry* fleet_under_test::find(std::string_view id) const {
    const auto* entry = devices.devices().find(id);
    return entry != nullptr && entry->id == id ? entry : nullptr;
}

device_description fleet_under_test::describe(std::string_view id) const {
    auto described = devices.describe(id);
    REQUIRE(described);
    return *std::move(described);
}

std::vector<std::string> fleet_under_test::workloads(std::string_view id) const {
    const auto* entry = find(id);
    return entry != nullptr && entry->configuration ? entry->configuration->workloads
                                                    : std::vector<std::string>{"no configuration"};
}

std::string fleet_under_test::message(std::string_view id) const {
    const auto* entry = find(id);
    if (entry == nullptr || !entry->configuration) return {};
    std::string text = R"({"device_id":")" + entry->id + R"(","version":")" +
                       std::string{entry->version.data(), entry->version.size()} + R"(","configuration":)";
    for (const auto piece : entry->configuration->pieces) text += piece;
    return text;
}

boost::json::object fleet_under_test::parsed(std::string_view id) const { return object(message(id)); }

boost::json::object object(std::string_view json) { return boost::json::parse(json).get_object(); }

std::string workload(const std::string& name, const std::string& selection, const std::string& container) {
    return head("EdgeWorkload", name) + "spec: {" + selection + ", pod: {spec: {containers: [{name: c, " +
           container + "}]}}}\n";
}

} // namespace edgeconf::fleet
