#include "codec/configuration_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace edgeconf::codec {
namespace {

namespace json = boost::json;

problem incomplete(std::string_view what) {
    return {errc::internal, "the configuration is incomplete: " + std::string{what}};
}

const json::object* member_object(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains({key.data(), key.size()});
    return found != nullptr ? found->if_object() : nullptr;
}

bool has_text(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains({key.data(), key.size()});
    return found != nullptr && found->is_string() && !found->get_string().empty();
}

result<void> check_workloads(const json::object& message) {
    const auto* workloads = message.if_contains("workloads");
    if (workloads == nullptr || !workloads->is_array()) return incomplete("/workloads is not an array");
    for (const auto& item : workloads->get_array()) {
        const auto* workload = item.if_object();
        if (workload == nullptr || !has_text(*workload, "name") || !has_text(*workload, "specification"))
            return incomplete("an item of /workloads has no name or no specification");
    }
    return {};
}

// Without regard to case, as Flotta compares a certificate's name with a device's.
bool names_device(const json::object& message, std::string_view device_id) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    const auto* id = message.if_contains("device_id");
    if (id == nullptr || !id->is_string()) return false;
    const auto& text = id->get_string();
    return std::equal(text.begin(), text.end(), device_id.begin(), device_id.end(), same);
}

bool is_array_if_present(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains({key.data(), key.size()});
    return found == nullptr || found->is_array();
}

} // namespace

result<void> check_configuration(std::string_view text, std::string_view device_id) {
    boost::system::error_code ec;
    const auto parsed = json::parse({text.data(), text.size()}, ec);
    if (ec) return incomplete("it is not valid JSON (" + ec.message() + ")");
    const auto* message = parsed.if_object();
    if (message == nullptr) return incomplete("it is not an object");
    if (!names_device(*message, device_id)) return incomplete("/device_id does not name this device");

    const auto* configuration = member_object(*message, "configuration");
    if (configuration == nullptr) return incomplete("/configuration is not an object");
    const auto* heartbeat = member_object(*configuration, "heartbeat");
    if (heartbeat == nullptr) return incomplete("/configuration/heartbeat is not an object");
    if (member_object(*heartbeat, "hardware_profile") == nullptr)
        return incomplete("/configuration/heartbeat/hardware_profile is not an object");
    if (!is_array_if_present(*configuration, "mounts"))
        return incomplete("/configuration/mounts is not an array");
    if (!is_array_if_present(*message, "secrets")) return incomplete("/secrets is not an array");
    return check_workloads(*message);
}

} // namespace edgeconf::codec
