// codec/route: what is found keeps the rules, and leads there again when it is written plainly.

#include "property.hpp"

#include "codec/identifier.hpp"
#include "codec/route.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using namespace edgeconf;

namespace {

std::string_view resource_of(operation op) {
    switch (op) {
    case operation::enrol: return "enrolment";
    case operation::get_registration:
    case operation::put_registration: return "registration";
    case operation::get_configuration: return "configuration";
    case operation::put_heartbeat: return "heartbeat";
    case operation::get_playbooks: return "playbookexecutions";
    }
    return {};
}

void check(std::string_view method, std::string_view target) {
    const auto found = codec::find_route(method, target);
    if (!found) {
        const auto& refused = found.error();
        HOLDS(refused.status == 400 || refused.status == 404 || refused.status == 405);
        HOLDS((refused.status == 405) == !refused.allow.empty());
        HOLDS(!refused.message.empty());
        return;
    }
    HOLDS(codec::is_namespace(found->ns));
    HOLDS(codec::is_device_id(found->device_id));
    const auto plain = "/namespaces/" + found->ns + "/devices/" + found->device_id + "/" +
                       std::string{resource_of(found->op)};
    for (const auto* base : {"", "/api/flotta-backend/v1"}) {
        const auto again = codec::find_route(method, base + plain);
        HOLDS(again.has_value());
        HOLDS(again->op == found->op && again->ns == found->ns && again->device_id == found->device_id);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view target{reinterpret_cast<const char*>(data), size};
    for (const auto* method : {"GET", "PUT", "POST"}) check(method, target);
    // And as an id: the parser is deepest there.
    check("PUT", "/namespaces/a/devices/" + std::string{target} + "/heartbeat");
    return 0;
}
