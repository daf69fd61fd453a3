// What a check's process is doing, readable after it has crashed or was killed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

// Lives in memory that the process shares with the one that forked it.
class activity_board {
public:
    // Where the process is: "in get_playbooks of camera-1", "waiting for start of the instance"; the oldest
    // first.
    std::vector<std::string> open() const;
    // For the next process.
    void clear() noexcept;

private:
    friend class activity;
    struct place {
        std::atomic<bool> taken{false};
        std::uint64_t number = 0; // the later, the higher
        std::array<char, 120> text{};
    };
    std::array<place, 128> places_;
    std::atomic<std::uint64_t> last_number_{0};
};

// Mapped, shared with the processes forked later; lives as long as this one.
activity_board& shared_activity_board();

// "create", "get_configuration of camera-1": while it is in scope, the process is in there, or as `how` says.
class activity {
public:
    explicit activity(std::string_view what, std::string_view how = "in ") noexcept;
    ~activity();
    activity(const activity&) = delete;
    activity& operator=(const activity&) = delete;

private:
    activity_board::place* place_ = nullptr;
};

} // namespace edgeconf::check
