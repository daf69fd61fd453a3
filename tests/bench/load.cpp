#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"

#include "fleet/finding.hpp"
#include "fleet/object_changes.hpp"
#include "fleet/read_objects.hpp"

namespace edgeconf::bench {

namespace {

fleet::object_set read(const fleet_under_load& fleet, report& out) {
    const stopwatch watch;
    fleet::findings found;
    auto objects = fleet::read_objects(fleet.manifests, found);
    out.time("read the manifests", watch.elapsed());
    out.expect(found.all().empty(), "the manifests are without a fault");
    return objects;
}

} // namespace

void load(fleet_under_load& fleet, report& out) {
    out.section("Load");
    const auto devices = fleet.ids.size();
    out.memory("program and ids", devices);
    fleet.objects = read(fleet, out);
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

void reload(const fleet_under_load& fleet, report& out) {
    out.section("Manifests read again");
    const auto again = read(fleet, out);
    const stopwatch comparing;
    const auto changes = fleet::changes_between(fleet.objects, again);
    out.time("compare them with those read before", comparing.elapsed());
    out.expect(changes.empty(), "the same manifests are no change");
}

} // namespace edgeconf::bench
