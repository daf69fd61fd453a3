// Answers to writes that wait until what they acknowledge is on disk: many of them for one commit.
#pragma once

#include "fleet/store.hpp"

#include <ecp/provider.hpp>

#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

// Heartbeats that say nothing new, from the threads on which they come in.
class heard_devices {
public:
    struct batch {
        std::vector<heard_device> devices;
        std::vector<ecp_op> waiting; // to be answered OK once the devices are stored
    };

    // Nobody waits for it.
    void add(heard_device device) {
        const std::lock_guard held{mutex_};
        batch_.devices.push_back(device);
    }

    // True for the first that waits since take(): somebody has to see to it that they are taken.
    bool add(heard_device device, ecp_op op) {
        const std::lock_guard held{mutex_};
        batch_.devices.push_back(device);
        batch_.waiting.push_back(op);
        return batch_.waiting.size() == 1;
    }

    batch take() {
        const std::lock_guard held{mutex_};
        return std::exchange(batch_, {});
    }

private:
    std::mutex mutex_; // held for some nanoseconds
    batch batch_;
};

// An answer of the writer's. Its texts are literals.
struct held_answer {
    ecp_op op;
    ecp::reply reply;
    std::string_view device; // whose; as long as the operation lasts
};

} // namespace edgeconf::fleet
