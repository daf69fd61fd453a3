// How many connections are open, in total and from each peer.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace edgeconf::http {

// Who counts as one peer: an IPv4 address, or the first 64 bits of an IPv6 address, for whoever has one
// IPv6 address has all of those. Unix sockets have no peer.
using peer_key = std::optional<std::uint64_t>;
peer_key key_of(const boost::asio::ip::address& remote);

// Counts for one endpoint, which is either IPv4 or IPv6. Thread-safe; outlives its places.
class open_connections {
public:
    // A place among the connections, given back when it is destroyed.
    class place {
    public:
        place(place&& other) noexcept : among_{std::exchange(other.among_, nullptr)}, key_{other.key_} {}
        place& operator=(place&&) = delete;
        ~place() {
            if (among_ != nullptr) among_->leave(key_);
        }

    private:
        friend class open_connections;
        place(open_connections& among, peer_key key) noexcept : among_{&among}, key_{key} {}
        open_connections* among_;
        peer_key key_;
    };

    enum class full { total, peer };
    struct answer {
        std::optional<place> taken;
        full why = full::total; // where none is taken
    };

    // At most `most` in total, and `most_of_peer` of one peer; 0 there means no limit, and then peers
    // are not counted.
    answer enter(peer_key key, std::size_t most, std::size_t most_of_peer);

    std::size_t total() const;

private:
    void leave(peer_key key) noexcept;

    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::unordered_map<std::uint64_t, std::size_t> of_peer_; // no entry at 0
};

} // namespace edgeconf::http
