#include "fleet_under_test.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace edgeconf::fleet {

namespace {

model_settings with_approval(approval_mode approval) {
    admission_settings settings;
    settings.approval = approval;
    model_settings made;
    made.admission = admission{settings};
    return made;
}

} // namespace

fleet_under_test::fleet_under_test(const std::string& yaml, approval_mode approval)
    : fleet_under_test{yaml, with_approval(approval)} {}

fleet_under_test::fleet_under_test(const std::string& yaml, model_settings settings, time_point start)
    : now{start}, devices{[this] { return now; },
                          [this](const notice& each) {
                              notices.push_back(to_string(each.about) + ": " + std::string{each.text});
                          }} {
    devices.configure(std::move(settings));
    devices.tick();
    become(yaml);
}

outcome fleet_under_test::enrol(std::string_view id, std::string_view ns, const enrolment& body) {
    return devices.enrol(id, ns, body, digest_of(std::to_string(++bodies)));
}

outcome fleet_under_test::put_registration(std::string_view id, std::string_view hardware,
                                           const std::optional<digest>& key) {
    return devices.put_registration(id, {object(hardware), ""},
                                    key ? csr_key{*key} : csr_key{std::string{"there is none"}});
}

outcome fleet_under_test::put_heartbeat(std::string_view id, const heartbeat& body) {
    return devices.put_heartbeat(id, body, digest_of(std::to_string(++bodies)));
}

void fleet_under_test::poll(std::string_view id) {
    const auto* entry = find(id);
    REQUIRE(entry != nullptr);
    entry->signs->polled(devices.now());
    if (entry->calls_matter) devices.called(id);
}

outcome fleet_under_test::enrol_as(std::string_view text, std::string_view id, std::string_view ns,
                                   const enrolment& body) {
    const auto told = digest_of(text);
    const auto* entry = devices.devices().find(id);
    if (entry != nullptr && entry->state == device_state::pending && entry->id == id) {
        if (entry->signs->is_quiet(told)) {
            entry->signs->heard(devices.now());
            return outcome::created;
        }
    } else if (entry != nullptr && !entry->calls_matter) {
        return enrolled(*entry, id);
    }
    return devices.enrol(id, ns, body, told);
}

outcome fleet_under_test::put_heartbeat_as(std::string_view text, std::string_view id,
                                           const heartbeat& body) {
    const auto told = digest_of(text);
    const auto* entry = find(id);
    const bool known = entry != nullptr && entry->state == device_state::known;
    if (known && !entry->calls_matter && entry->signs->is_quiet(told)) {
        entry->signs->heard(devices.now());
        return outcome::ok;
    }
    return devices.put_heartbeat(id, body, told);
}

void fleet_under_test::advance(std::chrono::seconds by) {
    for (; by.count() > 0; --by) {
        now += std::chrono::seconds{1};
        devices.tick();
    }
}

void fleet_under_test::become(const std::string& yaml) { become(objects_of(yaml)); }

void fleet_under_test::become(object_set next) {
    devices.apply(changes_between(manifests, next));
    manifests = std::move(next);
    settle();
}

void fleet_under_test::settle() {
    while (devices.work(7)) {
    }
}

const device_entry* fleet_under_test::find(std::string_view id) const {
    const auto* entry = devices.devices().find(id);
    return entry != nullptr && entry->id == id ? entry : nullptr;
}

device_description fleet_under_test::describe(std::string_view id) const {
    auto described = devices.describe(id);
    REQUIRE(described);
    return *std::move(described);
}

std::vector<std::string> fleet_under_test::workloads(std::string_view id) const {
    const auto* entry = find(id);
    return entry != nullptr && entry->configuration ? entry->configuration->workloads
                                                    : std::vector<std::string>{"no configuration"};
}

std::vector<std::string> fleet_under_test::events(std::string_view id) const {
    std::vector<std::string> texts;
    for (const auto& each : devices.events().of({"EdgeDevice", describe(id).ns, id})) {
        texts.push_back(std::string{each.what.reason} + ": " + std::string{each.what.message} + " (" +
                        std::to_string(each.count) + ")");
    }
    return texts;
}

std::string fleet_under_test::message(std::string_view id) const {
    const auto* entry = find(id);
    if (entry == nullptr || !entry->configuration) return {};
    std::string text = R"({"device_id":")" + entry->id + R"(","version":")" +
                       std::string{entry->version.data(), entry->version.size()} + R"(","configuration":)";
    for (const auto piece : entry->configuration->pieces) text += piece;
    return text;
}

boost::json::object fleet_under_test::parsed(std::string_view id) const { return object(message(id)); }

boost::json::object object(std::string_view json) { return boost::json::parse(json).get_object(); }

std::string workload(const std::string& name, const std::string& selection, const std::string& container) {
    return head("EdgeWorkload", name) + "spec: {type: pod, " + selection + (selection.empty() ? "" : ", ") +
           "pod: {spec: {containers: [{name: c, " + container + "}]}}}\n";
}

} // namespace edgeconf::fleet
