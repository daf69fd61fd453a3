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
    // As store::save() would, and tells the model.
    void save(model& from);

    // As a start would, but for the objects.
    void restore_devices(model& into) const;

    std::size_t devices() const noexcept { return devices_.size(); }
    std::size_t written() const noexcept { return written_; } // devices, ever

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

    std::map<std::uint32_t, kept_device> devices_;
    std::map<std::uint64_t, kept_event> events_; // by id
    std::size_t written_ = 0;
};

} // namespace edgeconf::fleet
