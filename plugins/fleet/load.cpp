#include "fleet/load.hpp"

#include "fleet/read_objects.hpp"
#include "fleet/renderer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view manifests_option = "/manifests";

} // namespace

bool loaded::failed() const noexcept {
    return std::any_of(findings.begin(), findings.end(),
                       [](const auto& each) { return each.level == severity::error; });
}

loaded load(std::string_view options_text) {
    loaded made;
    auto chosen = read_options(options_text);
    if (!chosen) {
        made.findings.push_back({severity::error, chosen.error().pointer, chosen.error().what});
        return made;
    }
    made.chosen = *std::move(chosen);
    if (made.chosen.manifests.empty()) return made;
    findings judged;
    made.objects = read_objects(made.chosen.manifests, judged);
    for (const auto& each : judged.all()) {
        made.findings.push_back({each.level, std::string{manifests_option}, each.text});
    }
    return made;
}

std::vector<option_finding> missing_references(const object_set& objects) {
    std::vector<option_finding> found;
    renderer parts{[](configured_device&) {},
                   [&](const broken_part& broken) {
                       for (const auto& each : broken.problems) {
                           found.push_back({severity::warning, std::string{manifests_option},
                                            fmt::format("{}: {}", to_string(broken.owner), each)});
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
