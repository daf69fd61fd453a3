#include "check/request_memory.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

namespace edgeconf::check {

request_memory::request_memory(const request_content& content) {
    const auto head = sizeof(ecp_request) + content.more_bytes;
    size_ =
        head + content.ns.size() + content.device_id.size() + content.body.size() + content.trace.size() + 4;
    auto* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    memory_ = static_cast<std::byte*>(memory);
    request_ = new (memory_) ecp_request{};
    std::memset(memory_ + sizeof(ecp_request), 0xa5, content.more_bytes);

    auto* at = reinterpret_cast<char*>(memory_ + head);
    const auto put = [&at](std::string_view text) {
        const ecp_str placed{at, text.size()};
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
        at[text.size()] = '\0';
        at += text.size() + 1;
        return placed;
    };
    request_->struct_size = static_cast<std::uint32_t>(head);
    request_->flags = content.flags;
    request_->deadline_ns = content.deadline_ns;
    request_->ns = put(content.ns);
    request_->device_id = put(content.device_id);
    request_->body = put(content.body);
    request_->trace = put(content.trace);
}

void request_memory::revoke() noexcept { ::mprotect(memory_, size_, PROT_NONE); }

} // namespace edgeconf::check
