// Names of devices and namespaces (R19). A device picks its own id, so an id is hostile until it has
// passed here; ids that differ only in case count as the same device's. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace edgeconf::fleet {

// 1 to 253 of A-Z a-z 0-9 . _ : -, and neither "." nor "..".
bool is_device_id(std::string_view text) noexcept;

// A DNS label: 1 to 63 of a-z 0-9 -, a letter or digit at both ends.
bool is_namespace(std::string_view text) noexcept;

// Hash and equality that do not see case, for tables whose keys are ids. The seed keeps a device from
// choosing ids that all land in one bucket.
class caseless_hash {
public:
    using is_transparent = void;

    explicit caseless_hash(std::uint64_t seed = 0) noexcept : seed_{seed} {}
    std::size_t operator()(std::string_view text) const noexcept;

private:
    std::uint64_t seed_;
};

// For caseless_hash: another one each time.
std::uint64_t random_seed();

struct caseless_equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;
};

} // namespace edgeconf::fleet
