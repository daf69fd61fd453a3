// Something to store, and what came back.
#pragma once

#include "fleet/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::file {

// A known device with everything unsaved; `phase` is what it has reported.
std::unique_ptr<fleet::device_record> sample_device(std::uint32_t number, std::string_view phase = "up");

fleet::manifest_file sample_file(const std::string& path, const std::vector<std::string>& objects);
fleet::stored_object sample_object(fleet::object_kind kind, const std::string& name, const std::string& text);

// About "Secret" plant-1/`name`; the texts live as long as the program.
fleet::event sample_event(std::uint64_t id, std::uint64_t count = 1);

std::shared_ptr<const fleet::shared_body> sample_body(const std::string& content);

struct device_found {
    std::string id;
    std::string membership;
    std::string status;
    std::string hardware;
    fleet::unix_seconds heard = 0;
    std::shared_ptr<const fleet::shared_body> stale;
};

// Keeps copies of all that it is shown.
struct fleet_found final : fleet::store_visitor {
    std::vector<fleet::manifest_file> files;
    std::vector<fleet::stored_object> objects;
    std::map<std::uint32_t, device_found> devices;
    std::vector<std::string> events; // as text
    std::size_t shown = 0;

    void manifests(const fleet::manifest_file& file) override;
    void object(const fleet::stored_object& object) override;
    void device(const fleet::stored_device& device) override;
    void happened(const fleet::event& event) override;
};

fleet_found load(fleet::store& store);

std::string text_of(const fleet::event& event);

// Saves these devices, with all that is unsaved of them.
void save(fleet::store& store, const std::vector<const fleet::device_record*>& devices);

// What() of the store_problem that `action` throws; empty if it throws none.
template <class Action>
std::string problem_in(Action&& action) {
    try {
        action();
    } catch (const fleet::store_problem& problem) {
        return problem.what();
    }
    return {};
}

} // namespace edgeconf::file
