#include "api/device/fuse.hpp"

#include <algorithm>

namespace edgeconf::api::device {
namespace {

constexpr std::int64_t bucket_number(fuse::time_point now, std::chrono::minutes bucket_time) {
    return now.time_since_epoch() / bucket_time;
}

} // namespace

void fuse::seen(std::string_view device_id, time_point now) noexcept {
    const auto number = bucket_number(now, bucket_time);
    auto& current = seen_[static_cast<std::size_t>(number) % buckets];
    auto holds = current.number.load(std::memory_order_acquire);
    // Whoever wins the exchange empties the bucket. What others add meanwhile may be lost: a handful
    // of devices every ten minutes, and they come again within seconds.
    if (holds != number && current.number.compare_exchange_strong(holds, number, std::memory_order_acq_rel))
        current.devices.clear();
    current.devices.add(device_id);
}

fuse::verdict fuse::judge(std::string_view device_id, time_point now) {
    const std::lock_guard lock{mutex_};
    if (told_.contains(std::string{device_id})) return verdict::tell;
    if (blown_) {
        ++withheld_;
        return verdict::withhold;
    }
    forget_old(now);
    if (told_.size() >= limit(now)) {
        blown_ = true;
        withheld_ = 1;
        return verdict::blown_now;
    }
    told_.emplace(device_id, now);
    return verdict::tell;
}

void fuse::release() {
    const std::lock_guard lock{mutex_};
    blown_ = false;
    withheld_ = 0;
    told_.clear();
}

fuse::state fuse::look(time_point now) {
    const std::lock_guard lock{mutex_};
    if (!blown_) forget_old(now);
    return {blown_, told_.size(), count_seen(now), limit(now), withheld_};
}

void fuse::change(fuse_settings settings) {
    const std::lock_guard lock{mutex_};
    settings_ = settings;
}

std::uint64_t fuse::count_seen(time_point now) const {
    const auto number = bucket_number(now, bucket_time);
    model::distinct_count all;
    for (const auto& b : seen_) {
        const auto holds = b.number.load(std::memory_order_acquire);
        if (holds >= 0 && number - holds < static_cast<std::int64_t>(buckets)) all.merge(b.devices);
    }
    return all.estimate();
}

void fuse::forget_old(time_point now) {
    std::erase_if(told_, [&](const auto& each) { return now - each.second >= settings_.window; });
}

std::uint64_t fuse::limit(time_point now) const {
    return std::max<std::uint64_t>(settings_.minimum, count_seen(now) * settings_.percent / 100);
}

} // namespace edgeconf::api::device
