#include "fleet/heartbeat_digest.hpp"

#include "fleet/encoding.hpp"

#include <algorithm>

namespace edgeconf::fleet {

using namespace std::chrono_literals;

heartbeat_digest digest_of(std::string_view body) {
    const auto whole = sha256(body);
    heartbeat_digest half;
    std::copy_n(whole.begin(), half.size(), half.begin());
    return half;
}

std::chrono::milliseconds last_heartbeat::retry_window(std::chrono::seconds period) noexcept {
    constexpr auto last_attempt = 3 * 5s + 300ms;
    constexpr auto on_the_way = 700ms;
    constexpr std::chrono::milliseconds longest = last_attempt + on_the_way;
    if (period <= 0s || period > 60s) return longest; // far from the bound, and no overflow
    return std::min(longest, std::chrono::milliseconds{period} * 3 / 4);
}

novelty last_heartbeat::compare(const heartbeat_digest& body, std::chrono::system_clock::time_point now,
                                std::chrono::seconds period) const noexcept {
    if (body != body_) return novelty::changed;
    const bool is_soon = now >= applied_ && now - applied_ < retry_window(period);
    return is_soon ? novelty::retried : novelty::repeated;
}

void last_heartbeat::remember(const heartbeat_digest& body,
                              std::chrono::system_clock::time_point now) noexcept {
    body_ = body;
    applied_ = now;
}

} // namespace edgeconf::fleet
