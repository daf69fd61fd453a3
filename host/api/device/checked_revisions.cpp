#include "api/device/checked_revisions.hpp"

#include <functional>

namespace edgeconf::api::device {
namespace {

std::uint64_t key(std::string_view device_id, std::string_view revision) {
    const std::hash<std::string_view> hash;
    const auto high = hash(device_id);
    return high ^ (hash(revision) + 0x9e3779b97f4a7c15ULL + (high << 6) + (high >> 2));
}

} // namespace

bool checked_revisions::contains(std::string_view device_id, std::string_view revision) const {
    return !revision.empty() && seen_.contains(key(device_id, revision));
}

void checked_revisions::insert(std::string_view device_id, std::string_view revision) {
    if (revision.empty()) return;
    if (seen_.size() >= most_) seen_.clear();
    seen_.insert(key(device_id, revision));
}

} // namespace edgeconf::api::device
