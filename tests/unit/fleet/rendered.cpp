#include "rendered.hpp"

#include "fleet/catalogue.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

// Calls `use` with the catalogue of the manifests and the device as it sees it.
template <class Use>
auto with_device(std::string_view yaml, const asking_device& device, Use use) {
    const catalogue fleet{objects_of(yaml)};
    edge_device known;
    const auto found = fleet.objects().devices.find({"default", device.id});
    if (found != fleet.objects().devices.end()) known = found->second;
    for (const auto& [key, value] : device.labels) known.labels.insert_or_assign(key, value);
    return use(fleet, device_view{device.id, "default", known.labels, known.settings});
}

rendering_result render(std::string_view yaml, const asking_device& device) {
    return with_device(yaml, device,
                       [](const catalogue& fleet, const device_view& view) { return fleet.render(view); });
}

} // namespace

json::object configuration_of(std::string_view yaml, const asking_device& device) {
    const auto result = render(yaml, device);
    CAPTURE(result.problems);
    REQUIRE(result.made);
    std::string text;
    for (const auto part : result.made->parts) text += part;
    return json::parse(text).as_object();
}

std::vector<std::string> problems_of(std::string_view yaml, const asking_device& device) {
    const auto result = render(yaml, device);
    CHECK(result.problems.empty() == (result.made != nullptr));
    return result.problems;
}

json::array playbooks_of(std::string_view yaml, const asking_device& device) {
    problem_list problems;
    const auto text = with_device(yaml, device, [&](const catalogue& fleet, const device_view& view) {
        return fleet.playbooks(view, problems);
    });
    CAPTURE(problems);
    REQUIRE(problems.empty());
    return json::parse(text).as_array();
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
