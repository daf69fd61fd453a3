#include "fleet/object_collector.hpp"

#include "fleet/field.hpp"
#include "fleet/manifest.hpp"
#include "fleet/read_object.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>

namespace edgeconf::fleet {

namespace {

std::string text_of(const object_place& place) { return fmt::format("{}:{}", *place.file, place.line); }

std::string defined_already(const object_name& name, const object_place& first) {
    return fmt::format("{}/{} is defined already at {}; keep one of them", name.ns, name.name,
                       text_of(first));
}

object_map<edge_device>& map_for(object_set& all, const edge_device&) { return all.devices; }
object_map<signed_request>& map_for(object_set& all, const signed_request&) { return all.requests; }
object_map<edge_device_set>& map_for(object_set& all, const edge_device_set&) { return all.sets; }
object_map<edge_workload>& map_for(object_set& all, const edge_workload&) { return all.workloads; }
object_map<edge_config>& map_for(object_set& all, const edge_config&) { return all.configs; }
object_map<playbook_execution>& map_for(object_set& all, const playbook_execution&) { return all.executions; }
object_map<config_map>& map_for(object_set& all, const config_map&) { return all.config_maps; }
object_map<secret>& map_for(object_set& all, const secret&) { return all.secrets; }

} // namespace

std::optional<shared_object> object_collector::take(manifest&& from) {
    const auto why = conflict(from.kind, from.name, {from.file, from.line()});
    if (!why.empty()) {
        field{from, from.root, found_}["metadata"]["name"].error(why);
        return std::nullopt;
    }
    auto object = read_object(from, found_);
    if (object) keep(*object);
    return object;
}

bool object_collector::take(shared_object object, const object_place& place) {
    const bool fits =
        std::visit([&](const auto& each) { return conflict(each->kind, each->name, place).empty(); }, object);
    if (fits) keep(std::move(object));
    return fits;
}

std::string object_collector::conflict(object_kind kind, const object_name& name, const object_place& place) {
    if (kind == object_kind::edge_device || kind == object_kind::signed_request) {
        return device_conflict(kind, name, place);
    }
    const auto [first, inserted] = places_.try_emplace({kind, name}, place);
    return inserted ? std::string{} : defined_already(name, first->second);
}

std::string object_collector::device_conflict(object_kind kind, const object_name& name,
                                              const object_place& place) {
    auto& [id, uses] = *devices_.try_emplace(name.name).first;
    auto& use = uses.of[kind == object_kind::edge_device ? 0 : 1];
    if (id != name.name) {
        return fmt::format("{} differs from {} at {} in case alone; devices need ids that differ otherwise",
                           name.name, id, text_of(uses.first().place));
    }
    if (!use.place.file) {
        use = {place, name.ns};
        return {};
    }
    if (use.ns == name.ns) return defined_already(name, use.place);
    return fmt::format("{} is in another namespace at {}; a device id can exist once in a fleet", name.name,
                       text_of(use.place));
}

void object_collector::keep(shared_object object) {
    std::visit(
        [&](auto& each) {
            auto& map = map_for(objects_, *each);
            map.emplace_hint(map.end(), each->name, std::move(each)); // exports are sorted
        },
        object);
}

} // namespace edgeconf::fleet
