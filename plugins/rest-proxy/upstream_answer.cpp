#include "rest-proxy/upstream_answer.hpp"

#include "fleet/encoding.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace edgeconf::rest_proxy {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 300;
constexpr std::size_t longest_told = 16 * 1024; // a longer error is not looked into

verdict fault(std::string what) {
    auto made = no_answer(ECP_UNAVAILABLE, std::move(what));
    made.is_fault = true;
    return made;
}

verdict good(std::string body = {}) {
    verdict made;
    made.status = ECP_OK;
    made.body = std::move(body);
    return made;
}

// Visible ASCII, and not more of it than somebody wants to read.
std::string one_line(std::string_view text) {
    std::string made{text.substr(0, longest_message)};
    std::replace_if(
        made.begin(), made.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, ' ');
    return made;
}

// A redirection's target without what may be a secret: user, query and fragment.
std::string place_of(std::string_view location) {
    auto place = location.substr(0, location.find_first_of("?#"));
    if (const auto slashes = place.find("//"); slashes != std::string_view::npos) {
        const auto host = place.substr(slashes + 2, place.find('/', slashes + 2) - slashes - 2);
        if (host.find('@') != std::string_view::npos) return "a URL with a user in it";
    }
    return one_line(place);
}

// What an error's body says: its `message`, or what there is of text.
std::string told_by(const upstream_answer& given) {
    boost::system::error_code ec;
    const auto parsed = given.body.size() <= longest_told ? json::parse(given.body, ec) : json::value{};
    std::string text;
    if (const auto* object = ec ? nullptr : parsed.if_object()) {
        const auto* message = object->if_contains("message");
        text = message != nullptr && message->is_string() ? std::string{message->get_string()}
                                                          : json::serialize(*object);
    } else {
        text = given.body.substr(0, longest_message);
    }
    return fmt::format("the upstream answers {}{}{}", given.status, text.empty() ? "" : ": ", one_line(text));
}

const json::object* member_object(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found == nullptr ? nullptr : found->if_object();
}

bool has_text(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found != nullptr && found->is_string() && !found->get_string().empty();
}

bool is_list_if_there(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found == nullptr || found->is_array();
}

bool names(const json::object& message, std::string_view device_id) {
    const auto* id = message.if_contains("device_id");
    if (id == nullptr || !id->is_string()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const std::string_view text = id->get_string();
    return std::equal(text.begin(), text.end(), device_id.begin(), device_id.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

// A device takes what is missing as an order to remove it. Empty: it is complete.
std::string what_is_missing(const json::object& message, std::string_view device_id) {
    if (!names(message, device_id)) return "/device_id does not name the device";
    const auto* configuration = member_object(message, "configuration");
    const auto* heartbeat = configuration == nullptr ? nullptr : member_object(*configuration, "heartbeat");
    if (heartbeat == nullptr || member_object(*heartbeat, "hardware_profile") == nullptr)
        return "/configuration/heartbeat/hardware_profile is not an object";
    if (!is_list_if_there(*configuration, "mounts")) return "/configuration/mounts is not a list";
    if (!is_list_if_there(message, "secrets")) return "/secrets is not a list";
    const auto* workloads = message.if_contains("workloads");
    if (workloads == nullptr || !workloads->is_array()) return "/workloads is not a list";
    for (const auto& each : workloads->get_array()) {
        const auto* workload = each.if_object();
        if (workload == nullptr || !has_text(*workload, "name") || !has_text(*workload, "specification"))
            return "an item of /workloads has no name or no specification";
    }
    return {};
}

// Go writes an empty list as null.
void mend_empty_lists(json::object& message) {
    const auto mend = [](json::object& in, std::string_view key) {
        auto* found = in.if_contains(key);
        if (found != nullptr && found->is_null()) found->emplace_array();
    };
    mend(message, "workloads");
    mend(message, "secrets");
    if (auto* configuration = message.if_contains("configuration");
        configuration != nullptr && configuration->is_object())
        mend(configuration->get_object(), "mounts");
}

verdict configuration(std::string_view device_id, json::value& body) {
    auto* whole = body.if_object();
    auto* message = whole == nullptr ? nullptr : whole->if_contains("device-configuration");
    if (message == nullptr || !message->is_object())
        return fault("the upstream's configuration has no /device-configuration");
    mend_empty_lists(message->get_object());
    const auto missing = what_is_missing(message->get_object(), device_id);
    if (!missing.empty())
        return fault("the upstream's configuration is incomplete: in /device-configuration, " + missing);
    auto made = good(json::serialize(*message));
    made.revision = fleet::hexadecimal(fleet::sha256(made.body), 32);
    return made;
}

bool is_dns_label(std::string_view text) {
    const auto is_alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
           is_alphanumeric(text.back()) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return c == '-' || is_alphanumeric(c); });
}

verdict registration(const json::value& body) {
    const auto* whole = body.if_object();
    if (whole == nullptr) return fault("the upstream's registration is no object");
    const auto text = [&](std::string_view key) {
        const auto* found = whole->if_contains(key);
        return found != nullptr && found->is_string() ? std::string_view{found->get_string()}
                                                      : std::string_view{};
    };
    const auto status = text("status");
    if (status == "unregistered")
        return no_answer(ECP_REMOVED, "the upstream says that the device was removed");
    if (status == "unknown") return no_answer(ECP_NOT_FOUND, "the upstream does not know the device");
    if (status != "registered")
        return fault(fmt::format("the upstream's registration has the status \"{}\"", one_line(status)));
    if (!is_dns_label(text("namespace"))) return fault("the upstream's registration names no namespace");
    return good(json::serialize(json::object{{"namespace", text("namespace")}}));
}

verdict playbooks(json::value& body) {
    if (body.is_null()) body.emplace_array();
    const auto* list = body.if_array();
    if (list == nullptr) return fault("the upstream's playbooks are no list");
    for (const auto& each : *list) {
        const auto* playbook = each.if_object();
        if (playbook == nullptr || !has_text(*playbook, "name") ||
            !has_text(*playbook, "ansible_playbook_string"))
            return fault("one of the upstream's playbooks has no name or no ansible_playbook_string");
    }
    return good(json::serialize(body));
}

verdict success(call c, std::string_view device_id, const upstream_answer& given) {
    switch (c) {
    case call::enrol:
        if (given.status == 200 || given.status == 204) return good();
        return no_answer(ECP_CREATED, {});
    case call::put_registration:
    case call::put_heartbeat: return good();
    case call::get_configuration:
    case call::get_registration:
    case call::get_playbooks: break;
    }
    if (given.status != 200)
        return fault(fmt::format("the upstream answers {}, where only 200 is an answer", given.status));
    boost::system::error_code ec;
    auto body = json::parse(given.body, ec);
    if (ec) return fault(fmt::format("the upstream's answer is no JSON: {}", ec.message()));
    switch (c) {
    case call::get_configuration: return configuration(device_id, body);
    case call::get_registration: return registration(body);
    default: return playbooks(body);
    }
}

ecp_status status_for(call c, unsigned status) {
    const bool decides = c == call::enrol || c == call::put_registration;
    switch (status) {
    case 400:
    case 413:
    case 422: return ECP_INVALID;
    case 401: return ECP_UNAUTHENTICATED;
    // Of a read it says that the upstream does not want this proxy; of the other two it may be the device.
    case 403: return decides ? ECP_DENIED : ECP_UNAUTHENTICATED;
    case 404: return c == call::enrol ? ECP_UNAVAILABLE : ECP_NOT_FOUND;
    case 409:
        if (c == call::enrol) return ECP_EXISTS;
        return c == call::put_registration ? ECP_PRECONDITION : ECP_INTERNAL;
    case 412: return c == call::put_registration ? ECP_PRECONDITION : ECP_INTERNAL;
    case 429: return ECP_BUSY;
    case 501: return ECP_UNIMPLEMENTED;
    case 504: return ECP_DEADLINE;
    default: return status >= 500 ? ECP_UNAVAILABLE : ECP_INTERNAL;
    }
}

} // namespace

verdict no_answer(ecp_status status, std::string message) {
    verdict made;
    made.status = status;
    made.brief = message;
    made.message = std::move(message);
    return made;
}

verdict judge(call c, std::string_view device_id, const upstream_answer& given) {
    if (given.status < 200 || given.status > 599)
        return fault(fmt::format("the upstream answers with the status {}", given.status));
    if (given.status < 300) return success(c, device_id, given);
    if (given.status < 400)
        return fault(fmt::format("the upstream redirects to {}: write that URL into upstreams",
                                 given.location.empty() ? "nowhere" : place_of(given.location)));
    auto made = no_answer(status_for(c, given.status), told_by(given));
    made.brief = fmt::format("the upstream answers {}", given.status);
    made.retry_after = given.retry_after;
    made.is_fault = given.status >= 500 && given.status != 501;
    const bool has_body = c == call::enrol || c == call::put_registration || c == call::put_heartbeat;
    made.is_perhaps_the_call = given.status == 500 && has_body;
    return made;
}

} // namespace edgeconf::rest_proxy
