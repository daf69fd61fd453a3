#include "fleet/provider.hpp"

#include "fleet/model.hpp"
#include "fleet/options.hpp"
#include "fleet/read_objects.hpp"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view unknown_device = "the device is not known";
constexpr auto busy_retry = std::chrono::minutes{1};

struct loaded {
    options chosen;
    object_set objects;
};

// What the options name, or nothing and errors in `found`.
std::optional<loaded> load(std::string_view text, ecp::diagnostics& found) {
    auto chosen = read_options(text);
    if (!chosen) {
        found.error(chosen.error().pointer, chosen.error().what);
        return std::nullopt;
    }
    loaded made{*std::move(chosen), {}};
    if (made.chosen.manifests.empty()) return made;
    findings judged;
    made.objects = read_objects(made.chosen.manifests, judged);
    for (const auto& each : judged.all()) {
        if (each.level == severity::error) {
            found.error("/manifests", each.text);
        } else {
            found.warn("/manifests", each.text);
        }
    }
    if (judged.failed()) return std::nullopt;
    return made;
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

// Why a device that is not known gets nothing: only for the operator's log.
ecp::reply absent(const device_entry* entry) {
    if (entry == nullptr) return ecp::reply{ECP_NOT_FOUND, unknown_device};
    return ecp::reply{ECP_NOT_FOUND, entry->state == device_state::pending
                                         ? "the device waits for approval"
                                         : "an administrator has declined the device"};
}

bool is_known(const entry_ptr& entry) { return entry && entry->state == device_state::known; }

} // namespace

void provider::validate(std::string_view options, ecp::diagnostics& found) { load(options, found); }

provider::provider(ecp::host host, std::string_view options, ecp::diagnostics& found) : host_{host} {
    auto from = load(options, found);
    if (!from) return;
    const auto tell = [host](const notice& each) {
        host.log(each.level == severity::error ? ECP_LOG_ERROR : ECP_LOG_WARN, each.text,
                 {{"device", each.device}});
    };
    model_ = std::make_unique<model>(
        std::move(from->objects), from->chosen.approval, [] { return std::chrono::system_clock::now(); },
        tell);
}

provider::~provider() = default;

void provider::start(ecp_op op) {
    const auto counts = model_->counts();
    host_.log(ECP_LOG_INFO,
              fmt::format("{} devices, {} of them without a configuration; {} wait for approval, {} declined",
                          counts.known, counts.unconfigured, counts.pending, counts.denied));
    refresh_health();
    host_.complete(op, ecp::reply{ECP_OK});
}

void provider::stop(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

void provider::get_configuration(const ecp_request& request, ecp_op op) {
    const auto entry = model_->find(ecp::view(request.device_id));
    if (!is_known(entry)) return host_.complete(op, absent(entry.get()));
    if (!entry->configuration) return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, entry->problem});
    const auto& configuration = *entry->configuration;
    boost::container::small_vector<ecp_str, 32> parts;
    for (const auto part : configuration.parts) parts.push_back(ecp::str(part));
    host_.complete(op, ecp::reply{ECP_OK}
                           .body(std::span<const ecp_str>{parts.data(), parts.size()})
                           .revision(configuration.version));
}

void provider::enrol(const ecp_request& request, ecp_op op) {
    const auto body = read_enrolment(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    const auto result = model_->enrol(ecp::view(request.device_id), ecp::view(request.ns), *body);
    if (result == outcome::created) refresh_health();
    host_.complete(op, enrolment_reply(result));
}

void provider::get_registration(const ecp_request& request, ecp_op op) {
    const auto entry = model_->find(ecp::view(request.device_id));
    if (!is_known(entry)) return host_.complete(op, absent(entry.get()));
    host_.complete(op, ecp::reply{ECP_OK}.body(entry->registration));
}

void provider::put_registration(const ecp_request& request, ecp_op op) {
    const auto body = read_registration(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    const auto result = model_->put_registration(ecp::view(request.device_id), *body);
    if (result == outcome::ok) refresh_health();
    host_.complete(op, registration_reply(result));
}

void provider::put_heartbeat(const ecp_request& request, ecp_op op) {
    const auto body = read_heartbeat(ecp::view(request.body));
    if (!body) return host_.complete(op, invalid_body(body.error()));
    const auto result = model_->put_heartbeat(ecp::view(request.device_id), *body);
    if (result != outcome::ok) return host_.complete(op, ecp::reply{ECP_NOT_FOUND, unknown_device});
    if (!body->hardware.empty()) refresh_health();
    host_.complete(op, ecp::reply{ECP_OK});
}

void provider::get_playbooks(const ecp_request& request, ecp_op op) {
    const auto entry = model_->find(ecp::view(request.device_id));
    if (!is_known(entry)) return host_.complete(op, absent(entry.get()));
    host_.complete(op, ecp::reply{ECP_OK}.body(*entry->playbooks));
}

void provider::refresh_health() {
    const std::lock_guard lock{health_guard_};
    const auto counts = model_->counts();
    if (counts.unconfigured == unconfigured_ && counts.stale == stale_) return;
    unconfigured_ = counts.unconfigured;
    stale_ = counts.stale;
    if (unconfigured_ == 0 && stale_ == 0) return host_.set_health(ECP_HEALTH_OK, {});
    host_.set_health(ECP_HEALTH_DEGRADED,
                     fmt::format("{} devices have no configuration to serve and {} keep an old one, because "
                                 "something that theirs refer to is missing",
                                 unconfigured_, stale_));
}

} // namespace edgeconf::fleet
