// One I/O thread with all that it needs to serve devices alone: nothing in here is shared with the
// others but the provider, the log and a count of connections.
#pragma once

#include "api/device/device_api.hpp"
#include "http/listener.hpp"
#include "provider/op_table.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace edgeconf {

// What every I/O thread is made with; the references outlive it.
struct io_thread_options {
    observe::logger& log;
    observe::metrics& metrics;
    api::device::fuse& removals;
    http::open_connections& connections;
    endpoint listen;
    std::shared_ptr<const http::tls_source> tls;
};

// What a reload may change while it serves.
struct changeable_options {
    std::shared_ptr<provider::plugin_provider> provider;
    connection_limits limits;
    std::vector<std::string> admitted_names;
    bool ignore_heartbeats = false;
};

class io_thread {
public:
    io_thread(const io_thread_options& options, const changeable_options& first, http::bound_socket socket);

    void start();
    // The rest may be called from any thread. `drained` runs on this one.
    void stop(std::function<void()> drained);
    void abort();
    // Takes effect for requests to come; `done` runs on this thread once it has.
    void change(changeable_options next, std::function<void()> done);
    void join();

private:
    boost::asio::io_context context_{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
    provider::op_table::handle ops_;
    api::device::device_api api_;
    http::listener listener_;
    std::thread thread_;
};

} // namespace edgeconf
