// A request in memory of its own, which can be taken away.
#pragma once

#include <ecp/provider.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace edgeconf::check {

struct request_content {
    std::string_view ns;
    std::string_view device_id;
    std::string_view body;
    std::string_view trace;
    std::uint64_t deadline_ns = 0;
    std::uint32_t flags = 0;
    std::uint32_t more_bytes = 0; // of a newer host's struct, behind what is known; each 0xa5
};

// Stays mapped for the process's life, so that whoever comes too late cannot meet something else there.
class request_memory {
public:
    explicit request_memory(const request_content& content);

    const ecp_request* get() const noexcept { return request_; }
    // From now on each access to the request or its bytes ends the process with SIGSEGV.
    void revoke() noexcept;

private:
    std::byte* memory_ = nullptr;
    std::size_t size_ = 0;
    ecp_request* request_ = nullptr;
};

} // namespace edgeconf::check
