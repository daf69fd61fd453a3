// The part of a device-configuration-message that devices with the same settings and workloads have in
// common: everything but who the device is.
#pragma once

#include "fleet/encoding.hpp"
#include "fleet/fragment.hpp"
#include "fleet/reference.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct part;

// Immutable. What `pieces` views lives as long as this object.
struct shared_body {
    std::vector<std::string_view> pieces; // the value of "configuration" and the members after it
    digest hash;                          // stands for the pieces
    std::vector<std::string> workloads;   // names, sorted

    std::vector<shared_fragment> kept;
};

struct named_part {
    std::string_view name;
    const part* rendered;
};

// All parts have to be without problems; workloads sorted by name.
std::shared_ptr<const shared_body> assemble(const part& settings, const std::vector<named_part>& workloads);

// For a body that outlives the process (R30): its content in one text, and the body that has this content,
// this hash and these names. The hash is taken as it is: it was made of the parts, which are not known any
// more.
std::string content_of(const shared_body& body);
std::shared_ptr<const shared_body> restore_body(std::string content, const digest& hash,
                                                std::vector<std::string> workloads);

// R21: says what the content says, on every host and after every restart. Lower-case hexadecimal.
using version_text = std::array<char, 32>;
version_text version_of(std::string_view device_id, const shared_body& body);

} // namespace edgeconf::fleet
