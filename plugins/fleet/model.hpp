// The fleet: who may join, who is who, what each device runs and how it is. The meaning behind the six
// device calls; bodies are parsed and answers are shaped elsewhere.
#pragma once

#include "fleet/device_record.hpp"
#include "fleet/device_table.hpp"
#include "fleet/finding.hpp"
#include "fleet/identity.hpp"
#include "fleet/object_changes.hpp"
#include "fleet/playbook_offers.hpp"
#include "fleet/renderer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edgeconf::fleet {

enum class approval_policy {
    manual,    // a manifest or an administrator lets a device in
    automatic, // whoever enrols is in
};

enum class outcome {
    ok,
    created,      // recorded, or still waiting
    not_found,    // never seen
    not_approved, // seen and waiting
    denied,
    case_twin, // another device has this id in another spelling
    too_many,  // as many are waiting as may wait
};

// What enrolling comes to for a device that is there already, asked under `id`.
outcome enrolled(const device_entry& device, std::string_view id);

// Something for the operator. Texts name objects and fields, never values of Secrets.
struct notice {
    severity level;
    object_key about;
    std::string_view text;
};

// Must not call back, must not block.
using notice_sink = std::function<void(const notice&)>;

struct fleet_counts {
    std::size_t known = 0;
    std::size_t pending = 0;
    std::size_t denied = 0;
    std::size_t unconfigured = 0; // known, and nothing to serve: something they need is missing
    std::size_t stale = 0;        // known, and served what they had before something went missing
    std::size_t broken = 0;       // objects that cannot be rendered
};

// A copy of what is known of a device.
struct device_description {
    std::string ns;    // pending: where it wants to be
    string_map labels; // with the virtual ones: workload/<name> = true for each workload that it runs
    device_status status;
    std::uint64_t revision;
};

// Threads: devices() may be read from any thread, without waiting for anyone. Everything else belongs to
// one thread, the writer's. Nothing here does I/O or, on behalf of a device, looks at other devices.
class model {
public:
    static constexpr std::size_t pending_limit = 10'000;

    model(clock_source now, notice_sink tell);
    model(const model&) = delete;
    model& operator=(const model&) = delete;

    const device_table& devices() const noexcept { return table_; }

    // ---- the writer's

    // Counts from the next enrolment on; at first manual.
    void set_approval(approval_policy approval) noexcept { approval_ = approval; }

    // Devices see the changes as work() gets to them: each of them at once and whole.
    void apply(const object_changes& changes);

    // Renders, in small steps; false when nothing is left to do.
    bool work(std::size_t steps) { return renderer_.work(steps); }

    // R1 and R5: ok for a device that exists, created for one that has to wait, or that automatic approval
    // has let in with this very call, into the namespace `ns`.
    outcome enrol(std::string_view id, std::string_view ns, const enrolment& body);

    // R14: ok, not_found, not_approved or denied; anything but ok keeps the certificate from the device.
    outcome put_registration(std::string_view id, const registration& body);

    // R35: ok or not_found.
    outcome put_heartbeat(std::string_view id, const heartbeat& body);

    std::optional<device_description> describe(std::string_view id) const;
    fleet_counts counts() const;

    // Of the newest change to anything but times.
    std::uint64_t revision() const noexcept { return revision_; }
    // Of an object that is not a device or a request; 0 if there is none.
    std::uint64_t revision_of(const object_key& key) const;

private:
    using record_map = std::unordered_map<std::string, device_record, caseless_hash, caseless_equal>;

    void put(const std::shared_ptr<const edge_device>& device);
    void put(const std::shared_ptr<const signed_request>& request);
    void put(const std::shared_ptr<const edge_config>& config);
    void put(const std::shared_ptr<const playbook_execution>& execution);
    template <class Object>
    void put(const std::shared_ptr<const Object>& object);
    void remove(const object_key& key);

    device_record& add(std::string_view id);
    device_record* find(std::string_view id);
    void admit(device_record& device);
    void leave(device_record& device);
    void forget(device_record& device);
    void labels_changed(device_record& device);
    void refresh_offers(const playbook_offers::device_set& devices);
    void refresh_offer(device_record& device);

    void publish(device_record& device);
    std::unique_ptr<device_entry> known_entry(const device_record& device, const device_entry* before);
    void recount(const device_entry* entry, std::ptrdiff_t by);
    void tell_broken(const broken_part& broken);
    void tell(const device_record& device, std::string_view text) const;
    std::shared_ptr<const std::string> registration_of(const std::string& ns);
    void changed(device_record& device) { device.revision = ++revision_; }

    approval_policy approval_ = approval_policy::manual;
    const clock_source now_;
    const notice_sink tell_;

    device_table table_;
    renderer renderer_;
    playbook_offers offers_;
    record_map records_;
    std::map<object_key, std::uint64_t> revisions_;
    std::map<std::string, std::weak_ptr<const std::string>, std::less<>> registrations_; // by namespace
    fleet_counts counts_;
    std::uint64_t revision_ = 0;
};

} // namespace edgeconf::fleet
