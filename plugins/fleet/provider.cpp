#include "fleet/provider.hpp"

#include "fleet/load.hpp"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view unknown_device = "the device is not known";
constexpr auto busy_retry = std::chrono::minutes{1};
constexpr std::size_t slice_steps = 64;

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
    case outcome::denied: return ecp::reply{ECP_DENIED, "an administrator has declined the device"};
    case outcome::case_twin: return ecp::reply{ECP_EXISTS, "the id exists in another spelling"};
    case outcome::too_many:
        return ecp::reply{ECP_BUSY, "too many devices wait for approval"}.retry_after(busy_retry);
    case outcome::not_found:
    case outcome::not_approved: break;
    }
    return ecp::reply{ECP_INTERNAL, "enrolment has no such outcome"};
}

ecp::reply registration_reply(outcome result) {
    switch (result) {
    case outcome::ok: return ecp::reply{ECP_OK};
    case outcome::not_found: return ecp::reply{ECP_NOT_FOUND, unknown_device};
    case outcome::not_approved: return ecp::reply{ECP_PRECONDITION, "the device waits for approval"};
    case outcome::denied: return ecp::reply{ECP_DENIED, "an administrator has declined the device"};
    default: return ecp::reply{ECP_INTERNAL, "registration has no such outcome"};
    }
}

// The device's entry if it is known; else answers `op` and gives nothing.
const device_entry* find_known(const device_table::reading& devices, const ecp_request& request,
                               const ecp::host& host, ecp_op op) {
    const auto id = ecp::view(request.device_id);
    const auto* entry = devices.find(id);
    std::string_view why = unknown_device; // for the operator's log alone
    if (entry != nullptr && entry->id == id) {
        if (entry->state == device_state::known) return entry;
        why = entry->state == device_state::pending ? "the device waits for approval"
                                                    : "an administrator has declined the device";
    }
    host.complete(op, ecp::reply{ECP_NOT_FOUND, why});
    return nullptr;
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
                              host.log(each.level == severity::error ? ECP_LOG_ERROR : ECP_LOG_WARN,
                                       each.text, {{"object", to_string(each.about)}});
                          }},
      writer_{[this] { return work(); }} {
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
    show(&fleet_counts::unconfigured, "devices_unconfigured",
         "Known devices without a configuration to serve, because something that it refers to is missing.");
    show(&fleet_counts::stale, "devices_stale",
         "Known devices that keep their last good configuration, because something that the new one refers "
         "to is missing.");
    show(&fleet_counts::broken, "objects_broken",
         "Workloads and settings that refer to something that is missing.");
    writer_.start();
    write(op, [this, op] {
        model_.set_approval(chosen_.approval);
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
    manifests_ = std::move(made.objects);
    write(op, [this, op, changes = std::move(changes), approval = made.chosen.approval] {
        model_.set_approval(approval);
        apply(changes, [this, op, put = changes.put.size(), removed = changes.removed.size()] {
            host_.log(ECP_LOG_INFO, fmt::format("{} objects new or changed, {} gone", put, removed));
            host_.complete(op, ecp::reply{ECP_OK});
        });
    });
}

void provider::stop(ecp_op op) {
    writer_.finish();
    host_.complete(op, ecp::reply{ECP_OK});
}

// ---- reads ----

void provider::get_configuration(const ecp_request& request, ecp_op op) {
    const auto devices = model_.devices().read();
    const auto* entry = find_known(devices, request, host_, op);
    if (entry == nullptr) return;
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
    const auto* entry = find_known(devices, request, host_, op);
    if (entry != nullptr) host_.complete(op, ecp::reply{ECP_OK}.body(*entry->registration));
}

void provider::get_playbooks(const ecp_request& request, ecp_op op) {
    const auto devices = model_.devices().read();
    const auto* entry = find_known(devices, request, host_, op);
    if (entry != nullptr) host_.complete(op, ecp::reply{ECP_OK}.body(*entry->playbooks));
}

// ---- writes ----

template <class Task>
void provider::write(ecp_op op, Task task) {
    writer_.post(
        [this, op, task = std::move(task)]() mutable noexcept { ecp::detail::guarded(host_, op, task); });
}

// The request stays as it is until its operation is completed, so its texts need no copy.

void provider::enrol(const ecp_request& request, ecp_op op) {
    auto body = read_enrolment(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    const auto id = ecp::view(request.device_id);
    const auto ns = ecp::view(request.ns);
    {
        // Devices that wait ask every ten seconds: they take none of the writer's time.
        const auto devices = model_.devices().read();
        const auto* entry = devices.find(id);
        if (entry != nullptr) return host_.complete(op, enrolment_reply(enrolled(*entry, id)));
    }
    write(op, [this, op, id, ns, body = *std::move(body)] {
        host_.complete(op, enrolment_reply(model_.enrol(id, ns, body)));
    });
}

void provider::put_registration(const ecp_request& request, ecp_op op) {
    auto body = read_registration(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    write(op, [this, op, id = ecp::view(request.device_id), body = *std::move(body)] {
        host_.complete(op, registration_reply(model_.put_registration(id, body)));
    });
}

void provider::put_heartbeat(const ecp_request& request, ecp_op op) {
    auto body = read_heartbeat(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    write(op, [this, op, id = ecp::view(request.device_id), body = *std::move(body)] {
        const auto result = model_.put_heartbeat(id, body);
        host_.complete(op, result == outcome::ok ? ecp::reply{ECP_OK}
                                                 : ecp::reply{ECP_NOT_FOUND, unknown_device});
    });
}

// ---- the writer's ----

bool provider::work() {
    if (model_.work(slice_steps)) return true;
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
