#include "fleet/hardware_record.hpp"

#include "fleet/encoding.hpp"
#include "fleet/hardware.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstring>
#include <optional>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

// A good hash: two reports that a device sends one after the other differ in little.
std::uint64_t fingerprint_of(const json::object& hardware) {
    const auto hash = sha256(json::serialize(hardware));
    std::uint64_t first = 0;
    static_assert(sizeof first <= sizeof hash);
    std::memcpy(&first, hash.data(), sizeof first);
    return first;
}

std::optional<json::object> parsed_object(const std::string& text) {
    if (text.empty()) return json::object{};
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

} // namespace

hardware_report::hardware_report(json::object hardware)
    : hardware_{std::move(hardware)}, fingerprint_{hardware_.empty() ? 0 : fingerprint_of(hardware_)} {}

hardware_change absorb_report(hardware_record& record, const hardware_report& report, std::size_t limit,
                              hardware_codec& codec) {
    // A report that was cut to one limit may have more to give under another.
    const auto mark = report.fingerprint() ^ limit;
    if (report.hardware().empty() || record.last_report == mark) return hardware_change::none;
    const auto text = codec.unpack(record.known);
    auto known = text ? parsed_object(*text) : std::nullopt;
    if (known && !merge_hardware(*known, report.hardware())) {
        record.last_report = mark;
        return hardware_change::none;
    }
    const bool readable = known.has_value();
    if (!readable) merge_hardware(known.emplace(), report.hardware());
    const auto merged = bounded_hardware(std::move(*known), limit);
    const bool same = readable && merged == *text; // all that was new had to go again
    if (!same) record.known = codec.pack(merged);
    record.last_report = mark;
    if (!readable) return hardware_change::replaced;
    return same ? hardware_change::none : hardware_change::changed;
}

} // namespace edgeconf::fleet
