#include "ldap/device_writer.hpp"

#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"

#include "fleet/device_document.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <algorithm>
#include <utility>

namespace edgeconf::ldap {

namespace {

// What the server says of all writes, not of this one.
bool concerns_all(int code) {
    switch (code) {
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_ADMINLIMIT_EXCEEDED:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED:
    case LDAP_OTHER: return true;
    default: return false;
    }
}

// OpenLDAP fails for a longer name as it does when its disk is full.
constexpr std::size_t longest_id = 220;

// Devices choose their ids, and so what is said of them.
constexpr std::size_t most_problems = 1000;

} // namespace

device_writer::device_writer(const settings& settings, device_entries& devices, std::uint64_t writer)
    : heartbeats_{settings.heartbeats}, interval_{settings.heartbeat_interval},
      devices_base_{devices_base(settings.base)}, writer_{writer}, devices_{devices} {}

bool device_writer::is_mapped(const std::string& id) const {
    return devices_.mapped() != nullptr && devices_.mapped()->find(id) != nullptr;
}

std::string device_writer::dn_of(const known_device& device) const {
    return device.dn.empty() ? child(names::device_id, device.id, devices_base_) : device.dn;
}

// ---- removing ----

void device_writer::remove(session& over, const std::vector<std::uint32_t>& numbers, write_outcome& out) {
    std::vector<write_request> requests;
    std::vector<std::string> ids;
    for (const auto number : numbers) {
        auto* known = devices_.index().find(number);
        if (known == nullptr) continue;
        put_off_.erase(known->id);
        const auto dn = dn_of(*known);
        auto now = known->has_entry ? over.read(dn, device_attribute_names()) : std::nullopt;
        if (!now) {
            devices_.index().erase(*known);
            continue;
        }
        const auto revised = std::string{now->value(names::revision)};
        std::string approval{now->value(names::approval)};
        const bool as_known = parse_revision(revised).value_or(revision{}) == known->written &&
                              (is_mapped(known->id) || is_given(*known, *now));
        if (!as_known) {
            out.now.push_back(*std::move(now));
            continue;
        }
        const auto still = [](const char* attribute, const std::string& value) {
            return value.empty() ? fmt::format("(!({}=*))", attribute) : equals(attribute, value);
        };
        requests.push_back(
            {write_request::kind::remove,
             dn,
             {},
             fmt::format("(&{}{})", still(names::revision, revised), still(names::approval, approval))});
        ids.push_back(known->id);
    }
    const auto results = over.write(requests);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto code = results[i].code;
        if (code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT) {
            problem(requests[i].dn, {});
            if (auto* known = devices_.index().find(ids[i])) devices_.index().erase(*known);
        } else if (concerns_all(code)) {
            throw directory_problem{code, fmt::format("{}: {}", requests[i].dn, results[i].what)};
        } else {
            if (code != LDAP_ASSERTION_FAILED) {
                problem(requests[i].dn, fmt::format("cannot be removed: {}", results[i].what));
            }
            if (auto now = over.read(requests[i].dn, device_attribute_names()))
                out.now.push_back(*std::move(now));
        }
    }
}

// Whether administrators say of it what they said before.
bool device_writer::is_given(const known_device& known, const entry& now) {
    try {
        return hash_of(given_document(given_of(now))) == known.given;
    } catch (const unusable_entry&) {
        return false;
    }
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
    if (known == nullptr || !known->has_entry) return true;
    const auto& [given, document, told] = write.attributes;
    if (membership) return hash_of(told) != known->told || hash_of(document) != known->given;
    if (heartbeats_ == heartbeats::write) return hash_of(told) != known->told;
    return hash_of(told.status) != known->status;
}

void device_writer::save(session& over, const std::vector<fleet::device_update>& updates,
                         write_outcome& out) {
    std::vector<device_write> now;
    for (const auto& update : updates) {
        const auto& device = *update.device;
        const bool membership = has(device.unsaved, fleet::aspect::membership);
        auto write = make(device);
        auto* known = devices_.index().find(write.id);
        if (known != nullptr && known->id == write.id) devices_.index().set_number(*known, write.number);
        if (!is_news(write, membership)) continue;
        const bool waits = heartbeats_ == heartbeats::write && !membership && known != nullptr &&
                           known->has_entry && clock::now() < known->last_written + interval_;
        if (waits) {
            write.upon = known->written;
            put_off_.insert_or_assign(write.id, std::move(write));
        } else {
            now.push_back(std::move(write));
        }
    }
    write(over, std::move(now), out);
}

// What was put off before somebody else wrote says nothing any more.
void device_writer::tend(session& over, write_outcome& out) {
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
            if (auto now = over.read(dn_of(*known), device_attribute_names()))
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
        requests.push_back(*std::move(request));
        asked.push_back(std::move(each));
    }
    const auto results = over.write(requests);
    std::vector<device_write> again;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].code == LDAP_SUCCESS) {
            written(asked[i], requests[i].dn);
        } else if (may_retry(over, asked[i], requests[i].dn, results[i], out)) {
            again.push_back(std::move(asked[i]));
        }
    }
    return again;
}

// Nothing if somebody else was faster.
std::optional<write_request> device_writer::request_for(session& over, const device_write& device,
                                                        write_outcome& out) {
    const auto* known = devices_.index().find(device.id);
    const auto& [given, document, told] = device.attributes;
    if (known == nullptr || !known->has_entry) {
        if (device.id.size() > longest_id) {
            out.overtaken.push_back(device.id);
            out.refused.push_back(device.id);
            return std::nullopt;
        }
        // Should its own schema not have the device any more, it is not in.
        const given_attributes unsaid{"pending", {}, {}, {}};
        return device_to_add(child(names::device_id, device.id, devices_base_), device.id,
                             is_mapped(device.id) ? unsaid : given, told, {1, writer_});
    }
    auto request = device_to_modify(dn_of(*known), told, known->written, {known->written.count + 1, writer_},
                                    known->has_class);
    if (hash_of(document) == known->given || is_mapped(device.id)) return request;
    if (!give(over, request, device, out)) return std::nullopt;
    return request;
}

bool device_writer::give(session& over, write_request& request, const device_write& device,
                         write_outcome& out) {
    const auto& known = *devices_.index().find(device.id);
    auto now = over.read(request.dn, device_attribute_names());
    if (now && is_given(known, *now)) {
        change_given(request, given_of(*now), device.attributes.given);
        return true;
    }
    out.overtaken.push_back(device.id);
    if (now) {
        out.now.push_back(*std::move(now));
    } else {
        out.gone.push_back(known.entry);
    }
    return false;
}

void device_writer::written(const device_write& device, const std::string& dn) {
    auto* known = devices_.index().find(device.id);
    if (known == nullptr) known = &devices_.index().add(device.id);
    devices_.index().set_number(*known, device.number);
    known->written = {known->has_entry ? known->written.count + 1 : 1, writer_};
    known->has_entry = true;
    known->has_class = true;
    known->told = hash_of(device.attributes.told);
    known->status = hash_of(device.attributes.told.status);
    if (!is_mapped(device.id)) known->given = hash_of(device.attributes.given_document);
    known->last_written = clock::now();
    put_off_.erase(device.id);
    problem(dn, {});
}

// Why it failed is in the entry: somebody else was there, this process was and never heard that it had
// written, or the server does not take it.
bool device_writer::may_retry(session& over, const device_write& device, const std::string& dn,
                              const write_result& failure, write_outcome& out) {
    auto* known = devices_.index().find(device.id);
    const bool had_entry = known != nullptr && known->has_entry;
    const auto words = fmt::format("{}: {}", dn, failure.what);
    const bool nowhere = failure.code == LDAP_NO_SUCH_OBJECT && !had_entry;
    if (concerns_all(failure.code) || nowhere) throw directory_problem{failure.code, words};
    auto now = over.read(dn, device_attribute_names());
    if (!now) {
        out.overtaken.push_back(device.id);
        if (had_entry) {
            out.gone.push_back(known->entry);
        } else {
            problem(dn, fmt::format("cannot be written: {}", failure.what));
            out.refused.push_back(device.id);
        }
        return false;
    }
    const auto there = parse_revision(now->value(names::revision)).value_or(revision{});
    const bool is_it = now->value(names::device_id) == device.id;
    if (is_it && there.writer == writer_) {
        const bool learns = !had_entry || known->written != there;
        if (known == nullptr) known = &devices_.index().add(device.id);
        if (!had_entry) known->given = hash_of(device.attributes.given_document);
        known->written = there;
        known->has_entry = true;
        known->has_class = true;
        if (learns) return true;
    } else if (is_it && had_entry && there == known->written &&
               now->is_a(names::device_state) != known->has_class) {
        known->has_class = !known->has_class;
        return true;
    }
    const bool same = is_it && had_entry && there == known->written && is_given(*known, *now);
    if (same) problem(dn, fmt::format("cannot be written: {}", failure.what));
    out.overtaken.push_back(device.id);
    if (!is_it) out.refused.push_back(device.id);
    out.now.push_back(*std::move(now));
    return false;
}

void device_writer::problem(const std::string& dn, std::string words) {
    const std::lock_guard held{mutex_};
    if (words.empty()) {
        problems_.erase(dn);
    } else if (problems_.size() < most_problems || problems_.contains(dn)) {
        problems_.insert_or_assign(dn, std::move(words));
    }
}

std::map<std::string, std::string> device_writer::problems() const {
    const std::lock_guard held{mutex_};
    return problems_;
}

} // namespace edgeconf::ldap
