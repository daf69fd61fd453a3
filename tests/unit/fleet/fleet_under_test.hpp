// A fleet model whose clock the test turns, and that remembers what it was told.
#pragma once

#include "fleet/model.hpp"

#include "manifest_folder.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct fleet_under_test {
    explicit fleet_under_test(const std::string& yaml = "", approval_mode approval = approval_mode::manual);
    fleet_under_test(const std::string& yaml, model_settings settings,
                     time_point start = time_point{std::chrono::seconds{1000}});

    // As if the manifests had been edited to be this; everything rendered.
    void become(const std::string& yaml);
    void become(object_set next);
    void settle();

    // Calls of devices. Each heartbeat counts as another one than the one before.
    outcome enrol(std::string_view id, std::string_view ns = "default", const enrolment& body = {});
    outcome put_registration(std::string_view id, std::string_view hardware = "{}",
                             const std::optional<digest>& key = std::nullopt);
    outcome put_heartbeat(std::string_view id, const heartbeat& body = {});
    void poll(std::string_view id);

    // As a provider makes these calls: a body that says nothing new does not get to the model. `text` stands
    // for its bytes.
    outcome enrol_as(std::string_view text, std::string_view id, std::string_view ns, const enrolment& body);
    outcome put_heartbeat_as(std::string_view text, std::string_view id, const heartbeat& body);

    void advance(std::chrono::seconds by); // second by second

    // The device's entry under exactly this id, or null.
    const device_entry* find(std::string_view id) const;
    device_description describe(std::string_view id) const;
    std::vector<std::string> workloads(std::string_view id) const;
    std::vector<std::string> events(std::string_view id) const; // "Reason: message (count)"
    unix_seconds seconds() const { return to_seconds(now); }

    // The device-configuration-message as the device would get it; empty when there is none.
    std::string message(std::string_view id) const;
    boost::json::object parsed(std::string_view id) const;

    time_point now;
    std::vector<std::string> notices; // "EdgeDevice ns/name: text"
    object_set manifests;
    model devices;
    std::uint64_t bodies = 0;
};

boost::json::object object(std::string_view json);

// A workload for devices that meet `selection`, a line of its spec: "deviceSelector: {}".
std::string workload(const std::string& name, const std::string& selection,
                     const std::string& container = "image: i");

} // namespace edgeconf::fleet
