#include "provider/slow_calls.hpp"

namespace edgeconf::provider {

bool slow_calls::add(time_point now, std::chrono::nanoseconds took, std::uint64_t calls) noexcept {
    last_[count_++ % too_many] = {now, took, calls};
    if (count_ < too_many) return false;
    const auto& first = last_[count_ % too_many];
    if (now - first.at > window) return false;
    std::chrono::nanoseconds together{0};
    for (const auto& c : last_) together += c.took;
    const auto meanwhile = calls >= first.number ? calls - first.number + 1 : 1;
    return together >= too_long || meanwhile <= too_many * one_in;
}

} // namespace edgeconf::provider
