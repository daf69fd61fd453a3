#include "fleet/fragment.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

shared_fragment make_fragment(std::string bytes) {
    const auto hash = sha256(bytes);
    return std::make_shared<const fragment>(fragment{std::move(bytes), hash});
}

shared_fragment make_fragment(const boost::json::object& content) {
    return make_fragment(boost::json::serialize(content));
}

void fragment_pool::share(shared_fragment& made) {
    auto& slot = known_[made->hash];
    if (auto same = slot.lock()) {
        made = std::move(same);
        return;
    }
    slot = made;
    if (known_.size() >= sweep_at_) forget_expired();
}

// Twice what is left has to come before the next sweep, so sweeping costs each fragment a constant.
void fragment_pool::forget_expired() {
    std::erase_if(known_, [](const auto& each) { return each.second.expired(); });
    sweep_at_ = std::max<std::size_t>(64, 2 * known_.size());
}

} // namespace edgeconf::fleet
