// The fleet model behind the provider ABI: what a bundled provider hands to ecp::table. Parses bodies,
// asks the model, turns its outcomes into statuses; holds no meaning of its own.
#pragma once

#include "fleet/model.hpp"
#include "fleet/objects.hpp"
#include "fleet/options.hpp"
#include "fleet/writer.hpp"

#include <ecp/provider.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// Threads as provider.h says for ECP_DISPATCH_NONBLOCKING and ECP_CONCURRENCY_ANY: device calls from any
// number of threads. Reads are answered before they return, from what is ready; writes are parsed where they
// come in and answered by the writer.
class provider {
public:
    // Reads the manifests as creating an instance does, and changes nothing.
    static void validate(std::string_view options, ecp::diagnostics& found);

    // Loads the manifests. With an error in `found` the instance is unusable.
    provider(ecp::host host, std::string_view options, ecp::diagnostics& found);

    // Completes when every configuration is rendered.
    void start(ecp_op op);

    // Reads the manifests again and applies what has changed; devices keep all that they have told.
    void reconfigure(std::string_view options, ecp_op op);

    void stop(ecp_op op);

    void get_configuration(const ecp_request& request, ecp_op op);
    void enrol(const ecp_request& request, ecp_op op);
    void get_registration(const ecp_request& request, ecp_op op);
    void put_registration(const ecp_request& request, ecp_op op);
    void put_heartbeat(const ecp_request& request, ecp_op op);
    void get_playbooks(const ecp_request& request, ecp_op op);

private:
    struct gauge {
        std::size_t fleet_counts::*value;
        std::uint32_t metric;
    };

    void called(const device_entry& entry);
    template <class Task>
    void write(ecp_op op, Task task); // `task()` on the writer; answers `op` itself
    bool work();
    void apply(const object_changes& changes, std::function<void()> done);
    void refresh_figures();

    const ecp::host host_;
    object_set manifests_; // as last read
    options chosen_;       // of the first start
    model model_;
    std::vector<gauge> gauges_;
    fleet_counts figures_;                         // as last shown
    std::vector<std::function<void()>> when_idle_; // the writer's
    writer writer_;                                // the last member: the first to go
};

} // namespace edgeconf::fleet
