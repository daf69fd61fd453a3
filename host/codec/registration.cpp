#include "codec/registration.hpp"

#include "codec/identifier.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/static_resource.hpp>
#include <boost/json/value.hpp>

#include <array>

namespace edgeconf::codec {

result<std::string> namespace_of(std::string_view body) {
    namespace json = boost::json;
    constexpr std::size_t longest = 1024;
    const problem unusable{errc::internal, "the registration names no usable namespace"};
    if (body.size() > longest) return unusable;
    std::array<unsigned char, 8 * longest> memory; // NOLINT: uninitialised on purpose
    json::static_resource resource{memory.data(), memory.size()};
    try {
        boost::system::error_code ec;
        const auto parsed = json::parse({body.data(), body.size()}, ec, &resource);
        if (ec || !parsed.is_object()) return unusable;
        const auto* found = parsed.get_object().if_contains("namespace");
        if (found == nullptr || !found->is_string()) return unusable;
        const std::string ns{found->get_string().data(), found->get_string().size()};
        if (is_namespace(ns)) return ns;
    } catch (const std::bad_alloc&) {
        // The fixed memory is enough for every honest answer.
    }
    return unusable;
}

} // namespace edgeconf::codec
