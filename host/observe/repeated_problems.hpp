// Which problems were told lately, and how often they came again since.
#pragma once

#include "observe/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::observe {

// Thread-safe. Time is the caller's. Bounded: kinds are named by code, and past `most_kinds` further
// ones share one entry.
class repeated_problems {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit repeated_problems(std::chrono::steady_clock::duration quiet_time) : quiet_time_{quiet_time} {}

    // Whether to tell this one: then, how many were left out since the last that was told.
    std::optional<std::uint64_t> meet(std::string_view kind, level severity, time_point now);

    struct left {
        std::string kind;
        level severity;
        std::uint64_t left_out;
    };
    // What was left out and is due, and forgets kinds that stopped.
    std::vector<left> settle(time_point now);

    static constexpr std::size_t most_kinds = 256;

private:
    struct entry {
        time_point told;
        level severity;
        std::uint64_t left_out = 0;
    };

    const std::chrono::steady_clock::duration quiet_time_;
    std::mutex mutex_;
    std::map<std::string, entry, std::less<>> kinds_;
};

} // namespace edgeconf::observe
