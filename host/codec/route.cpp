#include "codec/route.hpp"

#include "codec/identifier.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/segments_encoded_view.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <optional>
#include <vector>

namespace edgeconf::codec {
namespace {

struct call {
    std::string_view resource;
    std::string_view method;
    operation op;
};

constexpr std::array<call, operation_count> calls{{
    {"enrolment", "POST", operation::enrol},
    {"registration", "GET", operation::get_registration},
    {"registration", "PUT", operation::put_registration},
    {"configuration", "GET", operation::get_configuration},
    {"heartbeat", "PUT", operation::put_heartbeat},
    {"playbookexecutions", "GET", operation::get_playbooks},
}};

constexpr std::array<std::string_view, 3> base_path{"api", "flotta-backend", "v1"};

std::string_view allowed_methods(std::string_view resource) noexcept {
    if (resource == "registration") return "GET, PUT";
    for (const auto& c : calls)
        if (c.resource == resource) return c.method;
    return {};
}

using segments = std::vector<boost::urls::pct_string_view>;

// The path's segments behind the base path, still encoded; nothing if the target is no path.
std::optional<segments> below_base_path(std::string_view target) {
    const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
    if (!parsed) return std::nullopt;
    segments all;
    // More than the longest route has leads nowhere, however long it is.
    constexpr std::size_t longest = base_path.size() + 5;
    for (const auto part : parsed->encoded_segments()) {
        if (all.size() > longest) break;
        all.push_back(part);
    }
    if (all.size() >= base_path.size() && std::equal(base_path.begin(), base_path.end(), all.begin()))
        all.erase(all.begin(), all.begin() + base_path.size());
    return all;
}

no_route not_found() {
    return {404,
            "no such path: the Edge Configuration API is "
            "/api/flotta-backend/v1/namespaces/{namespace}/devices/{device-id}/{call}",
            {}};
}

} // namespace

boost::system::result<route, no_route> find_route(std::string_view method, std::string_view target) {
    const auto path = below_base_path(target);
    if (!path) return no_route{400, "the request target is not a valid path", {}};
    if (path->size() != 5 || (*path)[0] != "namespaces" || (*path)[2] != "devices") return not_found();

    const std::string_view resource{(*path)[4].data(), (*path)[4].size()};
    const auto allow = allowed_methods(resource);
    if (allow.empty()) return not_found();

    route found;
    found.ns = (*path)[1].decode();
    found.device_id = (*path)[3].decode();
    if (!is_namespace(found.ns))
        return no_route{400, "the path's namespace is not a DNS label (1 to 63 of a-z, 0-9 and -)", {}};
    if (!is_device_id(found.device_id))
        return no_route{
            400, "the path's device id is not 1 to 253 of A-Z, a-z, 0-9, '.', '_', ':' and '-'", {}};

    for (const auto& c : calls) {
        if (c.resource != resource || c.method != method) continue;
        found.op = c.op;
        return found;
    }
    return no_route{405, "this path does not take that method", allow};
}

} // namespace edgeconf::codec
