#include "fleet/model.hpp"

#include "fleet/hardware.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t load_warning_limit = 50;
constexpr std::size_t pending_hardware_limit = 16u << 10;
constexpr std::string_view set_label = "flotta/member-of";

const device_settings no_settings;
const std::vector<std::string> no_workloads;

std::string registration_of(std::string_view ns) {
    return boost::json::serialize(boost::json::object{{"namespace", ns}});
}

// Most devices are offered nothing; they share it.
std::shared_ptr<const std::string> shared_text(std::string text) {
    static const auto nothing = std::make_shared<const std::string>("[]");
    return text == *nothing ? nothing : std::make_shared<const std::string>(std::move(text));
}

outcome enrolled(const device_entry& entry, std::string_view id) {
    if (entry.id != id) return outcome::case_twin;
    switch (entry.state) {
    case device_state::known: return outcome::ok;
    case device_state::denied: return outcome::denied;
    case device_state::pending: break;
    }
    return outcome::created;
}

// Names the first few problems; one bad object can make hundreds.
std::string summary(const problem_list& problems) {
    static constexpr std::size_t shown = 5;
    const auto end = problems.begin() + static_cast<std::ptrdiff_t>(std::min(shown, problems.size()));
    auto text = fmt::format("{}", fmt::join(problems.begin(), end, "; "));
    if (problems.size() > shown) text += fmt::format("; and {} more", problems.size() - shown);
    return text;
}

} // namespace

model::model(object_set objects, approval_policy approval, clock_source now, notice_sink tell)
    : catalogue_{std::move(objects)}, approval_{approval}, now_{std::move(now)}, tell_{std::move(tell)} {
    const std::lock_guard lock{write_};
    admit_all();
    if (warnings_ > load_warning_limit) {
        tell_({severity::warning,
               {},
               fmt::format("and {} more warnings of devices", warnings_ - load_warning_limit)});
    }
    loaded_ = true;
}

// One missing Secret can concern a whole fleet: while it loads, only the first warnings are written out.
void model::warn(std::string_view id, std::string_view text) {
    if (loaded_ || warnings_++ < load_warning_limit) tell_({severity::warning, id, text});
}

void model::admit_all() {
    for (const auto& [name, device] : catalogue_.objects().devices) {
        device_record record;
        record.status.ns = name.ns;
        record.status.state = device_state::known;
        record.status.labels = device.labels;
        record.settings = &device.settings;
        publish(name.name, add(name.name, std::move(record)));
    }
    for (const auto& [name, request] : catalogue_.objects().requests) admit_request(request);
}

// An EdgeDevice goes before a request of the same id, except that a denial outlives it (R7a).
void model::admit_request(const signed_request& request) {
    const auto& id = request.name.name;
    auto existing = records_.find(id);
    if (existing != records_.end()) {
        if (!request.declined) return;
        warn(id, "is both an EdgeDevice and declined; it stays out");
        existing->second.status.state = device_state::denied;
        return publish(id, existing->second);
    }
    device_record record;
    record.status.ns = request.target_namespace;
    if (request.declined) {
        record.status.state = device_state::denied;
    } else if (request.approved || approval_ == approval_policy::automatic) {
        record.status.state = device_state::known;
        if (!request.target_set.empty()) record.status.labels.emplace(set_label, request.target_set);
    }
    publish(id, add(id, std::move(record)));
}

device_record& model::add(std::string_view id, device_record record) {
    if (record.settings == nullptr) record.settings = &no_settings;
    return records_.insert_or_assign(std::string{id}, std::move(record)).first->second;
}

void model::publish(std::string_view id, device_record& record) {
    const auto before = table_.find(id);
    entry_ptr after;
    if (record.status.state == device_state::known) {
        after = known_entry(id, record, before.get());
    } else {
        auto entry = std::make_shared<device_entry>();
        entry->id = id;
        entry->state = record.status.state;
        after = std::move(entry);
    }
    const auto& assigned = after->configuration ? after->configuration->workloads : no_workloads;
    std::erase_if(record.status.workloads, [&](const auto& each) {
        return !std::binary_search(assigned.begin(), assigned.end(), each.first);
    });
    recount(before.get(), *after);
    table_.put(std::move(after));
}

entry_ptr model::known_entry(std::string_view id, const device_record& record, const device_entry* before) {
    const device_view view{id, record.status.ns, record.status.labels, *record.settings};
    auto entry = std::make_shared<device_entry>();
    entry->id = id;
    entry->state = device_state::known;
    entry->registration = registration_of(record.status.ns);
    auto rendered = catalogue_.render(view);
    entry->configuration = std::move(rendered.made);
    if (!entry->configuration) {
        if (before != nullptr) entry->configuration = before->configuration;
        entry->problem = summary(rendered.problems);
        warn(id, fmt::format("{}: {}",
                             entry->configuration ? "keeps its last good configuration"
                                                  : "has no configuration to serve",
                             entry->problem));
    }
    problem_list missing;
    entry->playbooks = shared_text(catalogue_.playbooks(view, missing));
    if (!missing.empty()) warn(id, fmt::format("misses playbooks: {}", summary(missing)));
    return entry;
}

void model::recount(const device_entry* before, const device_entry& after) {
    const auto count = [this](const device_entry& entry) -> std::size_t& {
        switch (entry.state) {
        case device_state::pending: return counts_.pending;
        case device_state::denied: return counts_.denied;
        case device_state::known: break;
        }
        return counts_.known;
    };
    const auto failed = [this](const device_entry& entry) -> std::size_t& {
        return entry.configuration ? counts_.stale : counts_.unconfigured;
    };
    if (before != nullptr) {
        --count(*before);
        if (!before->problem.empty()) --failed(*before);
    }
    ++count(after);
    if (!after.problem.empty()) ++failed(after);
}

outcome model::enrol(std::string_view id, std::string_view ns, const enrolment& body) {
    // Devices ask every ten seconds: those that are recorded already never meet the lock.
    if (const auto entry = table_.find(id)) return enrolled(*entry, id);
    device_record record;
    record.status.ns = ns;
    record.status.model_name = body.model_name;
    if (!body.hardware.empty()) {
        record.status.hardware = merge_hardware({}, body.hardware, pending_hardware_limit);
    }
    if (approval_ == approval_policy::automatic) record.status.state = device_state::known;
    const std::lock_guard lock{write_};
    if (const auto entry = table_.find(id)) return enrolled(*entry, id);
    if (record.status.state == device_state::pending && counts_.pending >= pending_limit)
        return outcome::too_many;
    publish(id, add(id, std::move(record)));
    return outcome::created;
}

outcome model::put_registration(std::string_view id, const registration& body) {
    const std::lock_guard lock{write_};
    const auto entry = find(id);
    if (!entry) return outcome::not_found;
    if (entry->state == device_state::denied) return outcome::denied;
    if (entry->state == device_state::pending) return outcome::not_approved;
    auto& record = records_.find(id)->second;
    record.status.registered = now_();
    if (absorb_hardware(record.status, body.hardware)) publish(id, record);
    return outcome::ok;
}

outcome model::put_heartbeat(std::string_view id, const heartbeat& body) {
    const std::lock_guard lock{write_};
    const auto entry = find(id);
    if (!entry || entry->state != device_state::known) return outcome::not_found;
    auto& record = records_.find(id)->second;
    const auto& assigned = entry->configuration ? entry->configuration->workloads : no_workloads;
    absorb_heartbeat(record.status, body, assigned, now_());
    if (absorb_hardware(record.status, body.hardware)) publish(id, record);
    return outcome::ok;
}

entry_ptr model::find(std::string_view id) const {
    auto entry = table_.find(id);
    if (entry && entry->id != id) return nullptr;
    return entry;
}

std::optional<device_status> model::status(std::string_view id) const {
    const std::lock_guard lock{write_};
    const auto found = records_.find(id);
    if (found == records_.end() || found->first != id) return std::nullopt;
    return found->second.status;
}

fleet_counts model::counts() const {
    const std::lock_guard lock{write_};
    return counts_;
}

} // namespace edgeconf::fleet
