#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"

#include "fleet/finding.hpp"
#include "fleet/object_changes.hpp"
#include "fleet/read_objects.hpp"
#include "unit/fleet/remembered_manifests.hpp"

#include <utility>

namespace edgeconf::bench {

namespace {

fleet::fleet_reading read(const fleet_under_load& fleet, std::string_view what, fleet::reading_memory memory,
                          report& out) {
    const stopwatch watch;
    fleet::findings found;
    auto made = fleet::read_fleet(fleet.manifests, found, memory);
    out.time(what, watch.elapsed());
    out.expect(found.all().empty(), "the manifests are without a fault");
    return made;
}

} // namespace

void load(fleet_under_load& fleet, report& out) {
    out.section("Load");
    const auto devices = fleet.ids.size();
    out.memory("program and ids", devices);
    fleet.objects = read(fleet, "read the manifests", {}, out).objects;
    out.expect(fleet.objects.devices.size() == devices, "every device was read");
    out.expect(fleet.objects.workloads.size() == workload_count, "every workload was read");
    out.memory("objects read from manifests", devices);

    const stopwatch watch;
    fleet.model.apply(fleet::changes_between({}, fleet.objects));
    out.time("apply them", watch.elapsed());
    work_until_idle(fleet.model, "render all configurations", out);
    const auto counts = fleet.model.counts();
    out.expect(counts.known == devices && counts.unconfigured == 0 && counts.stale == 0 && counts.broken == 0,
               "every device has a configuration");
    out.memory("model without hardware", devices);
}

void reload(fleet_under_load& fleet, report& out) {
    out.section("Manifests read again");
    const auto compare = [&](std::string_view what, const fleet::object_set& again) {
        const stopwatch comparing;
        const auto changes = fleet::changes_between(fleet.objects, again);
        out.time(what, comparing.elapsed());
        out.expect(changes.empty(), "the same manifests are no change");
    };
    fleet::remembered_manifests cache;
    auto first = read(fleet, "read them, and write their text", {.cache = &cache}, out);
    compare("compare them with those read before", first.objects);
    cache.remember(std::move(first.files));
    compare("compare those", read(fleet, "read them from their text", {.cache = &cache}, out).objects);
    fleet.objects = std::move(first.objects);
    compare("compare, object by object the same",
            read(fleet, "find that no file has changed", {.accepted = &first.by_file}, out).objects);
}

} // namespace edgeconf::bench
