// The six device calls.
#include "fleet/provider.hpp"

#include "fleet/csr_key.hpp"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <chrono>
#include <new>
#include <string>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view not_stored =
    "the store cannot be written at the moment; the log and /readyz say why";
constexpr std::string_view not_loaded = "the store has not been reached yet; the log and /readyz say why";
constexpr std::string_view unknown_device = "the device is not known";
constexpr auto store_retry = std::chrono::seconds{5};
constexpr auto busy_retry = std::chrono::minutes{1};
// Reading this much takes less than a millisecond, which is what an I/O thread may be held up.
constexpr std::size_t inline_body = 32u << 10;

ecp::reply invalid_body(const body_problems& problems) {
    ecp::reply answer{ECP_INVALID, "the body does not fit"};
    for (const auto& each : problems) answer.detail(each.pointer, each.what);
    return answer;
}

ecp::reply enrolment_reply(outcome result) {
    switch (result) {
    case outcome::ok: return ecp::reply{ECP_OK};
    case outcome::created: return ecp::reply{ECP_CREATED, "waits for approval, or was let in just now"};
    case outcome::denied:
        return ecp::reply{ECP_DENIED, "the device is declined, or the policy admits none like it"};
    case outcome::case_twin: return ecp::reply{ECP_EXISTS, "the id exists in another spelling"};
    case outcome::too_many:
        return ecp::reply{ECP_BUSY, "too many devices wait for approval"}.retry_after(busy_retry);
    default: return ecp::reply{ECP_INTERNAL, "enrolment has no such outcome"};
    }
}

ecp::reply registration_reply(outcome result) {
    switch (result) {
    case outcome::ok: return ecp::reply{ECP_OK};
    case outcome::not_found: return ecp::reply{ECP_NOT_FOUND, unknown_device};
    case outcome::not_approved:
        return ecp::reply{ECP_PRECONDITION, "the device waits for approval, or was removed"};
    case outcome::denied: return ecp::reply{ECP_DENIED, "an administrator has declined the device"};
    case outcome::other_key:
        return ecp::reply{ECP_DENIED, "the device is pinned to another key; reset its identity if it was "
                                      "reinstalled"};
    default: return ecp::reply{ECP_INTERNAL, "registration has no such outcome"};
    }
}

// Why a device that is not known gets nothing; for the operator's log alone.
std::string_view reason(const device_entry* entry) {
    if (entry == nullptr) return unknown_device;
    switch (entry->state) {
    case device_state::pending: return "the device waits for approval";
    case device_state::denied: return "an administrator has declined the device";
    case device_state::removed: return "an administrator has removed the device";
    case device_state::known: break;
    }
    return unknown_device;
}

// The device's entry under just this id, or null.
const device_entry* find(const device_table::reading& devices, const ecp_request& request) {
    const auto id = ecp::view(request.device_id);
    const auto* entry = devices.find(id);
    return entry != nullptr && entry->id == id ? entry : nullptr;
}

// The same of a known device; of any other, nothing, and `op` is answered.
const device_entry* find_known(const device_table::reading& devices, const ecp_request& request,
                               const ecp::host& host, ecp_op op) {
    const auto* entry = find(devices, request);
    if (entry != nullptr && entry->state == device_state::known) return entry;
    host.complete(op, ecp::reply{ECP_NOT_FOUND, reason(entry)});
    return nullptr;
}

} // namespace

// ---- reads ----

void provider::get_configuration(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto devices = model_->devices().read();
    const auto* entry = find_known(devices, request, host_, op);
    if (entry == nullptr) return;
    entry->signs->polled(model_->now());
    if (entry->calls_matter) called(*entry);
    if (!entry->configuration) {
        return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, entry->problem ? *entry->problem : ""});
    }
    const std::string_view version{entry->version.data(), entry->version.size()};
    boost::container::small_vector<ecp_str, 48> parts;
    for (const auto head :
         {std::string_view{R"({"device_id":")"}, std::string_view{entry->id},
          std::string_view{R"(","version":")"}, version, std::string_view{R"(","configuration":)"}}) {
        parts.push_back(ecp::str(head));
    }
    for (const auto piece : entry->configuration->pieces) parts.push_back(ecp::str(piece));
    host_.complete(
        op, ecp::reply{ECP_OK}.body(std::span<const ecp_str>{parts.data(), parts.size()}).revision(version));
}

void provider::get_registration(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto devices = model_->devices().read();
    const auto* entry = find(devices, request);
    if (entry != nullptr && entry->state == device_state::removed) {
        return host_.complete(op, ecp::reply{ECP_REMOVED, reason(entry)});
    }
    if (find_known(devices, request, host_, op) == nullptr) return;
    host_.complete(op, ecp::reply{ECP_OK}.body(*entry->registration));
}

void provider::get_playbooks(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto devices = model_->devices().read();
    const auto* entry = find_known(devices, request, host_, op);
    if (entry != nullptr) host_.complete(op, ecp::reply{ECP_OK}.body(*entry->playbooks));
}

// ---- writes ----

template <class Read, class Act>
void provider::with_body(const ecp_request& request, ecp_op op, Read read, Act act) {
    const auto text = ecp::view(request.body);
    auto read_it = [this, op, text, read, act = std::move(act)]() mutable {
        auto body = read(text);
        if (!body) return host_.complete(op, invalid_body(body.error()));
        act(*std::move(body));
    };
    if (text.size() <= inline_body) return read_it();
    large_bodies_.post(
        [this, op, read_it = std::move(read_it)]() mutable { ecp::detail::guarded(host_, op, read_it); });
}

// The request stays as it is until its operation is completed, so its texts need no copy then.

// The device's call means something to the model, which has its own time to hear of it.
void provider::called(const device_entry& entry) {
    writer_.post([this, id = entry.id] { change([&] { model_->called(id); }); });
}

// Noted where it came in; the writer sees to it that it is stored.
void provider::heard(const device_entry& entry, ecp_op op) {
    const auto now = model_->now();
    entry.signs->heard(now);
    if (!store_ || !keeps_.times) return host_.complete(op, ecp::reply{ECP_OK});
    if (!batched_) {
        if (heard_.add({entry.number, now}, op)) writer_.post([this] { commit(); });
        return;
    }
    heard_.add({entry.number, now});
    host_.complete(op, ecp::reply{ECP_OK});
}

bool provider::is_absent(ecp_op op) {
    if (!absent_) return false;
    host_.complete(op, ecp::reply{ECP_UNAVAILABLE, not_loaded}.retry_after(store_retry));
    return true;
}

// Nothing is taken on that could not be kept: the device tries again.
bool provider::refused(ecp_op op) {
    if (!store_down_) return false;
    host_.complete(op, ecp::reply{ECP_UNAVAILABLE, not_stored}.retry_after(store_retry));
    return true;
}

// Devices that are in, or that wait for an administrator and say nothing new, take none of the writer's time.
void provider::enrol(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto id = ecp::view(request.device_id);
    const auto text = ecp::view(request.body);
    const auto told = digest_of(text);
    {
        const auto devices = model_->devices().read();
        const auto* entry = devices.find(id);
        if (entry != nullptr && entry->state == device_state::pending && entry->id == id) {
            // Where times are not stored, it is written now and then that it asks still.
            const auto now = model_->now();
            const bool writes = store_ && !keeps_.times && !store_down_ && (now + entry->number) % 64 == 0;
            if (entry->signs->is_quiet(told) && !writes) {
                entry->signs->heard(now);
                if (store_ && !store_down_ && keeps_.times) heard_.add({entry->number, now});
                return host_.complete(op, enrolment_reply(outcome::created));
            }
        } else if (entry != nullptr && !entry->calls_matter) {
            return host_.complete(op, enrolment_reply(enrolled(*entry, id)));
        }
    }
    if (refused(op)) return;
    with_body(request, op, read_enrolment,
              [this, op, id, ns = ecp::view(request.ns), told](enrolment&& body) {
                  write(op, [this, op, id, ns, told, body = std::move(body)] {
                      answer(op, id, enrolment_reply(model_->enrol(id, ns, body, told)));
                  });
              });
}

void provider::put_registration(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    if (refused(op)) return;
    with_body(request, op, read_registration,
              [this, op, id = ecp::view(request.device_id)](registration&& body) {
                  auto key = csr_public_key(body.certificate_request);
                  write(op, [this, op, id, key = std::move(key), body = std::move(body)] {
                      answer(op, id, registration_reply(model_->put_registration(id, body, key)));
                  });
              });
}

// Most heartbeats say what the one before said: they are noted here and now.
// One that cannot be taken is a sign of life all the same: it is the store that is away. Where heartbeats are
// not stored, that does not matter.
void provider::put_heartbeat(const ecp_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto text = ecp::view(request.body);
    const auto told = digest_of(text);
    {
        const auto devices = model_->devices().read();
        const auto* entry = find(devices, request);
        const bool known = entry != nullptr && entry->state == device_state::known;
        if (ignores_heartbeats_) {
            if (!known) return host_.complete(op, ecp::reply{ECP_NOT_FOUND, reason(entry)});
            if (entry->calls_matter) called(*entry);
            return host_.complete(op, ecp::reply{ECP_OK});
        }
        if (known && store_down_) entry->signs->heard(model_->now());
        if (keeps_.times && refused(op)) return;
        if (known && !entry->calls_matter && entry->signs->is_quiet(told)) {
            return heard(*entry, op);
        }
    }
    with_body(request, op, read_heartbeat,
              [this, op, id = ecp::view(request.device_id), told](heartbeat&& body) {
                  write(op, [this, op, id, told, body = std::move(body)] {
                      const auto result = model_->put_heartbeat(id, body, told);
                      const auto reply = result == outcome::ok ? ecp::reply{ECP_OK}
                                                               : ecp::reply{ECP_NOT_FOUND, unknown_device};
                      const bool waits = keeps_.times || model_->has_unsaved_membership(id);
                      waits ? answer(op, id, reply) : host_.complete(op, reply);
                  });
              });
}

} // namespace edgeconf::fleet
