#include "ldap/device_answers.hpp"

#include "ldap/schema_names.hpp"
#include "ldap/write_probe.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <unordered_set>
#include <utility>

namespace edgeconf::ldap {

namespace {

// Entries of others by which it is found out whether the server takes writes at all.
constexpr std::size_t entries_tried = 3;

// Devices whose failure is remembered, unless more fail at once.
constexpr std::size_t most_failed = 1000;

} // namespace

device_answers::device_answers(const std::string& devices_base, device_entries& devices, std::uint64_t writer)
    : writer_{writer}, devices_{devices}, problems_{devices_base} {}

void device_answers::forget_problems_of_gone() {
    problems_.forget_unless([this](const std::string& id) {
        const auto* known = devices_.index().find(id);
        return known != nullptr && known->has_entry;
    });
}

void device_answers::written(const device_write& device) {
    auto* known = devices_.index().find(device.id);
    if (known == nullptr) known = &devices_.index().add(device.id);
    devices_.index().set_number(*known, device.number);
    const auto& [given, document, told] = device.attributes;
    known->written = {known->has_entry ? known->written.count + 1 : 1, writer_};
    known->told = hash_of(told);
    known->status = hash_of(told.status);
    known->heard = told.heard;
    if (!document.empty() && !is_mapped(devices_, device.id)) known->given = hash_of(document);
    known->last_written = std::chrono::steady_clock::now();
    failed_once_.erase(device.id);
    problems_.forget(device.id);
    if (!known->has_entry) problems_.can_add();
    known->has_entry = true;
    known->has_class = true;
}

bool device_answers::takes_others(session& over, const std::vector<std::string>& ids,
                                  const std::vector<write_result>& failures) {
    const auto may_be_all = [](const write_result& each) { return is_ambiguous(each.code); };
    if (std::none_of(failures.begin(), failures.end(), may_be_all)) return true;
    if (failed_once_.size() + ids.size() > most_failed) failed_once_.clear();
    bool again = true;
    for (const auto& each : ids) again = !failed_once_.insert(each).second && again;
    return again && takes_others(over, ids);
}

bool device_answers::takes_others(session& over, const std::vector<std::string>& ids) const {
    const std::unordered_set<std::string> own{ids.begin(), ids.end()};
    const auto troubled = problems_.by_dn();
    const auto others = devices_.index().some(entries_tried, [&](const known_device& device) {
        return !own.contains(device.id) && !troubled.contains(devices_.dn_of(device));
    });
    std::vector<std::string> dns;
    for (const auto* each : others) dns.push_back(devices_.dn_of(*each));
    return takes_writes(over, dns);
}

bool device_answers::may_retry(session& over, const device_write& device, const std::string& dn,
                               const write_result& failure, bool others_are_written, write_outcome& out) {
    const auto* known = devices_.index().find(device.id);
    const bool had_entry = known != nullptr && known->has_entry;
    const bool nowhere = failure.code == LDAP_NO_SUCH_OBJECT && !had_entry;
    if (concerns_all(failure.code, others_are_written) || nowhere) {
        throw directory_problem{failure.code, fmt::format("{}: {}", dn, failure.what)};
    }
    auto now = over.read(dn, device_attribute_names());
    if (now && now->value(names::device_id) == device.id && learns(device, *now)) return true;
    not_written(device, std::move(now), failure.what, out);
    return false;
}

// Whether the entry says what was not known of it, and nobody else was there.
bool device_answers::learns(const device_write& device, const entry& now) {
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
    const bool is_as_wanted = is_mapped(devices_, device.id) || is_given(now, document);
    if (!had_entry && !is_as_wanted) return false;
    if (known == nullptr) known = &devices_.index().add(device.id);
    if (is_as_wanted) known->given = document;
    known->written = there;
    known->has_entry = true;
    known->has_class = now.is_a(names::device_state);
    return true;
}

void device_answers::not_written(const device_write& device, std::optional<entry> now, const std::string& why,
                                 write_outcome& out) {
    if (!now) return no_entry(device, why, out);
    const auto* known = devices_.index().find(device.id);
    const auto there = parse_revision(now->value(names::revision)).value_or(revision{});
    const bool is_it = now->value(names::device_id) == device.id;
    const bool as_known =
        known != nullptr && known->has_entry && there == known->written && is_given(*now, known->given);
    if (is_it && as_known)
        problems_.tell(known->id, devices_.dn_of(*known), fmt::format("cannot be written: {}", why));
    if (!is_it) out.refused.push_back(device.id);
    out.overtaken.push_back(device.id);
    out.now.push_back(*std::move(now));
}

// A device that was added here and whose entry never came by has no id by which it could be missed.
void device_answers::no_entry(const device_write& device, const std::string& why, write_outcome& out) {
    out.overtaken.push_back(device.id);
    auto* known = devices_.index().find(device.id);
    if (known == nullptr || !known->has_entry) {
        out.refused.push_back(device.id);
        problems_.cannot_add(fmt::format("the device {} cannot be added: {}", device.id, why));
    } else if (known->entry == entry_id{}) {
        out.refused.push_back(device.id);
        devices_.forget(*known);
    } else {
        out.gone.push_back(known->entry);
    }
}

void device_answers::contested(session& over, const device_write& device, write_outcome& out) {
    out.overtaken.push_back(device.id);
    const auto* known = devices_.index().find(device.id);
    if (known == nullptr) return;
    if (auto now = over.read(devices_.dn_of(*known), device_attribute_names()))
        out.now.push_back(*std::move(now));
}

void device_answers::removed(session& over, const std::string& id, const std::string& dn,
                             const write_result& result, bool others_are_written, write_outcome& out) {
    if (concerns_all(result.code, others_are_written)) {
        throw directory_problem{result.code, fmt::format("{}: {}", dn, result.what)};
    }
    auto* known = devices_.index().find(id);
    if (result.code == LDAP_SUCCESS || result.code == LDAP_NO_SUCH_OBJECT) {
        failed_once_.erase(id);
        problems_.forget(id);
        if (known != nullptr) devices_.forget(*known);
        return;
    }
    if (result.code != LDAP_ASSERTION_FAILED && known != nullptr) {
        problems_.tell(known->id, devices_.dn_of(*known), fmt::format("cannot be removed: {}", result.what));
    }
    if (auto now = over.read(dn, device_attribute_names())) out.now.push_back(*std::move(now));
}

} // namespace edgeconf::ldap
