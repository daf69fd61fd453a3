#include "fleet/departures.hpp"

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::chrono::minutes lately{10};
constexpr std::size_t noticeable = 100;

bool are_too_many(std::size_t gone, std::size_t of) {
    return (gone > 1 && gone * 2 > of) || (gone > noticeable && gone * 10 > of);
}

} // namespace

std::vector<std::string> departures::take(std::vector<std::string> gone, std::size_t known, time_point now) {
    std::erase_if(lately_, [&](const auto& each) { return each.at < now - lately; });
    std::size_t earlier = 0;
    for (const auto& each : lately_) earlier += each.number;
    if (held_.empty() && !are_too_many(gone.size() + earlier, known + earlier)) {
        if (!gone.empty()) lately_.push_back({now, gone.size()});
        return gone;
    }
    const bool first = held_.empty();
    for (auto& id : gone) held_.insert(std::move(id));
    if (first) told_ = held_;
    return {};
}

void departures::is_back(std::string_view id) {
    const auto drop = [id](auto& from) {
        if (const auto found = from.find(id); found != from.end()) from.erase(found);
    };
    drop(held_);
    drop(told_);
}

std::optional<std::vector<std::string>> departures::accept() {
    if (held_.empty()) return std::vector<std::string>{};
    if (!std::includes(told_.begin(), told_.end(), held_.begin(), held_.end())) {
        told_ = held_;
        return std::nullopt;
    }
    lately_.clear();
    told_.clear();
    const auto accepted = std::exchange(held_, {});
    return std::vector<std::string>{accepted.begin(), accepted.end()};
}

} // namespace edgeconf::fleet
