// A fleet put together from what is read of it: objects as manifests, devices as another fleet remembers
// them. EdgeDevices and EdgeDeviceSignedRequests become devices here.
#pragma once

#include "fleet/identity.hpp"
#include "fleet/imported_fleet.hpp"
#include "fleet/manifest_cache.hpp"
#include "fleet/object_collector.hpp"
#include "fleet/objects.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace edgeconf::fleet {

class findings;
struct device_record;
struct manifest;

// What does not fit is an error in `found`, with file and line; then there is no fleet. One thread at a time.
class import_builder {
public:
    import_builder(std::shared_ptr<const std::string> file, findings& found);

    // One object, checked as manifests are. A finding names the line where it begins. False if the object is
    // left out or refused.
    bool object(const cached_manifest& from);

    // A device as its fleet remembers it, documents read and checked already.
    void device(std::uint32_t line, imported_device device);

    void note(std::string text) { fleet_.notes.push_back(std::move(text)); }

    // Of the objects so far.
    const playbook_objects& playbooks() const noexcept { return playbooks_; }

    // Merges what objects say of devices into these.
    //
    // The device's own line goes first: one that was denied or removed stays so, whatever objects say, and
    // nothing is added to one that was removed, which comes back as a new one if at all (R7a). One that
    // waits is let in by an EdgeDevice, which is an approval, and declined by a request that is (R7a). The
    // labels and the spec of an EdgeDevice become those given to the device, labels that come from hardware
    // those reported: so they stay when nobody has the manifest any more (R17).
    //
    // Without a line it is as if the objects were manifests: known if there is an EdgeDevice or an approved
    // request (R5), unless the request is declined; else it waits.
    imported_fleet result() &&;

private:
    // What objects say of one device, and what their types leave out.
    struct manifested {
        std::uint32_t line = 0;
        std::shared_ptr<const edge_device> device;
        std::shared_ptr<const signed_request> request;
        std::string spec; // JSON; empty: none
        std::string model_name;
        unix_seconds made = 0;
        unix_seconds decided = 0;
    };
    struct place {
        std::size_t index; // in fleet_.devices
        std::uint32_t line;
    };

    bool keep(manifest&& from, const std::string& text);
    void keep_device(const std::shared_ptr<const edge_device>& device, manifested&& read);
    void keep_request(const std::shared_ptr<const signed_request>& request, manifested&& read);
    void read_device_manifest(const manifest& from, manifested& into);
    void read_request_manifest(const manifest& from, manifested& into);
    void merge(const std::string& id, const manifested& from);

    std::shared_ptr<const std::string> file_;
    findings& found_;
    object_collector collector_;
    playbook_objects playbooks_;
    std::map<std::string, manifested> manifested_; // by id
    std::unordered_map<std::string, place, caseless_hash, caseless_equal> places_;
    imported_fleet fleet_;
};

} // namespace edgeconf::fleet
