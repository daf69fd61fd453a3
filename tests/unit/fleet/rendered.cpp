#include "rendered.hpp"

#include "fleet/playbooks.hpp"
#include "fleet/renderer.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

// What the device has, rendered from the manifests: a body, or what is missing for one.
struct rendered_device {
    rendered_device(std::string_view yaml, const asking_device& asking)
        : all{[](configured_device&) {},
              [this](const broken_part& part) {
                  for (const auto& each : part.problems) {
                      if (part.devices != 0) problems.push_back(to_string(part.owner) + ": " + each);
                  }
              }} {
        const auto objects = objects_of(yaml);
        for (const auto& [name, each] : objects.config_maps) all.put(each);
        for (const auto& [name, each] : objects.secrets) all.put(each);
        for (const auto& [name, each] : objects.sets) all.put(each);
        for (const auto& [name, each] : objects.workloads) all.put(each);
        device.id = asking.id;
        device.ns = "default";
        if (const auto found = objects.devices.find({"default", asking.id}); found != objects.devices.end()) {
            device.labels = found->second->labels;
            device.settings = found->second->settings.shared();
        }
        device.labels.set(asking.labels);
        all.add(device);
        while (all.work(1)) {
        }
    }

    problem_list problems;
    configured_device device;
    renderer all;
};

} // namespace

json::object configuration_of(std::string_view yaml, const asking_device& device) {
    const rendered_device rendered{yaml, device};
    CAPTURE(rendered.problems);
    REQUIRE(rendered.device.body->made);
    const auto& body = *rendered.device.body->made;
    const auto version = version_of(device.id, body);
    auto text = R"({"device_id":")" + std::string{device.id} + R"(","version":")" +
                std::string{version.data(), version.size()} + R"(","configuration":)";
    for (const auto piece : body.pieces) text += piece;
    return json::parse(text).as_object();
}

std::vector<std::string> problems_of(std::string_view yaml, const asking_device& device) {
    const rendered_device rendered{yaml, device};
    CHECK(rendered.problems.empty() == (rendered.device.body->made != nullptr));
    return rendered.problems;
}

json::array playbooks_of(std::string_view yaml, const asking_device& device) {
    const auto objects = objects_of(yaml);
    auto labels = device.labels;
    if (const auto found = objects.devices.find({"default", device.id}); found != objects.devices.end()) {
        labels.merge(found->second->labels.map());
    }
    const auto choice = choose_playbooks(device.id, "default", labels, objects);
    CAPTURE(choice.problems);
    REQUIRE(choice.problems.empty());
    return json::parse(playbook_history{}.offer(choice.playbooks)).as_array();
}

void check_cases(const std::vector<rule_case>& cases) {
    for (const auto& each : cases) {
        CAPTURE(each.name, each.yaml, each.pointer);
        const auto message = json::value(configuration_of(each.yaml, each.device));
        boost::system::error_code error;
        const auto* found = message.find_pointer(each.pointer, error);
        CHECK((found != nullptr) == !each.json.empty());
        if (found != nullptr && !each.json.empty()) CHECK(*found == json::parse(each.json));
    }
}

std::string device_with(std::string_view spec, std::string_view labels) {
    std::string text = head("EdgeDevice", "d");
    text.append("  labels: ").append(labels).append("\nspec: ").append(spec).append("\n");
    return text;
}

std::string set_with(std::string_view spec) {
    std::string text = head("EdgeDeviceSet", "s");
    text.append("spec: ").append(spec).append("\n");
    return text;
}

std::string workload_with(std::string_view container, std::string_view more_spec, std::string_view name) {
    std::string text = head("EdgeWorkload", name) + "spec: {type: pod, deviceSelector: {}, ";
    text.append(more_spec).append(more_spec.empty() ? "" : ", ");
    text.append("pod: {spec: {containers: [{name: c, ").append(container).append("}]}}}\n");
    return text;
}

} // namespace edgeconf::fleet
