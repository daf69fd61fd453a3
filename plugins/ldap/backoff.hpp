// How long to wait before a directory is tried again.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace edgeconf::ldap {

// Pauses that double from 0.25 s to 15 s. Of each, up to a half is left out at random, so that hosts that
// lost a server together do not come back together.
class backoff {
public:
    static constexpr std::chrono::milliseconds shortest{250};
    static constexpr std::chrono::milliseconds longest{15'000};

    explicit backoff(std::minstd_rand::result_type seed) : random_{seed} {}

    std::chrono::milliseconds next() {
        const auto whole = std::exchange(pause_, std::min(2 * pause_, longest));
        return std::chrono::milliseconds{
            std::uniform_int_distribution{whole.count() / 2, whole.count()}(random_)};
    }

    // An attempt has succeeded: the next pause is a short one again.
    void reset() noexcept { pause_ = shortest; }

private:
    std::minstd_rand random_;
    std::chrono::milliseconds pause_ = shortest;
};

} // namespace edgeconf::ldap
