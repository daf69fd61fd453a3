#include "ldap/device_writer.hpp"

#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"
#include "ldap/write_probe.hpp"

#include "fleet/device_document.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace edgeconf::ldap {

namespace {

// Bytes of values in one request. A server ends the connection of whoever sends more than it takes, which is
// 4 MB by default in OpenLDAP and 2 MB in 389 Directory Server; one device would keep all from being written.
constexpr std::size_t request_limit = 2'000'000;

// How old edgeHeard may be of a device that waits and asks all the time.
constexpr std::chrono::seconds renewal{3600};

// Entries that are removed at once: each is read before, while others wait.
constexpr std::size_t removals_at_once = 50;

// What the server says of all writes, not of this one.
bool concerns_all(int code, bool others_are_written) {
    switch (code) {
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED: return true;
    case LDAP_OTHER: return !others_are_written;
    default: return false;
    }
}

// Whether administrators say in the entry what has this hash.
bool is_given(const entry& now, std::uint64_t document) {
    try {
        return hash_of(given_document(given_of(now))) == document;
    } catch (const unusable_entry&) {
        return false;
    }
}

std::size_t size_of(const write_request& request) {
    std::size_t size = 0;
    for (const auto& change : request.changes) {
        for (const auto& value : change.values) size += value.size();
    }
    return size;
}

// Entries of others by which it is found out whether the server takes writes at all.
constexpr std::size_t entries_tried = 3;

// OpenLDAP fails for a longer name as it does when its disk is full.
constexpr std::size_t longest_id = 220;

} // namespace

device_writer::device_writer(const settings& settings, device_entries& devices, std::uint64_t writer)
    : heartbeats_{settings.heartbeats}, interval_{settings.heartbeat_interval},
      devices_base_{devices_base(settings.base)}, writer_{writer}, devices_{devices}, problems_{
                                                                                          devices_base_} {}

bool device_writer::is_mapped(const std::string& id) const {
    return devices_.mapped() != nullptr && devices_.mapped()->find(id) != nullptr;
}

// ---- removing ----

void device_writer::remove(session& over, const std::vector<std::uint32_t>& numbers, write_outcome& out) {
    for (const auto number : numbers) {
        const auto* known = devices_.index().find(number);
        if (known == nullptr) continue;
        put_off_.erase(known->id);
        to_remove_.insert(known->id);
    }
    remove_some(over, out);
}

void device_writer::remove_some(session& over, write_outcome& out) {
    std::vector<write_request> requests;
    std::vector<std::string> ids;
    std::vector<std::string> done;
    for (const auto& id : to_remove_) {
        if (done.size() == removals_at_once) break;
        done.push_back(id);
        auto* known = devices_.index().find(id);
        auto request = known != nullptr ? removal_of(*known, over, out) : std::nullopt;
        if (!request) continue;
        requests.push_back(*std::move(request));
        ids.push_back(id);
    }
    const auto results = over.write(requests);
    const bool any = takes_others(over, results, ids);
    for (std::size_t i = 0; i < results.size(); ++i) removed(over, ids[i], requests[i], results[i], any, out);
    for (const auto& id : done) to_remove_.erase(id);
}

// Nothing if there is no such entry, or another one than was seen.
std::optional<write_request> device_writer::removal_of(known_device& device, session& over,
                                                       write_outcome& out) {
    const auto dn = devices_.dn_of(device);
    auto now = device.has_entry ? over.read(dn, device_attribute_names()) : std::nullopt;
    if (!now) {
        devices_.forget(device);
        return std::nullopt;
    }
    const auto revised = now->value(names::revision);
    const bool as_known = parse_revision(revised).value_or(revision{}) == device.written &&
                          (is_mapped(device.id) || is_given(*now, device.given));
    const bool is_administrators = device.written.count == 0; // no host has ever written it
    if (!as_known || is_administrators) {
        out.now.push_back(*std::move(now));
        return std::nullopt;
    }
    const auto still = [](const char* attribute, std::string_view value) {
        return value.empty() ? fmt::format("(!({}=*))", attribute) : equals(attribute, value);
    };
    auto unchanged = fmt::format("(&{}{})", still(names::revision, revised),
                                 still(names::approval, now->value(names::approval)));
    return write_request{write_request::kind::remove, dn, {}, std::move(unchanged)};
}

void device_writer::removed(session& over, const std::string& id, const write_request& request,
                            const write_result& result, bool others_are_written, write_outcome& out) {
    if (concerns_all(result.code, others_are_written)) {
        throw directory_problem{result.code, fmt::format("{}: {}", request.dn, result.what)};
    }
    auto* known = devices_.index().find(id);
    if (result.code == LDAP_SUCCESS || result.code == LDAP_NO_SUCH_OBJECT) {
        problems_.forget(id);
        if (known != nullptr) devices_.forget(*known);
        return;
    }
    if (result.code != LDAP_ASSERTION_FAILED && known != nullptr) {
        problems_.tell(known->id, devices_.dn_of(*known), fmt::format("cannot be removed: {}", result.what));
    }
    if (auto now = over.read(request.dn, device_attribute_names())) out.now.push_back(*std::move(now));
}

// ---- what has to be written ----

device_writer::device_write device_writer::make(const fleet::device_record& device) const {
    auto status = heartbeats_ == heartbeats::write ? fleet::told_status_document(device)
                                                   : fleet::lasting_status_document(device);
    return {device.id, device.number, attributes_of(device, std::move(status)), {}};
}

// Heartbeats alone are none but for what they say of playbooks, which nobody could find out again.
bool device_writer::is_news(const device_write& write, bool membership) {
    const auto* known = devices_.index().find(write.id);
    // An entry that is gone may be missed at the moment; it takes more than a heartbeat to make it anew.
    if (known == nullptr || !known->has_entry) return membership;
    const auto& [given, document, told] = write.attributes;
    const bool asks_still = told.heard > known->heard + renewal.count(); // or others would let it expire
    if (membership) return hash_of(told) != known->told || hash_of(document) != known->given || asks_still;
    if (heartbeats_ == heartbeats::write) return hash_of(told) != known->told;
    return hash_of(told.status) != known->status;
}

void device_writer::save(session& over, const std::vector<fleet::device_update>& updates,
                         write_outcome& out) {
    problems_.forget_unless([this](const std::string& id) { // others may have removed it
        const auto* known = devices_.index().find(id);
        return known != nullptr && known->has_entry;
    });
    std::vector<device_write> now;
    for (const auto& update : updates) {
        const auto& device = *update.device;
        const bool membership = has(device.unsaved, fleet::aspect::membership);
        auto write = make(device);
        to_remove_.erase(write.id); // it is back
        auto* known = devices_.index().find(write.id);
        if (known != nullptr && known->id == write.id) devices_.index().set_number(*known, write.number);
        if (devices_.has_departed(write.id, write.number)) {
            if (membership) out.overtaken.push_back(write.id);
            continue;
        }
        if (!is_news(write, membership)) continue;
        if (may_wait(known, membership)) {
            put_off(std::move(write), known->written);
        } else {
            now.push_back(std::move(write));
        }
    }
    write(over, std::move(now), out);
}

bool device_writer::may_wait(const known_device* known, bool membership) const {
    return heartbeats_ == heartbeats::write && !membership && known != nullptr && known->has_entry &&
           clock::now() < known->last_written + interval_;
}

void device_writer::put_off(device_write&& write, const revision& upon) {
    write.upon = upon;
    write.attributes.given = {};
    write.attributes.given_document.clear();
    put_off_.insert_or_assign(write.id, std::move(write));
}

// What was put off before somebody else wrote says nothing any more.
void device_writer::tend(session& over, write_outcome& out) {
    remove_some(over, out);
    std::vector<device_write> due;
    std::vector<std::string> done;
    for (auto& [id, write] : put_off_) {
        const auto* known = devices_.index().find(id);
        const bool holds = known != nullptr && known->has_entry && known->written == write.upon;
        if (holds && clock::now() < known->last_written + interval_) continue;
        if (holds) due.push_back(write);
        done.push_back(id);
    }
    write(over, std::move(due), out);
    for (const auto& id : done) put_off_.erase(id);
}

// ---- writing ----

void device_writer::write(session& over, std::vector<device_write> devices, write_outcome& out) {
    const auto again = attempt(over, std::move(devices), out);
    if (again.empty()) return;
    for (const auto& each : attempt(over, again, out)) { // somebody is very busy with it
        out.overtaken.push_back(each.id);
        if (const auto* known = devices_.index().find(each.id)) {
            if (auto now = over.read(devices_.dn_of(*known), device_attribute_names()))
                out.now.push_back(*std::move(now));
        }
    }
}

// Returns those that are worth another attempt.
std::vector<device_writer::device_write>
device_writer::attempt(session& over, std::vector<device_write> devices, write_outcome& out) {
    std::vector<write_request> requests;
    std::vector<device_write> asked;
    for (auto& each : devices) {
        auto request = request_for(over, each, out);
        if (!request) continue;
        if (auto why = objection(each, *request); !why.empty()) {
            auto now = over.read(request->dn, device_attribute_names());
            refused(each, std::move(now), {LDAP_CONSTRAINT_VIOLATION, std::move(why)}, out);
            continue;
        }
        requests.push_back(*std::move(request));
        asked.push_back(std::move(each));
    }
    const auto results = over.write(requests);
    std::vector<std::string> ids;
    for (const auto& each : asked) ids.push_back(each.id);
    const bool any = takes_others(over, results, ids);
    std::vector<device_write> again;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].code == LDAP_SUCCESS) {
            written(asked[i]);
        } else if (may_retry(over, asked[i], requests[i].dn, results[i], any, out)) {
            again.push_back(std::move(asked[i]));
        }
    }
    return again;
}

// Whether what fails is these devices' own: asked of the server only where its answers do not say so.
bool device_writer::takes_others(session& over, const std::vector<write_result>& results,
                                 const std::vector<std::string>& without) {
    const auto has = [&](int code) {
        return std::any_of(results.begin(), results.end(),
                           [&](const auto& each) { return each.code == code; });
    };
    if (has(LDAP_SUCCESS) || !has(LDAP_OTHER)) return true;
    const std::unordered_set<std::string> own{without.begin(), without.end()};
    const auto troubled = problems_.by_dn();
    const auto others = devices_.index().some(entries_tried, [&](const auto& device) {
        return !own.contains(device.id) && !troubled.contains(devices_.dn_of(device));
    });
    std::vector<std::string> dns;
    for (const auto* each : others) dns.push_back(devices_.dn_of(*each));
    return takes_writes(over, dns);
}

// Why it is not even sent; empty: nothing speaks against it. What we would not read again, as a label that
// was imported from a cluster's `targetSet`, would leave the device out at the next start.
std::string device_writer::objection(const device_write& device, const write_request& request) {
    if (const auto size = size_of(request); size > request_limit) {
        return fmt::format("its {} bytes are more than servers take", size);
    }
    const auto* known = devices_.index().find(device.id);
    const auto& [given, document, told] = device.attributes;
    const bool is_as_given = known != nullptr && known->has_entry && known->given == hash_of(document);
    if (document.empty() || is_as_given || is_mapped(device.id)) return {};
    try {
        (void)given_document(given);
        return {};
    } catch (const unusable_entry& wrong) {
        return wrong.what();
    }
}

// Nothing if somebody else was faster.
std::optional<write_request> device_writer::request_for(session& over, const device_write& device,
                                                        write_outcome& out) {
    const auto* known = devices_.index().find(device.id);
    const auto& [given, document, told] = device.attributes;
    if (known == nullptr || !known->has_entry) {
        if (device.id.size() > longest_id) { // not even to be asked for
            no_entry(device, {LDAP_CONSTRAINT_VIOLATION, "its id is too long for a name there"}, out);
            return std::nullopt;
        }
        // Should its own schema not have the device any more, it is not in.
        const given_attributes unsaid{"pending", {}, {}, {}};
        return device_to_add(child(names::device_id, device.id, devices_base_), device.id,
                             is_mapped(device.id) ? unsaid : given, told, {1, writer_});
    }
    auto request = device_to_modify(devices_.dn_of(*known), told, known->written,
                                    {known->written.count + 1, writer_}, known->has_class);
    const bool is_as_given = document.empty() || hash_of(document) == known->given || is_mapped(device.id);
    if (!is_as_given && !give(over, request, device, out)) return std::nullopt;
    return request;
}

bool device_writer::give(session& over, write_request& request, const device_write& device,
                         write_outcome& out) {
    auto& known = *devices_.index().find(device.id);
    auto now = over.read(request.dn, device_attribute_names());
    const auto wanted = hash_of(device.attributes.given_document);
    if (now && is_given(*now, wanted)) { // an administrator was of the same mind, or we never heard of it
        known.given = wanted;
        return true;
    }
    if (now && is_given(*now, known.given)) {
        change_given(request, given_of(*now), device.attributes.given);
        return true;
    }
    if (now) {
        overtaken(device, *std::move(now), out);
    } else {
        no_entry(device, {}, out);
    }
    return false;
}

void device_writer::written(const device_write& device) {
    auto* known = devices_.index().find(device.id);
    if (known == nullptr) known = &devices_.index().add(device.id);
    devices_.index().set_number(*known, device.number);
    const auto& [given, document, told] = device.attributes;
    known->written = {known->has_entry ? known->written.count + 1 : 1, writer_};
    known->told = hash_of(told);
    known->status = hash_of(told.status);
    known->heard = told.heard;
    if (!document.empty() && !is_mapped(device.id)) known->given = hash_of(document);
    known->last_written = clock::now();
    put_off_.erase(device.id);
    problems_.forget(device.id);
    if (!known->has_entry) {
        problems_.can_add();
    }
    known->has_entry = true;
    known->has_class = true;
}

// ---- what was not written ----

// Why it failed is in the entry: somebody else was there, this process was and never heard that it had
// written, or the server does not take it.
bool device_writer::may_retry(session& over, const device_write& device, const std::string& dn,
                              const write_result& failure, bool others_are_written, write_outcome& out) {
    const auto* known = devices_.index().find(device.id);
    const bool had_entry = known != nullptr && known->has_entry;
    const bool nowhere = failure.code == LDAP_NO_SUCH_OBJECT && !had_entry;
    if (concerns_all(failure.code, others_are_written) || nowhere) {
        throw directory_problem{failure.code, fmt::format("{}: {}", dn, failure.what)};
    }
    auto now = over.read(dn, device_attribute_names());
    if (now && now->value(names::device_id) == device.id && learns(device, *now)) return true;
    refused(device, std::move(now), failure, out);
    return false;
}

// Whether the entry says what was not known of it, and nobody else was there.
bool device_writer::learns(const device_write& device, const entry& now) {
    auto* known = devices_.index().find(device.id);
    const bool had_entry = known != nullptr && known->has_entry;
    const auto there = parse_revision(now.value(names::revision)).value_or(revision{});
    if (had_entry && there == known->written) {
        const bool has_class = now.is_a(names::device_state);
        return std::exchange(known->has_class, has_class) != has_class;
    }
    if (there.writer != writer_ || there.count == 0) return false;
    if (had_entry && there.count <= known->written.count) return false;
    const auto document = hash_of(device.attributes.given_document);
    const bool is_as_wanted = is_mapped(device.id) || is_given(now, document);
    if (!had_entry && !is_as_wanted) return false;
    if (known == nullptr) known = &devices_.index().add(device.id);
    if (is_as_wanted) known->given = document;
    known->written = there;
    known->has_entry = true;
    known->has_class = now.is_a(names::device_state);
    return true;
}

void device_writer::refused(const device_write& device, std::optional<entry> now, const write_result& failure,
                            write_outcome& out) {
    if (!now) return no_entry(device, failure, out);
    const auto* known = devices_.index().find(device.id);
    const auto there = parse_revision(now->value(names::revision)).value_or(revision{});
    const bool is_it = now->value(names::device_id) == device.id;
    const bool as_known =
        known != nullptr && known->has_entry && there == known->written && is_given(*now, known->given);
    if (is_it && as_known)
        problems_.tell(known->id, devices_.dn_of(*known), fmt::format("cannot be written: {}", failure.what));
    if (!is_it) out.refused.push_back(device.id);
    overtaken(device, *std::move(now), out);
}

void device_writer::overtaken(const device_write& device, entry&& now, write_outcome& out) {
    out.overtaken.push_back(device.id);
    out.now.push_back(std::move(now));
}

// A device that was added here and whose entry never came by has no id by which it could be missed.
void device_writer::no_entry(const device_write& device, const write_result& failure, write_outcome& out) {
    out.overtaken.push_back(device.id);
    auto* known = devices_.index().find(device.id);
    if (known == nullptr || !known->has_entry) {
        out.refused.push_back(device.id);
        problems_.cannot_add(fmt::format("the device {} cannot be added: {}", device.id, failure.what));
    } else if (known->entry == entry_id{}) {
        out.refused.push_back(device.id);
        devices_.forget(*known);
    } else {
        out.gone.push_back(known->entry);
    }
}

} // namespace edgeconf::ldap
