// model/endpoint: whatever is read prints to what reads as the same.

#include "property.hpp"

#include "model/endpoint.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto read = edgeconf::parse_endpoint(text);
    if (!read) {
        HOLDS(!read.error().detail.empty());
        return 0;
    }
    HOLDS(read->is_unix() == read->address.empty());
    HOLDS(read->address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos);
    HOLDS(!read->is_unix() || (read->socket.is_absolute() && read->socket.native().size() <= 107));
    HOLDS(read->text().find('\0') == std::string::npos);
    const auto again = edgeconf::parse_endpoint(read->text());
    HOLDS(again.has_value() && *again == *read);
    HOLDS(again->is_local() == read->is_local());
    return 0;
}
