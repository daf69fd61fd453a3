// What is remembered of one device's hardware, and how a report changes it (R36). The record is small;
// reading or changing it takes a codec.
#pragma once

#include "fleet/hardware_codec.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>

namespace edgeconf::fleet {

// Hardware that a device sent, with a fingerprint by which the same report is recognised when it comes again.
// Computing that takes longer than anything that is done with an unchanged report, so make one of these
// before taking a lock.
class hardware_report {
public:
    hardware_report() = default; // none was sent

    // `hardware`: as keep_known() leaves it.
    hardware_report(boost::json::object hardware);

    const boost::json::object& hardware() const noexcept { return hardware_; }
    std::uint64_t fingerprint() const noexcept { return fingerprint_; }

private:
    boost::json::object hardware_;
    std::uint64_t fingerprint_ = 0;
};

struct hardware_record {
    compact_hardware known;
    std::uint64_t last_report = 0; // which report, under which limit, was merged last; not worth storing
};

enum class hardware_change : std::uint8_t {
    none,
    changed,
    replaced, // what was known could not be unpacked; now it is the report alone
};

// Merges `report` as merge_hardware() does, within `limit` bytes of text (at most hardware_text_limit).
// The same report again costs a comparison.
// From the thread that may pack.
hardware_change absorb_report(hardware_record& record, const hardware_report& report, std::size_t limit,
                              hardware_codec& codec);

} // namespace edgeconf::fleet
