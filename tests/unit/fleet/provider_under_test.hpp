// The fleet's provider with a store that the test steers, called as a host calls it: through its table.
#pragma once

#include "shared_disk.hpp"
#include "steered_store.hpp"

#include <ecp/provider.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// One operation, with the request that it reads from.
class operation {
public:
    explicit operation(std::string_view ns = {}, std::string_view id = {}, std::string_view body = {});
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    ecp_op token() noexcept { return reinterpret_cast<ecp_op>(this); }
    const ecp_request& request() const noexcept { return request_; }

    bool is_answered() const;
    ecp_status status(); // waits for it
    std::string body();
    std::string message();
    std::string revision();
    std::chrono::milliseconds retry_after();
    int answers() const;

    void complete(const ecp_result& result); // the host's

private:
    void await();

    const std::string ns_;
    const std::string id_;
    const std::string sent_;
    ecp_request request_{};

    mutable std::mutex mutex_;
    std::condition_variable completed_;
    int answers_ = 0;
    ecp_status status_ = -1;
    std::string body_;
    std::string message_;
    std::string revision_;
    std::chrono::milliseconds retry_after_{0};
};

using pending_operation = std::unique_ptr<operation>;

// One at a time, since a host's functions know no host. Options are those that all providers have, and
// {"batched": true, "watch": true, "ignoreHeartbeats": true}.
class provider_under_test {
public:
    explicit provider_under_test(steered_disk& disk, std::string options = "{}");
    explicit provider_under_test(shared_disk& disk, std::string options = "{}");
    ~provider_under_test(); // stops it
    provider_under_test(const provider_under_test&) = delete;
    provider_under_test& operator=(const provider_under_test&) = delete;

    ecp_status start();
    ecp_status stop();
    void destroy(); // without stopping it
    pending_operation reconfigure(std::string_view options);
    pending_operation invoke(std::string_view verb, std::string_view page_token = {},
                             std::string_view body = {});

    pending_operation enrol(std::string_view id, std::string_view body = "{}");
    pending_operation put_registration(std::string_view id, std::string_view body = "{}");
    pending_operation put_heartbeat(std::string_view id, std::string_view body = "{}");
    ecp_status registration(std::string_view id);
    std::string configuration(std::string_view id); // empty: none

private:
    using store_maker = std::function<std::unique_ptr<store>()>;

    provider_under_test(store_maker make, std::string options);
    pending_operation call(ecp_call_fn slot, std::string_view id, std::string_view body);

    const ecp_provider* table_;
    void* self_ = nullptr;
};

// What instances have told the host since the last one was made.
std::vector<std::string> logged();
void await_logged(std::string_view part); // until a line contains it
int health();
double metric(const std::string& name); // 0 before it is recorded
// Of the fleet; until the next instance is made.
void turn_clock(std::chrono::seconds by);
// Called with each line, on the thread that logs it. May throw.
void on_log(std::function<void(std::string_view line)> hear);

} // namespace edgeconf::fleet
