#include "provider/resources.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace edgeconf::provider {
namespace {

ecp_str borrow(std::string_view s) { return {s.data(), s.size()}; }

} // namespace

ecp_ext_resources resources_of(const ecp_provider& table, void* self) {
    ecp_ext_resources known{};
    if (table.get_extension == nullptr) return known;
    const auto* offered = static_cast<const ecp_ext_resources*>(table.get_extension(self, ECP_EXT_RESOURCES));
    if (offered == nullptr) return known;
    std::memcpy(&known, offered, std::min<std::size_t>(offered->struct_size, sizeof known));
    return known;
}

resource_call::resource_call(administration_call from, std::chrono::steady_clock::time_point deadline)
    : asked{std::move(from)} {
    request.struct_size = sizeof request;
    request.deadline_ns =
        static_cast<std::uint64_t>(deadline.time_since_epoch() / std::chrono::nanoseconds{1});
    for (auto* empty : {&request.kind, &request.ns, &request.name, &request.subresource, &request.revision,
                        &request.label_selector, &request.field_selector})
        *empty = borrow(""); // never NULL, as every text of the host
    request.body = borrow(asked.body);
    request.verb = borrow(name(asked.verb)); // a literal: NUL-terminated
    request.page_token = borrow(asked.page_token);
    request.principal = borrow(asked.principal);
}

} // namespace edgeconf::provider
