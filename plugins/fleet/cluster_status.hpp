// What a cluster says of a device in an EdgeDevice's status and in its request's features, read as if the
// device had sent it: checked, and cut to what is worth keeping.
#pragma once

#include "fleet/device_record.hpp"
#include "fleet/liveness.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

class findings;

// For findings: where the device begins in which file.
struct cluster_place {
    const std::string& file;
    std::uint32_t line;
    const std::string& id;
    findings& found;

    void error(std::string_view what) const;
    unix_seconds time(const std::string& text) const; // 0 for an empty one
};

struct named_playbooks {
    const std::string& device;
    const std::string& ns;
    const playbook_objects& objects;
};

struct cluster_status {
    boost::json::object hardware; // in the wire's spelling
    unix_seconds heard = 0;
    bool in_use = false; // it has reported something
};

// Hardware of a request's features.
boost::json::object read_cluster_features(const boost::json::object& features, const cluster_place& place);

// Fills in `into.status` and the history of playbooks. The version is not taken over: it is none of ours.
cluster_status read_cluster_status(const boost::json::object& status, const named_playbooks& playbooks,
                                   const cluster_place& place, device_record& into);

} // namespace edgeconf::fleet
