// A store in memory, for tests: what has been saved, in the form in which a store gets it.
#pragma once

#include "fleet/model.hpp"
#include "fleet/store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf::fleet {

class kept_fleet {
public:
    // As store::save() would. Throws std::logic_error for changes that make no sense.
    void save(const unsaved_changes& changes);
    // The same of all that the model has, and tells it.
    void save(model& from);

    // As store::load() would.
    void load(store_visitor& to) const;
    // As a start would, but for the objects.
    void restore_devices(model& into) const;

    std::size_t devices() const noexcept { return devices_.size(); }
    std::size_t written() const noexcept { return written_; } // devices, ever
    const std::map<std::string, manifest_file>& files() const noexcept { return files_; }
    unix_seconds heard(std::string_view id) const; // 0: never, or no such device

private:
    struct kept_device {
        std::string id;
        std::string membership;
        std::string status;
        std::string hardware;
        unix_seconds heard = 0;
        std::shared_ptr<const shared_body> stale;
    };
    struct kept_event {
        std::string kind, ns, name, reason, message, source;
        event what;
    };

    void save_device(const device_update& update);
    void load_events(store_visitor& to) const;
    void load_devices(store_visitor& to) const;

    std::map<std::string, manifest_file> files_;
    std::map<object_key, stored_object> objects_;
    std::map<std::uint32_t, kept_device> devices_;
    std::map<std::uint64_t, kept_event> events_; // by id
    std::size_t written_ = 0;
};

} // namespace edgeconf::fleet
