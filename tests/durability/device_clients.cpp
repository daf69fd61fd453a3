#include "durability/device_clients.hpp"

#include <algorithm>
#include <random>

namespace edgeconf::test {
namespace {

constexpr std::string_view common = R"(apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: agent, namespace: plant-1}
spec:
  deviceSelector: {}
  type: pod
  pod: {spec: {containers: [{name: agent, image: "registry.example/agent:1"}]}}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: box, namespace: plant-1}
spec:
  deviceSelector: {matchLabels: {device.system-product: box7}}
  type: pod
  pod: {spec: {containers: [{name: box, image: "registry.example/box:7"}]}}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: agent, namespace: plant-2}
spec:
  deviceSelector: {}
  type: pod
  pod: {spec: {containers: [{name: agent, image: "registry.example/agent:2"}]}}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeConfig
metadata: {name: baseline, namespace: plant-2}
spec: {edgePlaybook: {playbooks: [{content: LS0tCi0gaG9zdHM6IGFsbAo=}]}}
)";

std::string approval_of(const std::string& id) {
    return "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\nmetadata:\n  name: " + id +
           "\n  namespace: plant-2\n  labels: {config/device-by-config: baseline}\n";
}

// There at once or not at all.
void approve(const durable_host& host, device_story& device) {
    const auto written = host.folder().write("fleet/.new", approval_of(device.id()));
    device.approval_asked();
    std::filesystem::rename(written, host.manifests() / (device.id() + ".yaml"));
    if (host.edgeconf({"reload"}).exit_code == 0) device.approval_acknowledged();
}

} // namespace

void write_common_manifests(const durable_host& host) { host.folder().write("fleet/common.yaml", common); }

device_clients::~device_clients() {
    for (auto& each : workers_)
        if (each->thread.joinable()) each->thread.join();
}

void device_clients::start(const durable_host& host, unsigned threads) {
    ++round_;
    before_ = devices_.size();
    active_ = threads;
    for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<worker>());
    for (unsigned i = 0; i < threads; ++i) {
        auto& self = *workers_[i];
        const auto seed = seed_ + 1000 * round_ + i;
        self.thread = std::thread{[this, &host, &self, i, seed] {
            try {
                act(host, self, i, seed);
            } catch (const std::runtime_error&) { // the host has died
            }
            --active_;
            ++news_;
            news_.notify_all();
        }};
    }
}

// What a device does next.
device_clients::answered device_clients::step(device_story& device, edge_api_client& host,
                                              std::uint64_t chance) {
    if (!device.is_enrolled()) return {device.enrol(host), true};
    if (!device.is_in()) {
        if (chance < 50) return {device.enrol(host), true};
        return {device.get_registration(host), false};
    }
    if (!device.is_registered()) return {device.put_registration(host), true};
    if (chance < 40) return {device.put_heartbeat(host, true), true};
    if (chance < 60) return {device.put_heartbeat(host, false), true};
    if (chance < 80) return {device.get_configuration(host), false};
    if (chance < 85) return {device.put_registration(host), true};
    if (chance < 93) return {device.get_playbooks(host), false};
    return {device.get_registration(host), false};
}

void device_clients::note(const answered& answer, const device_story& device, worker& self) {
    const auto status = answer.status;
    const bool good = status == 200 || (status == 201 && !device.is_registered());
    if (answer.is_write && good) {
        ++acknowledged_;
    } else if (answer.is_write && status == 503 && writes_may_fail_) {
        ++refused_;
    } else if (!good && !(status == 404 && !device.is_in())) {
        self.surprises.push_back(device.id() + (answer.is_write ? ": a write: " : ": a read: ") +
                                 std::to_string(status));
    }
    ++news_;
    news_.notify_all();
}

void device_clients::act(const durable_host& host, worker& self, unsigned number, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    auto connection = host.connect();
    std::vector<device_story*> mine;
    for (std::size_t i = number; i < before_; i += workers_.size()) mine.push_back(devices_[i].get());
    for (unsigned made = 0;;) {
        if (mine.empty() || random() % 8 == 0) {
            const bool by_manifest = random() % 4 == 0;
            const auto id =
                "d" + std::to_string(round_) + "-" + std::to_string(number) + "-" + std::to_string(made++);
            self.started.push_back(
                std::make_unique<device_story>(id, by_manifest ? "plant-2" : "plant-1", by_manifest));
            mine.push_back(self.started.back().get());
        }
        // New ones more than old ones: these are in the middle of something.
        const auto recent = std::min<std::size_t>(mine.size(), 12);
        auto& device =
            *mine[random() % 2 == 0 ? mine.size() - 1 - random() % recent : random() % mine.size()];
        if (number == 0 && device.is_enrolled() && !device.is_in() && random() % 4 == 0) {
            approve(host, device);
            continue;
        }
        note(step(device, connection, random() % 100), device, self);
    }
}

bool device_clients::wait_for(const std::atomic<std::uint64_t>& count, std::uint64_t more) const {
    const auto enough = count + more;
    for (;;) {
        const auto seen = news_.load();
        if (count >= enough) return true;
        if (active_ == 0) return false;
        news_.wait(seen);
    }
}

discrepancies device_clients::host_died(device_story::clock::time_point safe) {
    discrepancies surprises;
    for (auto& each : workers_) {
        each->thread.join();
        surprises.insert(surprises.end(), each->surprises.begin(), each->surprises.end());
        for (auto& device : each->started) devices_.push_back(std::move(device));
    }
    workers_.clear();
    for (auto& each : devices_) each->host_died(safe);
    return surprises;
}

discrepancies device_clients::check(const durable_host& host) {
    discrepancies found;
    const auto note = [&](const discrepancies& more) { found.insert(found.end(), more.begin(), more.end()); };
    const auto exported = host.exported();
    for (auto& each : devices_) {
        const auto stored = exported.devices.find(each->id());
        note(each->check_stored(stored == exported.devices.end() ? nullptr : &stored->second));
    }
    std::mt19937_64 random{seed_ + round_};
    auto connection = host.connect();
    for (std::size_t i = before_; i < devices_.size(); ++i) note(devices_[i]->check_answers(connection));
    for (std::size_t i = 0; i < std::min<std::size_t>(before_, 20); ++i)
        note(devices_[random() % before_]->check_answers(connection));
    return found;
}

} // namespace edgeconf::test
