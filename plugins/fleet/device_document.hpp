// A device's record as JSON documents: how it is stored, and what a bundle says of it. The one place that
// knows both directions. Members that are absent are as in a new record, those that are not known are passed
// over, so a document of an older version reads as it should.
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

// namespace, state, request, labels given and reported, spec given, pin.
std::string membership_document(const device_record& device);
void read_membership(std::string_view document, device_record& into);

// What it has reported, and the history of its playbooks.
std::string status_document(const device_record& device);
void read_status(std::string_view document, device_record& into);

} // namespace edgeconf::fleet
