// The bundle in which a fleet moves from one provider or host to another: JSON Lines, so that it is written
// and read as a stream, whatever its size. docs/bundle.md describes the format.
#pragma once

#include "fleet/imported_fleet.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

class findings;

inline constexpr int bundle_version = 1;

// Bytes of one line, that is, of one object or device.
inline constexpr std::size_t bundle_line_limit = 32u << 20;

// Some whole lines of a bundle.
struct bundle_page {
    std::string text;
    std::string next; // what to ask for next; empty after the last page
};

// The page at `from`: empty for the first, else what came as `next`. It is as long as it takes to reach
// `enough` bytes, so longer by one manifest file or device at most. The first begins with the header, which
// says that the bundle was made `now`; the last ends with the line by which a torso is recognised. A bundle
// is whole only if all its pages come from the same store.
//
// Secrets are in clear. From the thread that may page through the store; throws store_problem, and
// std::invalid_argument for a `from` that never was a `next`.
bundle_page make_bundle_page(std::string_view from, std::size_t enough, unix_seconds now, store& fleet,
                             const hardware_codec& codec);

// The fleet of a bundle. However hostile the text, it takes no more memory than the values of one line
// besides the fleet itself. All that is wrong is in `found`, with file and line; then there is no fleet.
imported_fleet read_bundle(const std::filesystem::path& file, findings& found);

} // namespace edgeconf::fleet
