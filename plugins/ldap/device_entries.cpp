#include "ldap/device_entries.hpp"

#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

using fleet::device_part;

std::string devices_base(const std::string& base) { return "ou=devices," + base; }

device_entries::device_entries(const settings& settings, std::uint64_t writer)
    : has_reports_{settings.heartbeats == heartbeats::write},
      devices_base_{devices_base(settings.base)}, writer_{writer} {
    if (settings.mapping) inventory_.emplace(*settings.mapping);
}

fleet::stored_device device_entries::reading::stored(std::uint32_t number, bool has_reports) const {
    fleet::stored_device made;
    made.number = number;
    made.id = id;
    made.membership = membership;
    made.status = told.status;
    made.hardware = told.hardware;
    made.heard = told.heard;
    made.has_reports = has_reports;
    return made;
}

// An inventory goes before what the entry itself says.
device_entries::reading device_entries::read(const entry& from) {
    reading made{std::string{from.value(names::device_id)}, {}, {}, told_of(from), {}};
    made.written = parse_revision(from.value(names::revision)).value_or(revision{});
    try {
        if (!fleet::is_device_id(made.id)) {
            throw unusable_entry{
                fmt::format("{} is \"{}\", which is no device's id", names::device_id, made.id)};
        }
        const auto* mapped = inventory_ ? inventory_->find(made.id) : nullptr;
        auto given = given_document(mapped != nullptr ? *mapped : given_of(from));
        made.membership = membership_of(given, made.told);
        made.given = std::move(given);
        accept(from.id());
    } catch (const unusable_entry& problem) {
        leave_out(from, problem.what());
    }
    return made;
}

// ---- at the start ----

void device_entries::load_inventory(const entry& from) {
    try {
        auto read = inventory_->read(from);
        (void)given_document(read.given);
        if (!inventory_->put(from.id(), std::move(read))) leave_out(from, "another entry has its id already");
    } catch (const unusable_entry& problem) {
        leave_out(from, problem.what());
    }
}

void device_entries::load(const entry& from, fleet::store_visitor& to) {
    const auto read = this->read(from);
    const auto* known = index_.find(read.id);
    if (read.given.empty() || is_other_spelling(known, from, read.id) || is_second(known, from)) return;
    auto& device = index_.add(read.id);
    index_.set_number(device, ++last_number_);
    know(device, from);
    told_is(device, read);
    device.given = hash_of(read.given);
    to.device(read.stored(device.number, has_reports_));
}

void device_entries::finish_load(fleet::store_visitor& to) {
    if (!inventory_) return;
    inventory_->for_each([&](const std::string& id, const given_attributes& given) {
        if (index_.find(id) != nullptr) return;
        auto& device = index_.add(id);
        index_.set_number(device, ++last_number_);
        reading read{id, given_document(given), {}, {}, {}};
        read.membership = membership_of(read.given, {});
        device.given = hash_of(read.given);
        to.device(read.stored(device.number, has_reports_));
    });
}

// ---- afterwards ----

void device_entries::take(const entry& now, bool forced, fleet::news_visitor& to) {
    const auto read = this->read(now);
    auto* known = index_.find(read.id);
    if (is_other_spelling(known, now, read.id)) return;
    if (is_second(known, now)) return;
    const bool usable = !read.given.empty();
    if (known == nullptr) {
        if (!usable) return to.refused(read.id);
        known = &index_.add(read.id);
        forced = true;
    }
    // Our own writing comes back, maybe after we have written more.
    const bool is_ours = read.written.writer == writer_;
    if (!forced && is_ours && read.written.count < known->written.count) return;
    const bool told = forced || (!is_ours && read.written != known->written);
    const bool given = usable && (forced || hash_of(read.given) != known->given);
    if (is_ours && read.written.count > known->written.count) known->written = read.written;
    know(*known, now);
    if (told) told_is(*known, read);
    if (given) known->given = hash_of(read.given);
    if (!told && !given) return;
    const auto part = told && given ? device_part::all : told ? device_part::told : device_part::given;
    if (usable) return tell(*known, read.stored(known->number, has_reports_), part, to);
    try { // what administrators say of it stays as it was accepted
        auto told_alone = read;
        told_alone.membership = membership_of("", read.told);
        tell(*known, told_alone.stored(known->number, has_reports_), part, to);
    } catch (const unusable_entry&) {
        known->told = 0; // so that the next change of it here is written over this
    }
}

// A device that is left out keeps the number that it has.
void device_entries::tell(known_device& device, const fleet::stored_device& stored, device_part part,
                          fleet::news_visitor& to) {
    if (const auto number = to.device(stored, part); number != 0) index_.set_number(device, number);
}

void device_entries::take_gone(const entry_id& which, fleet::news_visitor& to) {
    accept(which);
    if (const auto second = seconds_.find(which); second != seconds_.end()) return forget_second(second);
    auto* known = index_.find(which);
    if (known == nullptr) return;
    const auto id = known->id;
    if (const auto heir = take_second(id)) { // as if it had been this one all the time
        index_.set_entry(*known, {});
        return take(*heir, true, to);
    }
    if (const auto* mapped = inventory_ ? inventory_->find(id) : nullptr) { // what hosts knew is gone
        const auto number = known->number;
        index_.erase(*known);
        auto& device = index_.add(id);
        index_.set_number(device, number);
        reading read{id, given_document(*mapped), {}, {}, {}};
        read.membership = membership_of(read.given, {});
        device.given = hash_of(read.given);
        return tell(device, read.stored(number, has_reports_), device_part::all, to);
    }
    index_.erase(*known);
    to.gone(id);
}

void device_entries::take_inventory(const entry& now, fleet::news_visitor& to) {
    try {
        auto read = inventory_->read(now);
        (void)given_document(read.given);
        const auto id = read.id;
        const auto given = read.given;
        if (!inventory_->put(now.id(), std::move(read))) {
            return leave_out(now, "another entry has its id already");
        }
        accept(now.id());
        auto* known = index_.find(id);
        if (known != nullptr && known->id != id) {
            return leave_out(now, fmt::format("its id differs from that of {} in case alone", known->id));
        }
        give(known != nullptr ? *known : index_.add(id), given, to);
    } catch (const unusable_entry& problem) {
        leave_out(now, problem.what());
    }
}

void device_entries::give(known_device& device, const given_attributes& given, fleet::news_visitor& to) {
    reading read{device.id, given_document(given), {}, {}, {}};
    if (device.number != 0 && device.given == hash_of(read.given)) return;
    if (device.has_entry && device.given == 0) to_read_.push_back(dn_of(device)); // it had left
    device.given = hash_of(read.given);
    read.membership = membership_of(read.given, {});
    tell(device, read.stored(device.number, has_reports_), device_part::given, to);
}

// Its own entry stays, and counts again should it be asked for.
void device_entries::take_inventory_gone(const entry_id& which, fleet::news_visitor& to) {
    accept(which);
    const auto id = inventory_->gone(which);
    if (id.empty()) return;
    auto* known = index_.find(id);
    if (known == nullptr) return;
    known->given = 0;
    if (!known->has_entry) index_.erase(*known);
    to.gone(id);
}

// ---- which entry is whose ----

// The first one is the device's for as long as it is there.
bool device_entries::is_second(const known_device* known, const entry& now) {
    if (const auto was = seconds_.find(now.id()); was != seconds_.end()) forget_second(was);
    const bool has_other = known != nullptr && known->entry != entry_id{} && known->entry != now.id();
    if (!has_other) return false;
    leave_out(now, fmt::format("the device {} is the entry {} already", known->id, dn_of(*known)));
    seconds_.emplace(now.id(), now);
    second_of_.emplace(known->id, now.id());
    return true;
}

void device_entries::forget_second(second_map::iterator second) {
    const auto [begin, end] = second_of_.equal_range(std::string{second->second.value(names::device_id)});
    for (auto each = begin; each != end; ++each) {
        if (each->second != second->first) continue;
        second_of_.erase(each);
        break;
    }
    seconds_.erase(second);
}

std::optional<entry> device_entries::take_second(const std::string& id) {
    const auto found = second_of_.find(id);
    if (found == second_of_.end()) return std::nullopt;
    const auto second = seconds_.find(found->second);
    auto made = second->second;
    forget_second(second);
    return made;
}

std::string device_entries::dn_of(const known_device& device) const {
    return device.dn.empty() ? child(names::device_id, device.id, devices_base_) : device.dn;
}

bool device_entries::is_other_spelling(const known_device* known, const entry& now, const std::string& id) {
    if (known == nullptr || known->id == id) return false;
    leave_out(now, fmt::format("its id differs from that of {} in case alone", known->id));
    return true;
}

void device_entries::know(known_device& device, const entry& now) {
    if (now.id() != entry_id{}) index_.set_entry(device, now.id());
    device.dn = now.dn() == child(names::device_id, device.id, devices_base_) ? std::string{} : now.dn();
    device.has_entry = true;
    device.has_class = now.is_a(names::device_state);
}

void device_entries::told_is(known_device& device, const reading& read) {
    device.written = read.written;
    device.told = hash_of(read.told);
    device.status = hash_of(read.told.status);
}

void device_entries::leave_out(const entry& which, std::string why) {
    const std::lock_guard held{mutex_};
    left_out_.insert_or_assign(which.id(), left_out_entry{which.dn(), std::move(why)});
}

void device_entries::accept(const entry_id& which) {
    const std::lock_guard held{mutex_};
    left_out_.erase(which);
}

std::map<std::string, std::string> device_entries::left_out() const {
    std::map<std::string, std::string> made;
    const std::lock_guard held{mutex_};
    for (const auto& [id, each] : left_out_) made.emplace(each.dn, each.why);
    return made;
}

} // namespace edgeconf::ldap
