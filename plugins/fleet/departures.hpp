// Devices that are not in a shared store any more, without anybody having said that they are removed. A few
// of them are an edit; many are a store that was emptied, or restored from half a backup: these are held
// until an administrator accepts it, or they are back.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// One thread at a time.
class departures {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // `gone` have gone at once, `known` is how many devices there were. Returns those that can be forgotten:
    // all or none. Too many are, within ten minutes, more than one if that is more than half of all, and more
    // than a hundred if that is more than a tenth; and whatever goes while some are held.
    std::vector<std::string> take(std::vector<std::string> gone, std::size_t known, time_point now);

    // It is in the store again.
    void is_back(std::string_view id);

    std::size_t held() const noexcept { return held_.size(); }

    // All that are held and were told when accept() was asked last, or when the first of them went; nothing
    // if there are more by now: these are told from here on. What was accepted does not count as gone lately.
    std::optional<std::vector<std::string>> accept();

private:
    struct departure {
        time_point at;
        std::size_t number;
    };

    std::deque<departure> lately_; // that were let go
    std::set<std::string, std::less<>> held_;
    std::set<std::string, std::less<>> told_;
};

} // namespace edgeconf::fleet
