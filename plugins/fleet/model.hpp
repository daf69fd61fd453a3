// The fleet: who may join, who is who, what each device runs and how it is. The meaning behind the six
// device calls; bodies are parsed and answers are shaped elsewhere.
#pragma once

#include "fleet/csr_key.hpp"
#include "fleet/device_record.hpp"
#include "fleet/device_table.hpp"
#include "fleet/event_log.hpp"
#include "fleet/hardware_codec.hpp"
#include "fleet/identity.hpp"
#include "fleet/imported_fleet.hpp"
#include "fleet/model_settings.hpp"
#include "fleet/object_changes.hpp"
#include "fleet/playbook_offers.hpp"
#include "fleet/renderer.hpp"
#include "fleet/shared_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edgeconf::fleet {

enum class outcome {
    ok,
    created,      // recorded, or still waiting
    not_found,    // never seen
    not_approved, // seen and waiting, or removed
    denied,
    other_key,   // the device is pinned to another key (R20)
    case_twin,   // another device has this id in another spelling
    too_many,    // as many are waiting as may wait
    in_manifest, // a manifest says otherwise: change that
};

// What enrolling comes to for a device that is there already, asked under `id`.
outcome enrolled(const device_entry& device, std::string_view id);

// A line for the operator's log. Texts name objects and fields, never values of Secrets.
struct notice {
    event_type level;
    object_key about;
    std::string_view text;
};

// Must not call back, must not block.
using notice_sink = std::function<void(const notice&)>;

struct fleet_counts {
    std::size_t known = 0;
    std::size_t pending = 0;
    std::size_t denied = 0;
    std::size_t removed = 0;
    std::size_t unconfigured = 0; // known, and nothing to serve: something they need is missing
    std::size_t stale = 0;        // known, and served what they had before something went missing
    std::size_t broken = 0;       // objects that cannot be rendered
    std::size_t offline = 0;      // known, heard once, and not for too long
    std::size_t not_polling = 0;  // known, heard, and never asking for a configuration
};

// A copy of what is known of a device.
struct device_description {
    std::string ns;    // of a pending device: where it wants to be
    string_map labels; // with the virtual ones: workload/<name> = true for each workload that it runs
    device_state state;
    std::optional<join_request> request;
    std::string hardware; // JSON in the wire's spelling, or empty
    identity_pin pin;
    device_status status;
    unix_seconds last_seen;
    std::string rendered_version; // of what it is served
    bool in_sync;                 // it runs what it is served
    std::uint64_t revision;
};

// Threads: devices() may be read from any thread, without waiting for anyone. Everything else belongs to
// one thread, the writer's. Nothing here does I/O or, on behalf of a device, looks at other devices.
class model {
public:
    model(clock_source now, notice_sink tell);
    model(const model&) = delete;
    model& operator=(const model&) = delete;

    const device_table& devices() const noexcept { return table_; }
    unix_seconds now() const { return to_seconds(now_()); } // any thread

    // ---- the writer's: settings, objects, time

    // Counts from the next call on.
    void configure(model_settings settings);

    // Devices see the changes as work() gets to them: each of them at once and whole.
    void apply(const object_changes& changes);

    // Renders, in small steps; false when nothing is left to do.
    bool work(std::size_t steps) { return renderer_.work(steps); }

    // Notices what has not happened: to be called every second or so.
    void tick();

    // ---- the writer's: what devices ask

    // R1, R5, R7a: ok for a device that exists; created for one that has to wait, or that has been let in
    // with this very call, into the namespace `ns`.
    outcome enrol(std::string_view id, std::string_view ns, const enrolment& body,
                  const heartbeat_digest& told);

    // R14, R20: ok, not_found, not_approved, denied or other_key; anything but ok keeps the certificate from
    // the device. `key` is that of its certificate request, or why it has none: such a device is let through
    // unpinned as long as no key is confirmed, since the Edge API has found the request good enough to sign.
    outcome put_registration(std::string_view id, const registration& body, const csr_key& key);

    // R35: ok or not_found. `told` is the digest of the body, as for enrol().
    outcome put_heartbeat(std::string_view id, const heartbeat& body, const heartbeat_digest& told);

    // A device for which calls_matter has made a call that takes its certificate.
    void called(std::string_view id);

    // ---- the writer's: what administrators do. `actor` stands in the events: "user:..."

    // Lets the device in, whatever it was before (R7a); into the namespace and set given, else those asked
    // for, else the namespace that it was in. A manifest's namespace goes before all of them.
    outcome approve(std::string_view id, std::string_view ns, std::string_view set, std::string_view actor);
    // Puts it on the deny-list, known or not; but for one that was removed, which is not_approved: it is out,
    // and has to be told to wipe itself as long as it asks.
    outcome deny(std::string_view id, std::string_view actor);
    // Leaves a tombstone: the device is told to wipe itself. Not for one whose EdgeDevice is in a manifest,
    // or that is denied.
    outcome decommission(std::string_view id, std::string_view actor);
    // Drops what is known of the device, denials and tombstones apart; it keeps what it runs. Not for one
    // that a manifest names, as EdgeDevice or as request.
    outcome forget(std::string_view id, std::string_view actor);
    // The next key that registers is the device's.
    outcome reset_identity(std::string_view id, std::string_view actor);

    // ---- the writer's: what is stored. Without these the model keeps everything to itself.

    // Before anything happens that has not been stored.
    void restore(const event& happened);
    // Before devices call, and after the settings and all objects but devices and requests are there.
    void restore(const stored_device& device);

    // Takes over a device of another fleet, with all that is known of it. One that is here already stays as
    // it is, unless it is a manifest's that has not said anything yet: then it is the same one, on its move
    // here. Empty, or why it is not taken over.
    std::string adopt(const imported_device& device);

    // From here on changes of what is kept are remembered until they are saved, and a device whose membership
    // or any other part is not saved yet is seen by readers as it was before.
    void remember_changes(kept_parts keeps = {});

    // What has changed since saved(); borrowed until the next call of anything.
    unsaved_changes unsaved() const;
    // All that unsaved() gave is stored: readers may see it. But for the devices whose ids are in
    // `overtaken`: what was not saved of these is dropped, and replace() of all parts or vanish() comes next.
    void saved(const std::set<std::string, std::less<>>& overtaken = {});
    bool has_unsaved() const noexcept;
    // Something is that may not be acknowledged before it is stored: an enrolment, an approval, a key.
    bool has_unsaved_membership() const noexcept { return unsaved_membership_; }
    // The same of this device.
    bool has_unsaved_membership(std::string_view id) const;

    // ---- the writer's: what others have done to a store that is shared

    // Takes over `part` of the device as it is stored now; all of one that is not known. What of that part is
    // not saved yet is dropped; if that is `told` alone, a membership that was to be saved still is, since it
    // may also say what is given here. That the device is not in any more is seen at once: it is stored.
    // Throws document_damaged, and then nothing has changed.
    struct replacement {
        std::uint32_t number = 0; // 0: it is left out, since it differs from another one in case alone
        bool has_dropped = false; // something that was not saved
    };
    replacement replace(const stored_device& now, device_part part);

    // It is not stored any more, or never could be: it is forgotten. True if something was dropped that was
    // not saved.
    bool vanish(std::string_view id);

    // Whether anything is known of exactly this id, published or not.
    bool knows(std::string_view id) const;

    // Notes that something happened to what is no device and no object of the fleet: its sources.
    void note_source(event_type level, std::string_view source, std::string_view reason,
                     std::string_view text);

    std::optional<device_description> describe(std::string_view id) const;
    fleet_counts counts() const;
    const event_log& events() const noexcept { return events_; }

    const hardware_codec& codec() const noexcept { return codec_; } // for unpacking, on any thread

    // Of the newest change to anything but times.
    std::uint64_t revision() const noexcept { return revision_; }
    // Of an object that is not a device or a request; 0 if there is none.
    std::uint64_t revision_of(const object_key& key) const;

private:
    // What was stored of a device, as far as it was known here, before it is replaced.
    struct seen_before {
        device_state state;
        identity_pin pin;
        unix_seconds asked; // 0: it has not
    };

    struct acknowledged_here {
        identity_pin pin;
        playbook_history playbooks;
    };

    using record_map = std::unordered_map<std::string, device_record, caseless_hash, caseless_equal>;

    void put(const std::shared_ptr<const edge_device>& device);
    void put(const std::shared_ptr<const signed_request>& request);
    void put(const std::shared_ptr<const edge_config>& config);
    void put(const std::shared_ptr<const playbook_execution>& execution);
    template <class Object>
    void put(const std::shared_ptr<const Object>& object);
    void remove(const object_key& key);

    device_record* find(std::string_view id); // in whatever spelling
    device_record* find_exactly(std::string_view id);
    device_record& add(std::string_view id);
    device_record* named(const object_key& key);
    void ask(device_record& device, std::string_view ns, std::string_view set);
    void move(device_record& device, std::string_view ns);
    void introduced(device_record& device, const enrolment& body);
    void admit(device_record& device);
    void withdraw(device_record& device);
    void leave(device_record& device, device_state state);
    void strip(device_record& device);
    void drop(device_record& device);
    void read(device_record& into, std::string_view membership, std::string_view status,
              const compact_hardware& hardware);
    void enter(device_record& device, const std::shared_ptr<const shared_body>& stale);
    void has_asked(device_record& device) const;
    void take_given(device_record& device, device_record& there, const seen_before& before);
    static acknowledged_here acknowledged_of(device_record& device);
    void hold_on_to(device_record& device, const acknowledged_here& what);
    void take_told(device_record& device, device_record& there, bool has_reports);
    void resettle(device_record& device, const std::string& ns);
    void become(device_record& device, device_state state, const seen_before& before);
    seen_before seen(const device_record& device) const;
    bool drop_unsaved(device_record& device);
    void keep(device_record& device, aspect what);
    const device_entry* entry_of(const device_record& device) const;
    void note_heard(device_record& device);
    void remember_heard(const device_record& device, unix_seconds at);
    unix_seconds heard_elsewhere(const device_record& device, unix_seconds at) const;
    void clock_was_set_back();
    unix_seconds deadline(const device_record& device, std::chrono::seconds patience) const;

    bool rejudge(device_record& device, const hardware_report& hardware);
    bool offer_key(device_record& device, const csr_key& key);
    void labels_changed(device_record& device);
    void refresh_offers(const playbook_offers::device_set& devices);
    void refresh_offer(device_record& device);
    void record_events(const device_record& device, const heartbeat& body);

    void due(device_record& device);
    std::optional<std::chrono::seconds> patience_with(const device_record& device) const;
    void watch(device_record& device);
    void heard(device_record& device);
    void certificate_used(device_record& device);
    void set_connection(device_record& device, connection now);
    void set_not_polling(device_record& device, bool now);

    void rendered(device_record& device);
    void publish(device_record& device);
    std::unique_ptr<device_entry> known_entry(const device_record& device, const device_entry* before);
    void recount(const device_entry* entry, std::ptrdiff_t by);
    std::shared_ptr<const std::string> registration_of(const std::string& ns);
    void changed(device_record& device) { device.revision = ++revision_; }

    void tell_ambiguous(const device_record& device);
    void tell_broken(const broken_part& broken);
    void tell(const object_key& about, event_type level, std::string_view reason, std::string_view text);
    void note(const device_record& device, event_type level, std::string_view reason, std::string_view text,
              std::string_view actor = "edgeconf");

    const clock_source now_;
    const notice_sink tell_;
    unix_seconds started_;
    unix_seconds last_tick_ = 0;
    unix_seconds jumped_ = 0; // to where the clock has jumped last; 0: it has not
    model_settings settings_;

    hardware_codec codec_;
    event_log events_;
    device_table table_;
    renderer renderer_;
    playbook_offers offers_;
    deadline_wheel<device_record> wheel_;
    record_map records_{0, caseless_hash{random_seed()}};
    std::map<object_key, std::uint64_t> revisions_;
    std::map<std::string, std::weak_ptr<const std::string>, std::less<>> registrations_; // by namespace
    fleet_counts counts_;
    std::uint64_t revision_ = 0;

    bool remembers_ = false;
    kept_parts keeps_;
    bool unsaved_membership_ = false;
    std::uint32_t last_number_ = 0;
    std::uint64_t saved_events_ = 0; // up to this sequence number
    boost::intrusive::list<device_record, boost::intrusive::base_hook<unsaved_hook>,
                           boost::intrusive::constant_time_size<false>>
        unsaved_;
    std::vector<std::uint32_t> gone_;
    std::vector<heard_device> heard_;
};

} // namespace edgeconf::fleet
