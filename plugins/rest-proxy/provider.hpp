// The REST proxy behind the provider ABI: what ecp::table is made of.
#pragma once

#include "rest-proxy/cache.hpp"
#include "rest-proxy/engine.hpp"
#include "rest-proxy/figures.hpp"
#include "rest-proxy/settings.hpp"

#include <ecp/provider.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::rest_proxy {

// Threads as provider.h says for ECP_DISPATCH_NONBLOCKING and ECP_CONCURRENCY_ANY. A fresh answer from the
// cache is given before the call returns; all else by the engine that has the device.
class provider {
public:
    static void validate(std::string_view options, ecp::diagnostics& found);
    provider(ecp::host host, std::string_view options, ecp::diagnostics& found);

    // Completes with OK, whether upstreams are there or not; health tells.
    void start(ecp_op op);
    // Calls under way are answered by the upstreams as they were.
    void reconfigure(std::string_view options, ecp_op op);
    void stop(ecp_op op);
    void cancel(ecp_op op);

    void get_configuration(const ecp_request& request, ecp_op op) {
        handle(call::get_configuration, request, op);
    }
    void enrol(const ecp_request& request, ecp_op op) { handle(call::enrol, request, op); }
    void get_registration(const ecp_request& request, ecp_op op) {
        handle(call::get_registration, request, op);
    }
    void put_registration(const ecp_request& request, ecp_op op) {
        handle(call::put_registration, request, op);
    }
    void put_heartbeat(const ecp_request& request, ecp_op op) { handle(call::put_heartbeat, request, op); }
    void get_playbooks(const ecp_request& request, ecp_op op) { handle(call::get_playbooks, request, op); }

private:
    // All engines of one set of options.
    struct crew {
        std::vector<upstreams_state> states; // guarded by states_mutex_; outlive the threads that write them
        std::vector<std::unique_ptr<engine>> engines;
    };

    void handle(call what, const ecp_request& request, ecp_op op);
    bool answer_from_cache(call what, const ecp_request& request, ecp_op op);
    void hand_over(incoming in);
    std::unique_ptr<crew> hire(const settings& from);
    void states_are(crew& of, std::size_t number, const upstreams_state& state);
    void show(const crew& which);
    void show_health(const crew& of);

    const ecp::host host_;
    const figures counted_;
    settings settings_;
    cache cache_;
    const fleet::caseless_hash hash_{fleet::random_seed()}; // which engine has a device
    std::mutex states_mutex_;
    const crew* shown_ = nullptr;              // whose states count
    std::int32_t health_ = ECP_HEALTH_UNKNOWN; // as last told
    std::string reason_;
    std::mutex crew_mutex_; // for a post to one of its engines, no longer
    std::unique_ptr<crew> crew_;
};

} // namespace edgeconf::rest_proxy
