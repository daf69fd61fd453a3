// http/request_reader: the same requests come out however the bytes are cut, within the limits.

#include "property.hpp"

#include "http/request_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::http;

namespace {

edgeconf::connection_limits limits() {
    edgeconf::connection_limits made;
    made.body_bytes = 1024;
    return made;
}

struct outcome {
    std::vector<std::string> requests;
    unsigned refused = 0;
    bool operator==(const outcome&) const = default;
};

outcome read(std::string_view bytes, std::size_t piece) {
    static const auto most = limits();
    request_reader reader{most};
    outcome made;
    for (;;) {
        const auto at = reader.advance();
        if (at == request_reader::step::refused) {
            made.refused = reader.why().status;
            HOLDS(made.refused >= 400 && made.refused < 600 && !reader.why().reason.empty());
            return made;
        }
        if (at == request_reader::step::complete) {
            auto body = reader.take_body();
            HOLDS(body.size() <= most.body_bytes);
            HOLDS(reader.frame().chunked || body.size() == reader.frame().length);
            const auto& head = reader.head();
            HOLDS(!head.method.empty() && !head.target.empty());
            made.requests.push_back(std::string{head.method}
                                        .append(" ")
                                        .append(head.target)
                                        .append(head.keep_alive ? "+" : "-")
                                        .append(head.content_type)
                                        .append("\n")
                                        .append(head.trace)
                                        .append("\n")
                                        .append(body));
            reader.next();
            continue;
        }
        if (bytes.empty()) return made;
        const auto room = reader.room();
        HOLDS(room.size() > 0);
        const auto size = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), size);
        reader.take(size);
        bytes.remove_prefix(size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    if (size > 16 * 1024) return 0; // as much as one read gives: beyond, a trailer's limit sees the pieces
    const auto whole = read(bytes, std::max<std::size_t>(size, 1));
    // A malformed chunk may be seen sooner in pieces, and refused for another reason.
    for (const std::size_t piece : {1, 2, 5, 64}) {
        const auto cut = read(bytes, piece);
        HOLDS(cut.requests == whole.requests);
        HOLDS((cut.refused == 0) == (whole.refused == 0));
    }
    return 0;
}
