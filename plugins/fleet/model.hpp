// The fleet: who may join, who is who, what each device runs and how it is. The meaning behind the six
// device calls; bodies are parsed and answers are shaped elsewhere.
#pragma once

#include "fleet/catalogue.hpp"
#include "fleet/device_record.hpp"
#include "fleet/device_table.hpp"
#include "fleet/finding.hpp"
#include "fleet/objects.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
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

// Something for the operator's log. Texts name objects and fields, never values of Secrets.
struct notice {
    severity level;
    std::string_view device;
    std::string_view text;
};

// Called under the model's lock: must not call back, must not block.
using notice_sink = std::function<void(const notice&)>;

struct fleet_counts {
    std::size_t known = 0;
    std::size_t pending = 0;
    std::size_t denied = 0;
    std::size_t unconfigured = 0; // known, and nothing to serve: something they need is missing
    std::size_t stale = 0;        // known, and served what they had before something went missing
};

// Threads: every function may be called from any thread. find() waits for no writer; the others come one
// at a time, and none does I/O or looks at all devices. Configurations are rendered when a device appears
// or its labels change, so find() only hands out what is ready.
class model {
public:
    static constexpr std::size_t pending_limit = 10'000;

    // Renders every device's configuration. What cannot be rendered goes to `tell` as a warning.
    model(object_set objects, approval_policy approval, clock_source now, notice_sink tell);
    model(const model&) = delete;
    model& operator=(const model&) = delete;

    // R1 and R5: ok for a device that exists, created for one that has to wait, or that automatic approval
    // has let in with this very call, into the namespace `ns`.
    outcome enrol(std::string_view id, std::string_view ns, const enrolment& body);

    // R14: ok, not_found, not_approved or denied; anything but ok keeps the certificate from the device.
    outcome put_registration(std::string_view id, const registration& body);

    // R35: ok or not_found.
    outcome put_heartbeat(std::string_view id, const heartbeat& body);

    // Null for an id that was never seen, also when it is known in another spelling.
    entry_ptr find(std::string_view id) const;

    // A copy of what is known of a device.
    std::optional<device_status> status(std::string_view id) const;

    fleet_counts counts() const;

private:
    using record_map = std::unordered_map<std::string, device_record, caseless_hash, caseless_equal>;

    void admit_all();
    void admit_request(const signed_request& request);
    device_record& add(std::string_view id, device_record record);
    void publish(std::string_view id, device_record& record);
    entry_ptr known_entry(std::string_view id, const device_record& record, const device_entry* before);
    void warn(std::string_view id, std::string_view text);
    void recount(const device_entry* before, const device_entry& after);

    const catalogue catalogue_;
    const approval_policy approval_;
    const clock_source now_;
    const notice_sink tell_;

    device_table table_;
    mutable std::mutex write_; // guards what follows, and every table_.put()
    record_map records_;
    fleet_counts counts_;
    std::size_t warnings_ = 0; // while loading
    bool loaded_ = false;
};

} // namespace edgeconf::fleet
