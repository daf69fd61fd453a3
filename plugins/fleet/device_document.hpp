// A device's record as JSON documents: how it is stored, and what a bundle says of it. The one place that
// knows both directions. Compact: what is empty is left out. Members that are absent are as in a new record,
// those that are not known are passed over, so a document of an older version reads as it should. Pure
// functions, from any thread.
//
// Reading sets what the documents have and nothing that follows from it: not `labels`, not `settings`, of the
// offer of playbooks only its history. A record that could not be read is not to be used.
#pragma once

#include "fleet/device_record.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// A document that cannot have been written here; what() names the member, never its value.
class document_damaged : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Who it is:
//
//   {"namespace": "", "state": "pending" | "denied" | "known" | "removed",
//    "request": {"namespace": "", "set": "", "model": "", "made": seconds, "decided": seconds},
//    "given": {labels}, "reported": {labels}, "spec": "JSON text, as given",
//    "pin": as identity_pin::text(), "nextKeyIsItsOwn": true}
std::string membership_document(const device_record& device);
void read_membership(std::string_view document, device_record& into);

// What it has reported, and the history of its playbooks; empty for one that has neither:
//
//   {"phase": "", "version": "", "registered": seconds,
//    "upgrade": {"commit": "", "status": "", "time": ""},
//    "workloads": {name: {"phase": "", "since": seconds, "upload": ""}},
//    "connection": "online" | "offline", "notPolling": true,
//    "playbooks": {"offers": count,
//                  "ran": {name: {"text": SHA-256 in base64, "status": "", "offered": count}}}}
std::string status_document(const device_record& device);
// The same without what heartbeats say, the history of playbooks apart; or without what each host sees for
// itself: whether the device is heard, and polls.
std::string lasting_status_document(const device_record& device);
std::string told_status_document(const device_record& device);
void read_status(std::string_view document, device_record& into);

} // namespace edgeconf::fleet
