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

namespace {

// Empty if that cannot be used either.
std::string told_alone(const told_attributes& told) {
    try {
        return membership_of({}, told);
    } catch (const unusable_entry&) {
        return {};
    }
}

} // namespace

namespace {

// Or as old, and of somebody else: of two writes upon the same one the server has refused one.
bool is_older(const revision& a, const revision& than) {
    return a.count < than.count || (a.count == than.count && a.writer != than.writer);
}

} // namespace

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
    reading made{std::string{from.value(names::device_id)}, {}, {}, told_of(from), {}, false};
    made.written = parse_revision(from.value(names::revision)).value_or(revision{});
    try {
        if (!fleet::is_device_id(made.id)) {
            throw unusable_entry{
                fmt::format("{} is {}, which is no device's id", names::device_id, in_quotes(made.id))};
        }
        const auto* mapped = inventory_ ? inventory_->find(made.id) : nullptr;
        const auto own = own_word(from, mapped != nullptr, made);
        auto given = given_document(mapped != nullptr ? *mapped : own);
        made.membership = membership_of(given, made.told);
        made.given = std::move(given);
        accept(from.id());
    } catch (const unusable_entry& problem) {
        leave_out(from, problem.what());
        made.membership = told_alone(made.told);
    }
    return made;
}

// What it says while the inventory has the device, in whatever state, lets nobody in (R7a).
given_attributes device_entries::own_word(const entry& from, bool is_mapped, reading& of) {
    auto own = given_of(from);
    if (!inventory_) return own;
    const bool overruled = overruled_.judge(from, is_mapped || unreadable_.has(lower(of.id)));
    if (overruled && lets_in_or_wipes(own.approval)) own.approval = "pending";
    of.says_nothing = overruled || own.approval.empty() || own.approval == "pending";
    return own;
}

// Of a device that has no entry but the inventory's.
device_entries::reading device_entries::read_mapped(const std::string& id,
                                                    const given_attributes& given) const {
    reading made{id, given_document(given), {}, {}, {}, false};
    made.membership = membership_of(made.given, {});
    return made;
}

// The device's id, once the inventory has it.
std::optional<std::string> device_entries::accept_mapped(const entry& now) {
    mapped_seconds_.erase(now.id());
    unreadable_.erase(now.id());
    try {
        auto read = inventory_->read(now);
        (void)given_document(read.given);
        auto id = read.id;
        if (!inventory_->put(now.id(), std::move(read))) {
            mapped_seconds_.put(lower(id), now);
            throw unusable_entry{fmt::format("another entry has its id {} already", id)};
        }
        accept(now.id());
        return id;
    } catch (const unusable_entry& problem) {
        leave_out(now, problem.what());
        if (inventory_->id_of(now.id()).empty()) unreadable_.put(lower(inventory_->id_in(now)), now);
        return std::nullopt;
    }
}

// ---- at the start ----

void device_entries::load_inventory(const entry& from) { (void)accept_mapped(from); }

void device_entries::load(const entry& from, fleet::store_visitor& to) {
    const auto read = this->read(from);
    const auto* known = index_.find(read.id);
    if (read.given.empty() || is_another_ones(known, from)) return;
    if (known != nullptr) return to_read_.push_back(from.dn()); // it came twice, and may be newer
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
        const auto read = read_mapped(id, given);
        device.given = hash_of(read.given);
        to.device(read.stored(device.number, has_reports_));
    });
}

// ---- afterwards ----

void device_entries::take(const entry& now, bool forced, fleet::news_visitor& to) {
    leave_former(now, to);
    const auto read = this->read(now);
    auto* known = index_.find(read.id);
    if (is_another_ones(known, now)) return;
    if (known == nullptr) {
        if (read.given.empty()) return to.refused(read.id);
        known = &index_.add(read.id);
        forced = true;
    }
    const bool has_left = inventory_ && known->has_entry && known->given == 0;
    if (has_left && !forced && (read.says_nothing || read.given.empty())) return know(*known, now);
    const bool is_ours = read.written.writer == writer_;
    if (!forced && is_older(read.written, known->written)) {
        // Our own writing comes back after we have written more. Anybody else's came late, or the directory
        // has gone back: as it is now it has to be asked for.
        if (!is_ours) to_read_.push_back(now.dn());
        return;
    }
    const bool told = forced || (!is_ours && read.written != known->written);
    const bool given = !read.given.empty() && (forced || hash_of(read.given) != known->given);
    if (is_ours && read.written.count > known->written.count) known->written = read.written;
    know(*known, now);
    if (told) told_is(*known, read);
    if (given) known->given = hash_of(read.given);
    if (told && read.membership.empty()) known->told = 0; // what is told of it next is written over this
    if (read.membership.empty() || (!told && !given)) return;
    tell(*known, read, told && given ? device_part::all : told ? device_part::told : device_part::given, to);
}

// An entry that has another device's id from now on.
void device_entries::leave_former(const entry& now, fleet::news_visitor& to) {
    const auto* former = index_.find(now.id());
    if (former == nullptr || fleet::caseless_equal{}(former->id, now.value(names::device_id))) return;
    take_gone(now.id(), to);
}

// A device that is left out keeps the number that it has.
void device_entries::tell(known_device& device, const reading& read, device_part part,
                          fleet::news_visitor& to) {
    departed_.erase(device.id);
    const auto number = to.device(read.stored(device.number, has_reports_), part);
    if (number != 0) index_.set_number(device, number);
}

void device_entries::take_gone(const entry_id& which, fleet::news_visitor& to) {
    accept(which);
    overruled_.gone(which);
    if (seconds_.erase(which)) return;
    auto* known = index_.find(which);
    if (known == nullptr) return;
    const auto id = known->id;
    index_.set_entry(*known, {});
    // As if it had been this one all the time.
    if (const auto heir = seconds_.take(id)) {
        if (given_of(*heir).approval != "removed") return take(*heir, true, to);
        leave_out(*heir, fmt::format("says that {} is removed, whose entry it was not", id));
    }
    const auto number = known->number;
    index_.erase(*known);
    const auto* mapped = inventory_ ? inventory_->find(id) : nullptr;
    if (mapped == nullptr) {
        departed_.insert_or_assign(id, number);
        return to.gone(id);
    }
    auto& device = index_.add(id); // what hosts knew of it is gone
    index_.set_number(device, number);
    const auto read = read_mapped(id, *mapped);
    device.given = hash_of(read.given);
    tell(device, read, device_part::all, to);
}

void device_entries::forget(known_device& device) {
    if (const auto heir = seconds_.take(device.id)) to_read_.push_back(heir->dn());
    index_.erase(device);
}

// ---- the inventory ----

void device_entries::take_inventory(const entry& now, fleet::news_visitor& to) {
    const auto former = inventory_->id_of(now.id());
    const auto id = accept_mapped(now);
    if (!id) return;
    const bool is_new = !fleet::caseless_equal{}(former, *id);
    if (is_new && !former.empty()) lost_inventory(former, to);
    auto* known = index_.find(*id);
    // Its own entry: for what hosts remember of it if it had left, and for what means nothing from now on.
    if (is_new && known != nullptr && known->has_entry) to_read_.push_back(dn_of(*known));
    give(known != nullptr ? *known : index_.add(*id), *inventory_->find(*id), to);
}

void device_entries::give(known_device& device, const given_attributes& given, fleet::news_visitor& to) {
    const auto read = read_mapped(device.id, given);
    if (device.number != 0 && device.given == hash_of(read.given)) return;
    device.given = hash_of(read.given);
    tell(device, read, device_part::given, to);
}

void device_entries::take_inventory_gone(const entry_id& which, fleet::news_visitor& to) {
    accept(which);
    mapped_seconds_.erase(which);
    unreadable_.erase(which);
    const auto id = inventory_->gone(which);
    if (!id.empty()) lost_inventory(id, to);
}

// Its own entry stays, and counts again should it be asked for.
void device_entries::lost_inventory(const std::string& id, fleet::news_visitor& to) {
    if (const auto heir = mapped_seconds_.take(lower(id))) return take_inventory(*heir, to);
    auto* known = index_.find(id);
    if (known == nullptr) return;
    const auto its_id = known->id;
    known->given = 0;
    departed_.insert_or_assign(its_id, known->number);
    if (!known->has_entry) index_.erase(*known);
    to.gone(its_id);
}

std::vector<std::string> device_entries::take_to_read(std::size_t most) {
    std::sort(to_read_.begin(), to_read_.end());
    to_read_.erase(std::unique(to_read_.begin(), to_read_.end()), to_read_.end());
    const auto number = std::min(most, to_read_.size());
    const auto from = to_read_.end() - static_cast<std::ptrdiff_t>(number);
    std::vector<std::string> taken{std::make_move_iterator(from), std::make_move_iterator(to_read_.end())};
    to_read_.erase(from, to_read_.end());
    return taken;
}

void device_entries::read_later(std::vector<std::string>&& dns) {
    std::move(dns.begin(), dns.end(), std::back_inserter(to_read_));
}

// ---- which entry is whose ----

bool device_entries::has_departed(const std::string& id, std::uint32_t number) const {
    const auto found = departed_.find(id);
    return found != departed_.end() && found->second == number;
}

// The first one is the device's for as long as it is there.
bool device_entries::is_another_ones(const known_device* known, const entry& now) {
    seconds_.erase(now.id());
    if (known == nullptr) return false;
    const auto id = now.value(names::device_id);
    if (known->id != id) {
        leave_out(now, fmt::format("its id differs from that of {} in case alone", known->id));
        return true;
    }
    if (known->entry == entry_id{} || known->entry == now.id()) return false;
    leave_out(now, fmt::format("the device {} is the entry {} already", known->id, dn_of(*known)));
    seconds_.put(known->id, now);
    return true;
}

std::string device_entries::dn_of(const known_device& device) const {
    return device.dn.empty() ? child(names::device_id, device.id, devices_base_) : device.dn;
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
    device.heard = read.told.heard;
}

void device_entries::leave_out(const entry& which, std::string why) {
    const std::lock_guard held{mutex_};
    left_out_.insert_or_assign(which.id(), fault{which.dn(), std::move(why)});
}

void device_entries::is_kept(const kept_word& kept) {
    const std::lock_guard held{mutex_};
    left_out_.insert_or_assign(
        kept.word.entry, fault{kept.word.dn, fmt::format("{} is {} where the inventory has the device, "
                                                         "and cannot be taken back: {}",
                                                         names::approval, kept.word.approval, kept.why)});
}

void device_entries::accept(const entry_id& which) {
    const std::lock_guard held{mutex_};
    left_out_.erase(which);
}

std::map<std::string, std::string> device_entries::left_out() const {
    const std::lock_guard held{mutex_};
    std::map<std::string, std::string> made;
    for (const auto& [id, each] : left_out_) made.insert_or_assign(each.dn, each.why);
    return made;
}

} // namespace edgeconf::ldap
