#include "http/open_connections.hpp"

namespace edgeconf::http {

peer_key key_of(const boost::asio::ip::address& remote) {
    if (remote.is_v4()) return remote.to_v4().to_uint();
    const auto bytes = remote.to_v6().to_bytes();
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < sizeof prefix; ++i) prefix = prefix << 8 | bytes[i];
    return prefix;
}

open_connections::answer open_connections::enter(peer_key key, std::size_t most, std::size_t most_of_peer) {
    if (most_of_peer == 0) key.reset();
    const std::lock_guard lock{mutex_};
    if (total_ >= most) return {std::nullopt, full::total};
    if (key) {
        auto& of_peer = of_peer_[*key];
        if (of_peer >= most_of_peer) return {std::nullopt, full::peer};
        ++of_peer;
    }
    ++total_;
    return {place{*this, key}, {}};
}

std::size_t open_connections::total() const {
    const std::lock_guard lock{mutex_};
    return total_;
}

void open_connections::leave(peer_key key) noexcept {
    const std::lock_guard lock{mutex_};
    --total_;
    if (!key) return;
    const auto of_peer = of_peer_.find(*key);
    if (--of_peer->second == 0) of_peer_.erase(of_peer);
}

} // namespace edgeconf::http
