#include "ldap/device_writer.hpp"

#include "fleet/device_document.hpp"

#include <ldap.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace edgeconf::ldap {

namespace {

using clock = std::chrono::steady_clock;

// How old edgeHeard may be of a device that waits and asks all the time.
constexpr std::chrono::seconds renewal{3600};

// Devices that are written before others are even looked at, and of these such as are read before. However
// slow the server: as long as it answers in time, so many are done in the time that all of it may take.
constexpr std::size_t writes_at_once = 100;
constexpr std::size_t reads_at_once = 8;

// Times that so many are read and removed while nobody waits.
constexpr int removals_by_the_way = 6;

} // namespace

device_writer::device_writer(const settings& settings, device_entries& devices, std::uint64_t writer)
    : heartbeats_{settings.heartbeats}, interval_{settings.heartbeat_interval}, devices_{devices},
      requests_{devices_base(settings.base), devices, writer}, answers_{devices_base(settings.base), devices,
                                                                        writer} {}

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
        if (done.size() == reads_at_once) break;
        done.push_back(id);
        auto* known = devices_.index().find(id);
        if (known == nullptr) continue;
        auto request = requests_.to_remove(over, *known);
        if (auto* instead = std::get_if<withheld>(&request)) {
            if (instead->now) {
                out.now.push_back(*std::move(instead->now));
            } else {
                devices_.forget(*known);
            }
            continue;
        }
        requests.push_back(std::get<write_request>(std::move(request)));
        ids.push_back(id);
    }
    const auto results = over.write(requests);
    const bool some_were = std::any_of(results.begin(), results.end(),
                                       [](const auto& each) { return each.code == LDAP_SUCCESS; });
    const bool takes_others = some_were || answers_.takes_others(over, ids, results);
    for (std::size_t i = 0; i < results.size(); ++i)
        answers_.removed(over, ids[i], requests[i].dn, results[i], takes_others, out);
    for (const auto& id : done) to_remove_.erase(id);
}

// ---- what has to be written ----

device_write device_writer::make(const fleet::device_record& device) const {
    auto status = heartbeats_ == heartbeats::write ? fleet::told_status_document(device)
                                                   : fleet::lasting_status_document(device);
    return {device.id, device.number, attributes_of(device, std::move(status))};
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
    answers_.forget_problems_of_gone();
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
    write.attributes.given = {};
    write.attributes.given_document.clear();
    auto id = write.id;
    put_off_.insert_or_assign(std::move(id), put_off_write{std::move(write), upon});
}

// What was put off before somebody else wrote says nothing any more.
void device_writer::tend(session& over, write_outcome& out) {
    for (int i = 0; i < removals_by_the_way && !to_remove_.empty(); ++i) remove_some(over, out);
    std::vector<device_write> due;
    std::vector<std::string> done;
    for (const auto& [id, each] : put_off_) {
        const auto* known = devices_.index().find(id);
        const bool holds = known != nullptr && known->has_entry && known->written == each.upon;
        if (holds && clock::now() < known->last_written + interval_) continue;
        if (holds) due.push_back(each.what);
        done.push_back(id);
    }
    write(over, std::move(due), out);
    for (const auto& id : done) put_off_.erase(id);
}

// ---- writing ----

// In parts: each that is done brings the end nearer, even if there is no time for all of them.
void device_writer::write(session& over, std::vector<device_write> devices, write_outcome& out) {
    bool others_were_written = false;
    std::vector<device_write> part;
    std::size_t reads = 0;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        if (requests_.has_to_read(devices[i])) ++reads;
        part.push_back(std::move(devices[i]));
        const bool is_last = i + 1 == devices.size();
        if (!is_last && part.size() < writes_at_once && reads < reads_at_once) continue;
        reads = 0;
        auto again = attempt(over, std::exchange(part, {}), others_were_written, out);
        if (again.empty()) continue;
        for (const auto& each : attempt(over, std::move(again), others_were_written, out))
            answers_.contested(over, each, out);
    }
}

// Returns those that are worth another attempt.
std::vector<device_write> device_writer::attempt(session& over, std::vector<device_write> devices,
                                                 bool& others_were_written, write_outcome& out) {
    std::vector<write_request> requests;
    std::vector<device_write> asked;
    for (auto& each : devices) {
        auto request = requests_.to_write(over, each);
        if (auto* instead = std::get_if<withheld>(&request)) {
            answers_.not_written(each, std::move(instead->now), instead->why, out);
            continue;
        }
        requests.push_back(std::get<write_request>(std::move(request)));
        asked.push_back(std::move(each));
    }
    // What has an answer is not written once more, should the connection be lost after it.
    std::vector<std::size_t> refused;
    std::vector<write_result> failures; // of these
    over.write(requests, [&](std::size_t which, write_result&& result) {
        if (result.code == LDAP_SUCCESS) {
            answers_.written(asked[which]);
            put_off_.erase(asked[which].id);
        } else {
            refused.push_back(which);
            failures.push_back(std::move(result));
        }
    });
    others_were_written |= failures.size() < requests.size();
    std::vector<std::string> ids;
    for (const auto which : refused) ids.push_back(asked[which].id);
    const bool takes_others = others_were_written || answers_.takes_others(over, ids, failures);
    std::vector<device_write> again;
    for (std::size_t i = 0; i < refused.size(); ++i) {
        auto& device = asked[refused[i]];
        if (answers_.may_retry(over, device, requests[refused[i]].dn, failures[i], takes_others, out))
            again.push_back(std::move(device));
    }
    return again;
}

} // namespace edgeconf::ldap
