// The memory provider as a host sees it: loaded, and called through its table alone.
#pragma once

#include <ecp/provider.h>

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf {

// A completed operation.
struct answer {
    int completions = 0;
    ecp_status status = -1;
    std::string body;
    std::string revision;
    std::string message;
    std::string detail_pointers; // separated by spaces
};

// What the provider said of its options, or logged: "error /manifests: text".
using remarks = std::vector<std::string>;

class loaded_provider {
public:
    loaded_provider();

    const ecp_provider& table() const noexcept { return *table_; }
    ecp_status validate(std::string_view options, remarks& said) const;

private:
    const ecp_provider* table_;
};

// One instance: created and started here, stopped and destroyed with this object.
class provider_instance {
public:
    provider_instance(const loaded_provider& from, std::string_view options);
    ~provider_instance();
    provider_instance(const provider_instance&) = delete;
    provider_instance& operator=(const provider_instance&) = delete;

    ecp_status created = -1;
    remarks said;

    // Both return when the operation is completed.
    answer call(ecp_call_fn slot, std::string_view ns, std::string_view device,
                std::string_view body = {}) const;
    answer reconfigure(std::string_view options) const;

private:
    const ecp_provider* table_;
    void* self_ = nullptr;
};

// What has been logged, and the last health and metrics, by any instance since the start.
remarks logged();
int last_health();
double last_metric(const std::string& name);

} // namespace edgeconf
