#include "fleet/missing_references.hpp"

#include "fleet/renderer.hpp"

#include <fmt/format.h>

#include <limits>

namespace edgeconf::fleet {

std::vector<finding> missing_references(const object_set& objects) {
    std::vector<finding> found;
    renderer parts{
        [](configured_device&) {},
        [&](const broken_part& broken) {
            for (const auto& each : broken.problems) {
                found.push_back({severity::warning, fmt::format("{}: {}", to_string(broken.owner), each)});
            }
        }};
    for (const auto& [name, each] : objects.config_maps) parts.put(each);
    for (const auto& [name, each] : objects.secrets) parts.put(each);
    for (const auto& [name, each] : objects.sets) parts.put(each);
    for (const auto& [name, each] : objects.workloads) parts.put(each);
    parts.work(std::numeric_limits<std::size_t>::max());
    return found;
}

} // namespace edgeconf::fleet
