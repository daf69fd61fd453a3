#include "observe/repeated_problems.hpp"

#include <utility>

namespace edgeconf::observe {

std::optional<std::uint64_t> repeated_problems::meet(std::string_view kind, level severity, time_point now) {
    const std::lock_guard lock{mutex_};
    auto found = kinds_.find(kind);
    if (found == kinds_.end() && kinds_.size() >= most_kinds) {
        kind = "other";
        found = kinds_.find(kind);
    }
    if (found == kinds_.end()) {
        kinds_.emplace(std::string{kind}, entry{now, severity});
        return 0;
    }
    auto& known = found->second;
    if (now - known.told < quiet_time_) {
        ++known.left_out;
        return std::nullopt;
    }
    known.told = now;
    known.severity = severity;
    return std::exchange(known.left_out, 0);
}

std::vector<repeated_problems::left> repeated_problems::settle(time_point now) {
    std::vector<left> due;
    const std::lock_guard lock{mutex_};
    for (auto it = kinds_.begin(); it != kinds_.end();) {
        auto& known = it->second;
        if (now - known.told < quiet_time_) {
            ++it;
            continue;
        }
        if (known.left_out == 0) {
            it = kinds_.erase(it);
            continue;
        }
        due.push_back({it->first, known.severity, std::exchange(known.left_out, 0)});
        known.told = now;
        ++it;
    }
    return due;
}

} // namespace edgeconf::observe
