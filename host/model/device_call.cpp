#include "model/device_call.hpp"

namespace edgeconf {

std::string_view name(operation op) noexcept {
    switch (op) {
    case operation::enrol: return "enrol";
    case operation::get_registration: return "get_registration";
    case operation::put_registration: return "put_registration";
    case operation::get_configuration: return "get_configuration";
    case operation::put_heartbeat: return "put_heartbeat";
    case operation::get_playbooks: return "get_playbooks";
    }
    return "unknown";
}

} // namespace edgeconf
