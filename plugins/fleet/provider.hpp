// The fleet model behind the provider ABI: what a bundled provider hands to ecp::table. Parses bodies,
// asks the model, turns its outcomes into statuses; holds no meaning of its own.
#pragma once

#include "fleet/model.hpp"
#include "fleet/objects.hpp"
#include "fleet/options.hpp"
#include "fleet/task_thread.hpp"

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

    // Hands what `read` makes of the request's body to `act`, or answers `op` with what is wrong with it.
    template <class Read, class Act>
    void with_body(const ecp_request& request, ecp_op op, Read read, Act act);
    // On the writer: `task()`, which answers `op` itself.
    template <class Task>
    void write(ecp_op op, Task task);
    // On the writer, around everything that changes the model.
    template <class Task>
    void change(Task&& task);
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
    bool broken_ = false;                          // the writer's: memory ran out in the middle of a change
    task_thread writer_;                           // changes the model
    task_thread large_bodies_;                     // reads what would hold up an I/O thread
};

} // namespace edgeconf::fleet
