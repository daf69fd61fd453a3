// A complete provider for the edgeconf host, to copy and to change: it serves the devices of a
// fixed table. Everything marked YOURS is meant to be replaced; the rest can stay.
//
// <ecp/provider.h> is the contract and <ecp/provider.hpp> keeps exceptions inside. This provider
// reads constant data only, so it answers inside each call, from any thread, without a lock. One
// that waits for a disk or a network says ECP_DISPATCH_BLOCKING in its table instead.
#include <ecp/provider.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

// ---- YOURS: the store ------------------------------------------------------------------------

struct device {
    std::string_view id;
    std::string_view registration; // answer of get_registration: names the namespace it really lives in
    std::string_view revision;     // another one whenever the configuration is another
    std::string_view period;       // seconds between two heartbeats, as JSON
};

constexpr std::array inventory{
    device{"line-1-press", R"({"namespace":"plant-1"})", "1", "60"},
    device{"line-2-robot", R"({"namespace":"plant-2"})", "1", "30"},
};

// The one place that looks a device up. Ids differ when their case does.
const device* find(std::string_view id) {
    const auto found = std::ranges::find(inventory, id, &device::id);
    return found == inventory.end() ? nullptr : &*found;
}

// Ids are ASCII, and so is this: std::tolower would ask the process's locale.
constexpr char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether some device's id differs from `id` in case at most.
bool taken_in_another_case(std::string_view id) {
    return std::ranges::any_of(
        inventory, [&](const device& d) { return std::ranges::equal(d.id, id, {}, folded, folded); });
}

// A device acts on what it is sent: a configuration without workloads removes all of them, and one
// without hardware_profile crashes its worker. So each message has every member below, always.
constexpr auto before_id = R"({"device_id":")"sv;
constexpr auto before_version = R"(","version":")"sv;
constexpr auto before_period = R"(","configuration":{"heartbeat":{"hardware_profile":{},"period_seconds":)"sv;
constexpr auto after_period =
    R"(},"metrics":{"receiver":{"request_num_samples":30000,"timeout_seconds":10}},)"
    R"("mounts":[]},"workloads":[]})"sv;

// ---- an instance ------------------------------------------------------------------------------

// The host may run several at once: what one needs is a member, never a variable of the file.
class inventory_provider {
public:
    inventory_provider(ecp::host host, std::string_view options, ecp::diagnostics& found) : host_{host} {
        validate(options, found);
    }

    // YOURS: read the options with a JSON parser. There are none yet, so the one good value is an
    // object with nothing in it.
    static void validate(std::string_view options, ecp::diagnostics& found) {
        std::string dense{options};
        std::erase_if(dense, [](char c) { return " \t\r\n"sv.find(c) != std::string_view::npos; });
        if (dense != "{}") found.error("", "this provider has no options: leave them out, or write {}");
    }

    // YOURS: connect, load, start threads. A back end that is down is no failure: report it with
    // set_health(), complete with ECP_OK and answer ECP_UNAVAILABLE until it is back.
    void start(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

    // Every call was answered inside itself, so none is open. YOURS: complete what is, join the
    // threads, and only then complete `op`.
    void stop(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

    void get_configuration(const ecp_request& request, ecp_op op) {
        const auto* found = find(ecp::view(request.device_id));
        if (!found) return unknown(op);
        const std::array parts{ecp::str(before_id),       ecp::str(found->id),     ecp::str(before_version),
                               ecp::str(found->revision), ecp::str(before_period), ecp::str(found->period),
                               ecp::str(after_period)};
        host_.complete(op, ecp::reply{ECP_OK}.body(parts).revision(found->revision));
    }

    // Devices are not admitted here: who is in the table exists, nobody else ever will. A store
    // that takes new ones answers ECP_CREATED until somebody has approved them.
    void enrol(const ecp_request& request, ecp_op op) {
        const auto id = ecp::view(request.device_id);
        if (find(id)) return host_.complete(op, ecp::reply{ECP_OK});
        if (taken_in_another_case(id))
            return host_.complete(op, ecp::reply{ECP_EXISTS, "the id is taken in another case"});
        host_.log(ECP_LOG_INFO, "turned away a device that is not in the inventory", {{"device", id}}, op);
        host_.complete(op, ecp::reply{ECP_DENIED, "the device is not in the inventory"});
    }

    // Never ECP_REMOVED: nothing in here records that somebody took a device out on purpose.
    void get_registration(const ecp_request& request, ecp_op op) {
        const auto* found = find(ecp::view(request.device_id));
        if (!found) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK}.body(found->registration));
    }

    // ECP_OK lets the device's certificate out. YOURS: to hold a device to its key, keep the public
    // key of the first certificate request (in the body) and answer ECP_DENIED to any other.
    void put_registration(const ecp_request& request, ecp_op op) {
        const auto id = ecp::view(request.device_id);
        if (!find(id)) return unknown(op);
        host_.log(ECP_LOG_INFO, "registered", {{"device", id}}, op);
        host_.complete(op, ecp::reply{ECP_OK});
    }

    // YOURS: what the body says of the device's state is dropped.
    void put_heartbeat(const ecp_request& request, ecp_op op) {
        if (!find(ecp::view(request.device_id))) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK});
    }

    void get_playbooks(const ecp_request& request, ecp_op op) {
        if (!find(ecp::view(request.device_id))) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK}.body("[]"));
    }

private:
    void unknown(ecp_op op) const {
        host_.complete(op, ecp::reply{ECP_NOT_FOUND, "the device is not in the inventory"});
    }

    ecp::host host_;
};

} // namespace

// YOURS: id, version, vendor, config_schema.
const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<inventory_provider>({
        .id = "com.example.inventory",
        .version = "0.1.0",
        .vendor = "Example",
        .config_schema = R"({"type":"object","additionalProperties":false})",
        .dispatch = ECP_DISPATCH_NONBLOCKING,
        .max_concurrency = ECP_CONCURRENCY_ANY,
    });
    return &table;
}
