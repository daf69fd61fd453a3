// The fleet model behind the provider ABI: what a bundled provider hands to ecp::table. Parses bodies,
// asks the model, turns its outcomes into statuses; holds no meaning of its own.
#pragma once

#include <ecp/provider.hpp>

#include <memory>
#include <mutex>
#include <string_view>

namespace edgeconf::fleet {

class model;

// Threads as provider.h says for ECP_DISPATCH_NONBLOCKING and ECP_CONCURRENCY_ANY: device calls from any
// number of threads, each answered before it returns.
class provider {
public:
    // Reads the manifests as creating an instance does, and changes nothing.
    static void validate(std::string_view options, ecp::diagnostics& found);

    // Loads the manifests and renders all configurations. With an error in `found` the instance is unusable.
    provider(ecp::host host, std::string_view options, ecp::diagnostics& found);
    ~provider();

    void start(ecp_op op);
    void stop(ecp_op op);

    void get_configuration(const ecp_request& request, ecp_op op);
    void enrol(const ecp_request& request, ecp_op op);
    void get_registration(const ecp_request& request, ecp_op op);
    void put_registration(const ecp_request& request, ecp_op op);
    void put_heartbeat(const ecp_request& request, ecp_op op);
    void get_playbooks(const ecp_request& request, ecp_op op);

private:
    void refresh_health();

    ecp::host host_;
    std::unique_ptr<model> model_;
    std::mutex health_guard_; // keeps reports of health in their order
    std::size_t unconfigured_ = 0;
    std::size_t stale_ = 0;
};

} // namespace edgeconf::fleet
