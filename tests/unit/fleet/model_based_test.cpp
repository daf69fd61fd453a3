// The model against a plain one, written from the rules: whatever happens in whatever order, both say the
// same.
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

constexpr std::array ids{"pump-1", "pump-2", "pump-3", "PUMP-1", "other"};
constexpr std::array namespaces{"plant-1", "plant-2", "plant-3"};
constexpr std::int64_t expiry = 400; // of requests

// ---- what the manifests say ----

struct manifest_request {
    std::string ns;
    std::string set;
    bool approved = false;
    bool declined = false;

    bool operator==(const manifest_request&) const = default;
};

struct manifests {
    std::map<std::string, std::string> devices; // namespace by id
    std::map<std::string, manifest_request> requests;

    object_set objects() const {
        auto all = surroundings();
        for (const auto& [id, ns] : devices) {
            auto device = *all.devices.at({"plant-1", "sample"});
            device.name = {ns, id};
            all.devices[device.name] = std::make_shared<const edge_device>(device);
        }
        all.devices.erase({"plant-1", "sample"});
        for (const auto& [id, asked] : requests) {
            signed_request request;
            request.name = {"default", id};
            request.target_namespace = asked.ns;
            request.target_set = asked.set;
            request.approved = asked.approved;
            request.declined = asked.declined;
            all.requests[request.name] = std::make_shared<const signed_request>(request);
        }
        return all;
    }

private:
    // A workload for some in every namespace, a set, and a device as an example. In plant-3 nothing can be
    // rendered: who comes there has no configuration, but for an old one.
    static const object_set& surroundings() {
        static const object_set made = [] {
            auto yaml =
                head("EdgeWorkload", "bad") +
                "  namespace: plant-3\nspec: {deviceSelector: {}, pod: {spec: {containers: [{name: c, "
                "envFrom: [{secretRef: {name: s}}]}]}}}\n" +
                head("EdgeDevice", "sample") +
                "  namespace: plant-1\nspec: {heartbeat: {periodSeconds: 20}}\n";
            for (const std::string ns : namespaces) {
                yaml += head("EdgeWorkload", "web") + "  namespace: " + ns +
                        "\nspec: {deviceSelector: {matchLabels: {device.hostname: h1}}, pod: {spec: "
                        "{containers: [{name: c}]}}}\n" +
                        head("EdgeDeviceSet", "s") + "  namespace: " + ns +
                        "\nspec: {heartbeat: {periodSeconds: 20}}\n";
            }
            return objects_of(yaml);
        }();
        return made;
    }
};

// ---- what the rules say ----

struct policy {
    bool automatic = false;
    bool restricted = false; // to plant-1
    std::size_t limit = 3;   // of those that wait

    model_settings settings() const {
        admission_settings admission;
        admission.approval = automatic ? approval_mode::automatic : approval_mode::manual;
        if (restricted) admission.allowed_namespaces = name_set{"plant-1"};
        model_settings made;
        made.admission = edgeconf::fleet::admission{admission};
        made.pending_limit = limit;
        made.pending_expiry = std::chrono::seconds{expiry};
        return made;
    }
};

constexpr int unknown_key = -1; // one that nobody has shown

struct plain_device {
    device_state state = device_state::pending;
    std::string ns;
    std::optional<std::pair<std::string, std::string>> request; // namespace and set
    std::string set;                                            // with the approval
    std::int64_t heard = 0;
    std::set<int> keys;
    bool was_reset = false;
    pin_state pin = pin_state::none;
    connection is = connection::never;
    std::string phase;
    std::string web; // the phase of the workload
    std::string hostname;
    std::optional<bool> serves_web; // none: it has no configuration
    std::string said;               // the heartbeat that counted last, and when
    std::int64_t said_at = 0;
};

class plain_fleet {
public:
    std::map<std::string, plain_device> devices;
    manifests written;
    manifests named; // those of them that are in force
    policy rules;
    std::int64_t now = 0;

    plain_device* find(const std::string& id) {
        const auto found = devices.find(id);
        return found == devices.end() ? nullptr : &found->second;
    }
    bool has_twin(const std::string& id) const { return twin(id).has_value(); }

    std::size_t count(device_state state) const {
        return static_cast<std::size_t>(std::count_if(
            devices.begin(), devices.end(), [&](const auto& each) { return each.second.state == state; }));
    }

    // R1, R3, R5, R7a, R19
    outcome enrol(const std::string& id, const std::string& ns) {
        if (has_twin(id)) return outcome::case_twin;
        auto* device = find(id);
        if (device == nullptr) {
            if (rules.restricted && ns != "plant-1") return outcome::denied;
            if (!rules.automatic && count(device_state::pending) >= rules.limit) return outcome::too_many;
            device = &devices[id];
            device->ns = ns;
            device->request = {ns, ""};
        }
        switch (device->state) {
        case device_state::known: return outcome::ok;
        case device_state::denied: return outcome::denied;
        case device_state::removed:
            if (!device->request) device->request = {ns, ""};
            device->heard = now;
            return outcome::created;
        case device_state::pending: break;
        }
        device->heard = now;
        if (policy_admits(*device)) admit(*device);
        return outcome::created;
    }

    // R11, R14, R20
    outcome put_registration(const std::string& id, std::optional<int> key, const std::string& hostname) {
        auto* device = find(id);
        if (device == nullptr) return outcome::not_found;
        if (device->state == device_state::denied) return outcome::denied;
        if (device->state != device_state::known) return outcome::not_approved;
        const int shown = key.value_or(unknown_key);
        if (device->pin == pin_state::confirmed && !device->keys.contains(shown)) return outcome::other_key;
        // Used before its key was known: the key may be anyone's.
        if (device->pin == pin_state::none && device->is != connection::never && !device->was_reset)
            device->keys.insert(unknown_key);
        device->was_reset = false;
        device->keys.insert(shown);
        if (device->pin == pin_state::none) device->pin = pin_state::provisional;
        if (!hostname.empty() && (device->keys.size() == 1 || device->hostname.empty()))
            device->hostname = hostname;
        device->said.clear();
        render(*device);
        return outcome::ok;
    }

    // R35, R37
    outcome put_heartbeat(const std::string& id, const std::string& text, const std::string& phase,
                          const std::string& web, const std::string& hostname) {
        auto* device = find(id);
        if (device == nullptr || device->state != device_state::known) return outcome::not_found;
        const bool is_retry = text == device->said && now - device->said_at < retries(id, *device);
        if (!is_retry) {
            if (!hostname.empty()) device->hostname = hostname;
            render(*device);
            device->phase = phase;
            if (!web.empty() && device->serves_web == true) device->web = web;
            device->said = text;
            device->said_at = now;
        }
        device->heard = now;
        device->is = connection::online;
        prove(*device);
        return outcome::ok;
    }

    void poll(const std::string& id) {
        auto* device = find(id);
        if (device != nullptr && device->state == device_state::known) prove(*device);
    }

    void tick() {
        std::erase_if(devices, [&](const auto& each) {
            const auto& [id, device] = each;
            return device.state == device_state::pending && !named.requests.contains(id) &&
                   now - device.heard >= expiry;
        });
        for (auto& [id, device] : devices) {
            if (device.state == device_state::removed && now - device.heard >= expiry) device.request.reset();
            if (device.is == connection::online && now - device.heard >= 3 * period(id, device))
                device.is = connection::offline;
        }
    }

    // R6, R7a
    outcome approve(const std::string& id, const std::string& ns, const std::string& set) {
        if (has_twin(id)) return outcome::case_twin;
        auto* device = find(id);
        if (device != nullptr && device->state == device_state::known) return outcome::ok;
        auto target = ns;
        if (target.empty() && device != nullptr)
            target = device->request ? device->request->first : device->ns;
        if (target.empty()) return outcome::not_found;
        if (device == nullptr) device = &devices[id];
        if (device->state != device_state::pending) unpin(*device);
        const auto asked = device->request ? device->request->second : "";
        device->request = {target, set.empty() ? asked : set};
        device->ns = named.devices.contains(id) ? named.devices.at(id) : target;
        admit(*device);
        return outcome::ok;
    }

    outcome deny(const std::string& id) {
        if (has_twin(id)) return outcome::case_twin;
        auto& device = devices[id];
        if (device.state == device_state::removed) return outcome::not_approved;
        if (device.state != device_state::denied) silence(device);
        device.state = device_state::denied;
        return outcome::ok;
    }

    outcome decommission(const std::string& id) {
        if (has_twin(id)) return outcome::case_twin;
        if (named.devices.contains(id) && find(id) != nullptr) return outcome::in_manifest;
        auto& device = devices[id];
        if (device.state == device_state::denied) return outcome::denied;
        if (device.state == device_state::removed) return outcome::ok;
        silence(device);
        strip(device);
        device.state = device_state::removed;
        return outcome::ok;
    }

    outcome forget(const std::string& id) {
        auto* device = find(id);
        if (device == nullptr) return outcome::not_found;
        if (named.devices.contains(id) || named.requests.contains(id)) return outcome::in_manifest;
        if (device->state == device_state::pending || device->state == device_state::known) {
            devices.erase(id);
        } else {
            strip(*device);
            unpin(*device);
        }
        return outcome::ok;
    }

    outcome reset_identity(const std::string& id) {
        auto* device = find(id);
        if (device == nullptr || device->state != device_state::known) return outcome::not_found;
        unpin(*device);
        device->was_reset = true;
        return outcome::ok;
    }

    // R5, R7, R7a, R12, R19: what has changed in the manifests.
    void become(const manifests& next) {
        const auto before = std::exchange(written, next);
        std::erase_if(named.requests, [&](const auto& each) { return !next.requests.contains(each.first); });
        for (const auto& [id, ns] : before.devices) {
            if (next.devices.contains(id) || named.devices.erase(id) == 0) continue;
            if (find(id)->state != device_state::known) continue;
            devices.erase(id);
            if (named.requests.contains(id)) take(id, named.requests.at(id));
        }
        for (const auto& [id, ns] : next.devices) {
            if (before.devices.contains(id) && before.devices.at(id) == ns) continue;
            if (is_taken(id)) continue;
            named.devices[id] = ns;
            auto& device = devices[id];
            if (device.state == device_state::denied) continue;
            if (device.state == device_state::removed) unpin(device);
            device.ns = ns;
            admit(device);
        }
        for (const auto& [id, asked] : next.requests) {
            if (before.requests.contains(id) && before.requests.at(id) == asked) continue;
            if (is_taken(id)) continue;
            named.requests[id] = asked;
            take(id, asked);
        }
    }

    std::int64_t period(const std::string& id, const plain_device& device) const {
        return named.devices.contains(id) || !device.set.empty() ? 20 : 60;
    }

private:
    std::optional<std::string> twin(const std::string& id) const {
        for (const auto& [other, device] : devices) {
            if (other != id && caseless_equal{}(other, id)) return other;
        }
        return std::nullopt;
    }

    // A manifest does not wait for a twin that merely asks.
    bool is_taken(const std::string& id) {
        const auto other = twin(id);
        if (!other) return false;
        if (devices.at(*other).state != device_state::pending || named.requests.contains(*other)) return true;
        devices.erase(*other);
        return false;
    }

    // R37: how long the same again is a retry.
    std::int64_t retries(const std::string& id, const plain_device& device) const {
        return std::min<std::int64_t>(16, period(id, device) * 3 / 4);
    }

    bool policy_admits(const plain_device& device) const {
        return rules.automatic && (!rules.restricted || device.request->first == "plant-1");
    }

    void take(const std::string& id, const manifest_request& asked) {
        auto& device = devices[id];
        if (asked.declined) {
            deny(id);
        } else if (device.state == device_state::pending) {
            device.request = {asked.ns, asked.set};
            device.ns = asked.ns;
            if (asked.approved || policy_admits(device)) admit(device);
        }
    }

    static void admit(plain_device& device) {
        device.state = device_state::known;
        if (device.request && !device.request->second.empty()) device.set = device.request->second;
        render(device);
    }

    // R30: where something is missing, the last good configuration stays.
    static void render(plain_device& device) {
        if (device.ns != "plant-3") device.serves_web = device.hostname == "h1";
        if (device.serves_web != true) device.web.clear();
    }

    static void prove(plain_device& device) {
        if (device.pin != pin_state::provisional || device.keys == std::set<int>{unknown_key}) return;
        device.pin = device.keys.size() == 1 ? pin_state::confirmed : pin_state::ambiguous;
    }

    static void unpin(plain_device& device) {
        device.keys.clear();
        device.pin = pin_state::none;
    }

    static void silence(plain_device& device) {
        device.is = connection::never;
        device.phase.clear();
        device.web.clear();
        device.serves_web.reset();
        device.said.clear();
    }

    static void strip(plain_device& device) {
        device.request.reset();
        device.set.clear();
        device.hostname.clear();
    }
};

// ---- both, step by step ----

// All that can be seen of a device, but for times.
std::string seen(const device_description& device) {
    std::string text = device.ns + "|" + std::to_string(static_cast<int>(device.state)) + "|";
    for (const auto& [label, value] : device.labels) text += label + "=" + value + ",";
    if (device.request) {
        text += "|" + device.request->ns + "," + device.request->set + "," + device.request->model_name +
                (device.request->decided == 0 ? ",waits" : ",decided");
    }
    text += "|" + device.hardware + "|" + device.pin.text() + "|" + device.status.phase + "|" +
            device.status.version + "|" + std::to_string(static_cast<int>(device.status.connection)) +
            std::to_string(static_cast<int>(device.status.not_polling)) + "|" + device.rendered_version;
    for (const auto& each : device.status.workloads) text += "|" + each.name.get() + "=" + each.phase.get();
    return text;
}

class comparison {
public:
    explicit comparison(unsigned seed) : random_{seed}, fleet_{"", plain_.rules.settings()} {
        fleet_.become(plain_.written.objects());
    }

    void step() {
        const auto revision = fleet_.devices.revision();
        const bool says_nothing_by_itself = act();
        fleet_.settle();
        check_revisions(revision, says_nothing_by_itself);
        for (const auto* id : ids) check(id);
        check_counts();
    }

private:
    using seen_devices = std::map<std::string, std::pair<std::string, std::uint64_t>>;

    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    template <class List>
    auto pick(const List& from) {
        return from[below(static_cast<unsigned>(std::size(from)))];
    }
    std::string namespace_or_none() { return below(2) == 0 ? "" : pick(namespaces); }

    // True for what changes no revision unless something can be seen to have changed.
    bool act() {
        plain_.now = fleet_.seconds();
        const std::string id = pick(ids);
        const std::string hostname = pick(std::array{"", "h1", "h2"});
        const std::string hardware = hostname.empty() ? "{}" : R"({"hostname":")" + hostname + "\"}";
        switch (below(20)) {
        case 0:
        case 1:
        case 2: {
            const std::string ns = pick(namespaces);
            const enrolment body{object(hardware), ""};
            did("enrol", id, ns);
            same(fleet_.enrol_as(hardware, id, ns, body), plain_.enrol(id, ns));
            return true;
        }
        case 3:
        case 4:
        case 5: {
            const auto key = below(8) == 0 ? std::nullopt : std::optional{static_cast<int>(below(3))};
            did("register", id, key ? std::to_string(*key) : "no key");
            same(fleet_.put_registration(id, hardware,
                                         key ? std::optional{sha256(std::to_string(*key))} : std::nullopt),
                 plain_.put_registration(id, key, hostname));
            return false;
        }
        case 6:
        case 7:
        case 8:
        case 9: {
            const std::string phase = pick(std::array{"up", "degraded"});
            const std::string web = pick(std::array{"", "Running", "Exited"});
            heartbeat body{phase};
            if (!web.empty()) body.workloads.push_back({"web", web, ""});
            body.hardware = object(hardware);
            const auto text = phase + web + hardware;
            did("heartbeat", id, text);
            const int times = below(4) == 0 ? 3 : 1;
            for (int i = 0; i < times; ++i) {
                same(fleet_.put_heartbeat_as(text, id, body),
                     plain_.put_heartbeat(id, text, phase, web, hostname));
            }
            return true;
        }
        case 10: {
            did("poll", id);
            const auto* entry = fleet_.find(id);
            if (entry != nullptr && entry->state == device_state::known) {
                fleet_.poll(id);
                CHECK_FALSE(fleet_.describe(id).status.not_polling);
            }
            plain_.poll(id);
            return true;
        }
        case 11:
        case 12:
        case 13: {
            const auto span = pick(std::array{1u, 5u, 15u, 16u, 20u, 60u, 179u, 400u}) + below(2);
            did("time", std::to_string(span));
            fleet_.advance(std::chrono::seconds{span});
            plain_.now = fleet_.seconds();
            plain_.tick();
            return true;
        }
        case 14: {
            const auto ns = namespace_or_none();
            const std::string set = pick(std::array{"", "s"});
            did("approve", id, ns + " " + set);
            same(fleet_.devices.approve(id, ns, set, "user:a"), plain_.approve(id, ns, set));
            return false;
        }
        case 15:
            did("deny", id);
            same(fleet_.devices.deny(id, "user:a"), plain_.deny(id));
            return false;
        case 16:
            did("decommission", id);
            same(fleet_.devices.decommission(id, "user:a"), plain_.decommission(id));
            return false;
        case 17:
            did(below(2) == 0 ? "forget" : "reset identity", id);
            if (done_.starts_with("forget")) {
                same(fleet_.devices.forget(id, "user:a"), plain_.forget(id));
            } else {
                same(fleet_.devices.reset_identity(id, "user:a"), plain_.reset_identity(id));
            }
            return false;
        case 18:
            plain_.rules = {below(3) == 0, below(3) == 0, 1 + below(4)};
            did("policy", plain_.rules.automatic ? "automatic" : "manual");
            fleet_.devices.configure(plain_.rules.settings());
            return true;
        default: {
            auto next = plain_.written;
            for (auto edits = 1 + below(2); edits > 0; --edits) edit(next);
            did("manifests");
            fleet_.become(next.objects());
            plain_.become(next);
            return false;
        }
        }
    }

    void edit(manifests& next) {
        const std::string id = pick(ids);
        const auto is_twin = [&](const auto& each) {
            return each.first != id && caseless_equal{}(each.first, id);
        };
        if (std::any_of(next.devices.begin(), next.devices.end(), is_twin) ||
            std::any_of(next.requests.begin(), next.requests.end(), is_twin))
            return;
        const std::string ns = pick(namespaces);
        switch (below(4)) {
        case 0: next.devices.erase(id); return;
        case 1: next.devices[id] = ns; return;
        case 2: next.requests.erase(id); return;
        default: next.requests[id] = {ns, pick(std::array{"", "s"}), below(2) == 0, below(5) == 0};
        }
    }

    void did(const std::string& what, const std::string& whom = "", const std::string& how = "") {
        done_ = what + " " + whom + " " + how;
    }

    void same(outcome given, outcome expected) {
        if (given == expected) return;
        CAPTURE(done_);
        REQUIRE(given == expected);
    }

    seen_devices seen_now() {
        seen_devices all;
        not_polling_.clear();
        for (const auto* id : ids) {
            const auto described = fleet_.devices.describe(id);
            if (!described) continue;
            all[id] = {seen(*described), described->revision};
            if (described->status.not_polling) not_polling_.insert(id);
        }
        return all;
    }

    // They never go back, and grow when something is to be seen; also only then, if `quiet`.
    void check_revisions(std::uint64_t revision, bool quiet) {
        const auto before = std::exchange(seen_, seen_now());
        const auto newest = fleet_.devices.revision();
        bool changed = false;
        bool right = true;
        for (const auto* id : ids) {
            const auto was = before.find(id);
            const auto is = seen_.find(id);
            changed |= (was == before.end()) != (is == seen_.end());
            if (is == seen_.end()) continue;
            right &= is->second.second <= newest;
            if (was == before.end()) continue;
            const bool differs = was->second.first != is->second.first;
            changed |= differs;
            const auto grown = is->second.second - was->second.second;
            right &= is->second.second >= was->second.second && (grown != 0 || !differs);
            right &= grown == 0 || differs || !quiet;
        }
        right &= newest >= revision && (newest != revision || !changed);
        right &= newest == revision || changed || !quiet;
        CAPTURE(done_, revision, newest, changed);
        REQUIRE(right);
    }

    void check(const std::string& id) {
        const auto* expected = plain_.find(id);
        const auto given = fleet_.devices.describe(id);
        const auto* entry = fleet_.find(id);
        const auto text = given && entry != nullptr ? shown(*given, *entry)
                          : given || entry          ? "half"
                                                    : "none";
        const auto expected_text = expected == nullptr ? "none" : shown(*expected);
        if (text == expected_text) return;
        CAPTURE(done_, id);
        REQUIRE(text == expected_text);
    }

    static std::string shown(device_state state, const std::string& ns, pin_state pin, std::size_t keys,
                             connection is, const std::string& phase) {
        return fmt::format("state {} in '{}', pin {} of {} keys, connection {}, phase '{}'",
                           static_cast<int>(state), ns, static_cast<int>(pin), keys, static_cast<int>(is),
                           phase);
    }

    static std::string shown(const plain_device& device) {
        auto text = shown(device.state, device.ns, device.pin, device.keys.size(), device.is, device.phase);
        if (device.request)
            text += fmt::format(", asks for '{}' '{}'", device.request->first, device.request->second);
        if (!device.hostname.empty()) text += ", device.hostname=" + device.hostname;
        if (!device.set.empty()) text += ", flotta/member-of=" + device.set;
        if (device.serves_web == true) text += ", workload/web=true";
        if (!device.web.empty()) text += ", web is " + device.web;
        if (device.state != device_state::known) return text;
        return text + (device.serves_web ? ", configured" : "") +
               (device.ns == "plant-3" ? ", problem" : "") + R"(, {"namespace":")" + device.ns + "\"}";
    }

    static std::string shown(const device_description& device, const device_entry& entry) {
        auto text = shown(device.state, device.ns, device.pin.state(), device.pin.keys().size(),
                          device.status.connection, device.status.phase);
        if (device.request)
            text += fmt::format(", asks for '{}' '{}'", device.request->ns, device.request->set);
        for (const auto& [label, value] : device.labels) text += ", " + label + "=" + value;
        for (const auto& each : device.status.workloads)
            text += ", " + each.name.get() + " is " + each.phase.get();
        if (entry.state != device.state) text += ", and the entry differs";
        if (entry.configuration) text += ", configured";
        if (entry.problem) text += ", problem";
        if (entry.registration) text += ", " + *entry.registration;
        return text;
    }

    static std::array<std::size_t, 9> listed(const fleet_counts& counts) {
        return {counts.known, counts.pending, counts.denied,  counts.removed,    counts.unconfigured,
                counts.stale, counts.broken,  counts.offline, counts.not_polling};
    }

    void check_counts() const {
        fleet_counts expected;
        expected.broken = 1;
        for (const auto& [id, device] : plain_.devices) {
            switch (device.state) {
            case device_state::pending: ++expected.pending; break;
            case device_state::denied: ++expected.denied; break;
            case device_state::removed: ++expected.removed; break;
            case device_state::known: ++expected.known;
            }
            if (device.is == connection::offline) ++expected.offline;
            if (not_polling_.contains(id)) ++expected.not_polling;
            if (device.state != device_state::known || device.ns != "plant-3") continue;
            ++(device.serves_web ? expected.stale : expected.unconfigured);
        }
        CAPTURE(done_);
        REQUIRE(listed(fleet_.devices.counts()) == listed(expected));
    }

    std::mt19937 random_;
    plain_fleet plain_;
    fleet_under_test fleet_;
    seen_devices seen_;
    std::set<std::string> not_polling_;
    std::string done_;
};

} // namespace

TEST_CASE("model_based: R1 to R20, R30 and R35 hold in whatever order things happen", "[fleet][unit]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        comparison both{seed};
        for (int step = 0; step < 2000; ++step) {
            CAPTURE(seed, step);
            both.step();
        }
    }
}
