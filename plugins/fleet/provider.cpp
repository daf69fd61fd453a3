#include "fleet/provider.hpp"

#include "fleet/csr_key.hpp"
#include "fleet/load.hpp"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <chrono>
#include <new>
#include <string>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view unknown_device = "the device is not known";
constexpr auto busy_retry = std::chrono::minutes{1};
constexpr std::size_t slice_steps = 64;
// Reading this much takes less than a millisecond, which is what an I/O thread may be held up.
constexpr std::size_t inline_body = 32u << 10;
constexpr auto tick_interval = std::chrono::seconds{1};

void pass_on(const std::vector<option_finding>& findings, ecp::diagnostics& found) {
    for (const auto& each : findings) {
        if (each.level == severity::error) {
            found.error(each.pointer, each.text);
        } else {
            found.warn(each.pointer, each.text);
        }
    }
}

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

task_thread::failure_sink failures(ecp::host host) {
    return [host](std::string_view what) {
        host.log(ECP_LOG_ERROR, fmt::format("something in the background failed: {}", what));
    };
}

// Absence is never removal, and a folder that is unmounted or half synchronised looks like one that was
// emptied: devices that come back from it have lost labels that their hardware gave them.
bool loses_too_much(const object_set& before, const object_changes& changes) {
    const auto objects = before.devices.size() + before.requests.size() + before.sets.size() +
                         before.workloads.size() + before.configs.size() + before.executions.size() +
                         before.config_maps.size() + before.secrets.size();
    return changes.removed.size() * 2 > objects;
}

} // namespace

void provider::validate(std::string_view options, ecp::diagnostics& found) {
    const auto made = load(options);
    pass_on(made.findings, found);
    if (!made.failed()) pass_on(missing_references(made.objects), found);
}

provider::provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
    : host_{host}, model_{[] { return std::chrono::system_clock::now(); },
                          [host](const notice& each) {
                              host.log(each.level == event_type::warning ? ECP_LOG_WARN : ECP_LOG_INFO,
                                       each.text, {{"object", to_string(each.about)}});
                          }},
      writer_{[this] { return work(); }, failures(host)}, large_bodies_{[] { return false; },
                                                                        failures(host)} {
    auto made = load(options);
    pass_on(made.findings, found);
    manifests_ = std::move(made.objects);
    chosen_ = std::move(made.chosen);
}

void provider::start(ecp_op op) {
    const auto show = [&](std::size_t fleet_counts::*value, std::string_view name, std::string_view help) {
        gauges_.push_back({value, host_.metric(ECP_METRIC_GAUGE, name, help)});
    };
    show(&fleet_counts::known, "devices_known", "Devices that are in.");
    show(&fleet_counts::pending, "devices_pending", "Devices that wait for approval.");
    show(&fleet_counts::denied, "devices_denied", "Devices that an administrator has declined.");
    show(&fleet_counts::removed, "devices_removed", "Devices that an administrator has removed.");
    show(&fleet_counts::offline, "devices_offline", "Known devices that have not been heard for too long.");
    show(&fleet_counts::not_polling, "devices_not_polling",
         "Known devices that send heartbeats and ask for no configuration: their certificate has expired.");
    show(&fleet_counts::unconfigured, "devices_unconfigured",
         "Known devices without a configuration to serve, because something that it refers to is missing.");
    show(&fleet_counts::stale, "devices_stale",
         "Known devices that keep their last good configuration, because something that the new one refers "
         "to is missing.");
    show(&fleet_counts::broken, "objects_broken",
         "Workloads and settings that refer to something that is missing.");
    writer_.start();
    large_bodies_.start();
    writer_.every(tick_interval, [this] { change([this] { model_.tick(); }); });
    write(op, [this, op] {
        model_.configure(chosen_.fleet);
        apply(changes_between({}, manifests_), [this, op] {
            host_.log(ECP_LOG_INFO,
                      fmt::format("{} devices, {} of them without a configuration; {} wait for "
                                  "approval, {} declined",
                                  figures_.known, figures_.unconfigured, figures_.pending, figures_.denied));
            host_.complete(op, ecp::reply{ECP_OK});
        });
    });
}

void provider::reconfigure(std::string_view options, ecp_op op) {
    auto made = load(options);
    if (made.failed()) {
        ecp::reply refusal{ECP_INVALID, "the options do not fit; the old ones go on"};
        for (const auto& each : made.findings) {
            if (each.level == severity::error) refusal.detail(each.pointer, each.text);
        }
        return host_.complete(op, refusal);
    }
    auto changes = changes_between(manifests_, made.objects);
    if (loses_too_much(manifests_, changes)) {
        return host_.complete(
            op, ecp::reply{ECP_PRECONDITION,
                           fmt::format("{} of the objects are gone, which is more than half of them; if that "
                                       "is meant, remove them in steps or restart",
                                       changes.removed.size())});
    }
    manifests_ = std::move(made.objects);
    write(op, [this, op, changes = std::move(changes), settings = std::move(made.chosen.fleet)]() mutable {
        model_.configure(std::move(settings));
        apply(changes, [this, op, put = changes.put.size(), removed = changes.removed.size()] {
            host_.log(ECP_LOG_INFO, fmt::format("{} objects new or changed, {} gone", put, removed));
            host_.complete(op, ecp::reply{ECP_OK});
        });
    });
}

void provider::stop(ecp_op op) {
    large_bodies_.finish();
    writer_.finish();
    host_.complete(op, ecp::reply{ECP_OK});
}

// ---- reads ----

void provider::get_configuration(const ecp_request& request, ecp_op op) {
    const auto devices = model_.devices().read();
    const auto* entry = find_known(devices, request, host_, op);
    if (entry == nullptr) return;
    entry->signs->polled(model_.now());
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
    const auto devices = model_.devices().read();
    const auto* entry = find(devices, request);
    if (entry != nullptr && entry->state == device_state::removed) {
        return host_.complete(op, ecp::reply{ECP_REMOVED, reason(entry)});
    }
    if (find_known(devices, request, host_, op) == nullptr) return;
    host_.complete(op, ecp::reply{ECP_OK}.body(*entry->registration));
}

void provider::get_playbooks(const ecp_request& request, ecp_op op) {
    const auto devices = model_.devices().read();
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

template <class Task>
void provider::write(ecp_op op, Task task) {
    writer_.post([this, op, task = std::move(task)]() mutable {
        if (broken_) {
            return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, "memory has run out before; restart"});
        }
        ecp::detail::guarded(host_, op, [&] { change(task); });
    });
}

// A change that ran out of memory halfway leaves the model in no known state. What is published is whole, so
// reads go on; nothing else does.
template <class Task>
void provider::change(Task&& task) {
    if (broken_) return;
    try {
        task();
    } catch (const std::bad_alloc&) {
        broken_ = true;
        host_.set_health(ECP_HEALTH_DOWN, "memory has run out; devices keep what they have until a restart");
        throw;
    }
}

// The request stays as it is until its operation is completed, so its texts need no copy then.

// The device's call means something to the model, which has its own time to hear of it.
void provider::called(const device_entry& entry) {
    writer_.post([this, id = entry.id] { change([&] { model_.called(id); }); });
}

// Devices that are in, or that wait for an administrator and say nothing new, take none of the writer's time.
void provider::enrol(const ecp_request& request, ecp_op op) {
    const auto id = ecp::view(request.device_id);
    const auto text = ecp::view(request.body);
    const auto told = digest_of(text);
    {
        const auto devices = model_.devices().read();
        const auto* entry = devices.find(id);
        if (entry != nullptr && entry->state == device_state::pending && entry->id == id) {
            if (entry->signs->is_quiet(told)) {
                entry->signs->heard(model_.now());
                return host_.complete(op, enrolment_reply(outcome::created));
            }
        } else if (entry != nullptr && !entry->calls_matter) {
            return host_.complete(op, enrolment_reply(enrolled(*entry, id)));
        }
    }
    with_body(request, op, read_enrolment,
              [this, op, id, ns = ecp::view(request.ns), told](enrolment&& body) {
                  write(op, [this, op, id, ns, told, body = std::move(body)] {
                      host_.complete(op, enrolment_reply(model_.enrol(id, ns, body, told)));
                  });
              });
}

void provider::put_registration(const ecp_request& request, ecp_op op) {
    with_body(request, op, read_registration,
              [this, op, id = ecp::view(request.device_id)](registration&& body) {
                  auto key = csr_public_key(body.certificate_request);
                  write(op, [this, op, id, key = std::move(key), body = std::move(body)] {
                      host_.complete(op, registration_reply(model_.put_registration(id, body, key)));
                  });
              });
}

// Most heartbeats say what the one before said: they are noted here and now.
void provider::put_heartbeat(const ecp_request& request, ecp_op op) {
    const auto text = ecp::view(request.body);
    const auto told = digest_of(text);
    {
        const auto devices = model_.devices().read();
        const auto* entry = find(devices, request);
        const bool known = entry != nullptr && entry->state == device_state::known;
        if (known && !entry->calls_matter && entry->signs->is_quiet(told)) {
            entry->signs->heard(model_.now());
            return host_.complete(op, ecp::reply{ECP_OK});
        }
    }
    with_body(request, op, read_heartbeat,
              [this, op, id = ecp::view(request.device_id), told](heartbeat&& body) {
                  write(op, [this, op, id, told, body = std::move(body)] {
                      const auto result = model_.put_heartbeat(id, body, told);
                      host_.complete(op, result == outcome::ok ? ecp::reply{ECP_OK}
                                                               : ecp::reply{ECP_NOT_FOUND, unknown_device});
                  });
              });
}

// ---- the writer's ----

bool provider::work() {
    bool more = false;
    change([&] { more = model_.work(slice_steps); });
    if (more) return true;
    if (broken_) return false;
    refresh_figures();
    for (const auto& each : std::exchange(when_idle_, {})) each();
    return false;
}

void provider::apply(const object_changes& changes, std::function<void()> done) {
    model_.apply(changes);
    when_idle_.push_back(std::move(done));
}

void provider::refresh_figures() {
    const auto before = std::exchange(figures_, model_.counts());
    for (const auto& [value, metric] : gauges_) {
        if (figures_.*value != before.*value) host_.record(metric, static_cast<double>(figures_.*value));
    }
    if (figures_.unconfigured == before.unconfigured && figures_.stale == before.stale) return;
    if (figures_.unconfigured == 0 && figures_.stale == 0) return host_.set_health(ECP_HEALTH_OK, {});
    host_.set_health(ECP_HEALTH_DEGRADED,
                     fmt::format("{} devices have no configuration to serve and {} keep an old one, because "
                                 "something that theirs refer to is missing",
                                 figures_.unconfigured, figures_.stale));
}

} // namespace edgeconf::fleet
