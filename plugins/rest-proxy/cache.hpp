// Answers that were given before, kept for a while: what is fresh saves the call, what is old is better than
// none.
#pragma once

#include "fleet/identity.hpp"
#include "rest-proxy/settings.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgeconf::rest_proxy {

using clock = std::chrono::steady_clock;

// The calls whose answers are kept.
enum class read : std::uint8_t { configuration, registration, playbooks };

// As it is handed to the host. Never changes.
struct kept_answer {
    std::string body;
    std::string revision;
};

// One answer's name. The namespace is part of it, and the id as it is spelled: an upstream may look at them.
struct cache_key {
    read what{};
    std::string_view ns;
    std::string_view device_id;
};

enum class freshness {
    none,  // nothing is kept
    fresh, // serve it
    stale, // serve it, and ask for a new one
    old,   // ask; serve it where no answer comes
};

struct found_answer {
    freshness how = freshness::none;
    std::shared_ptr<const kept_answer> what;
    std::chrono::milliseconds age{0};
};

// Ids that differ only in case are one device (R19): they share its room, what has changed of it and what is
// forgotten. An answer serves only the spelling that it was given to, since an upstream may tell them apart.
// Threads: any. A reader waits at most for the lock of the 16th part that its device is in.
class cache {
public:
    explicit cache(const cache_settings& settings);

    // What is kept stays, as far as it fits.
    void configure(const cache_settings& settings);

    found_answer find(const cache_key& key, clock::time_point now);

    // To be asked for before a call: put() takes no answer that a change has overtaken.
    std::uint64_t ticket(std::string_view device_id);
    void put(const cache_key& key, std::uint64_t ticket, std::shared_ptr<const kept_answer> what,
             clock::time_point now);

    // Whatever is kept of the device has to be asked for anew; where no answer comes it still serves.
    void changed(std::string_view device_id);
    // The upstream says that there is no such thing: nothing of it may be served any more.
    void forget(const cache_key& key);
    // The same of all that is kept of the device, and of what is under way.
    void forget_device(std::string_view device_id);

    std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

private:
    struct answer {
        read what{};
        std::string ns;
        std::string id; // as it was spelled
        std::shared_ptr<const kept_answer> kept;
        clock::time_point fetched{};
        bool changed = false;
        std::size_t size() const noexcept;
        bool is_for(const cache_key& key) const noexcept;
    };
    struct device {
        std::string id; // as it was spelled first
        std::uint64_t generation = 0;
        std::vector<answer> answers;
        std::size_t size() const noexcept;
    };
    using table = std::unordered_map<std::string_view, std::list<device>::iterator, fleet::caseless_hash,
                                     fleet::caseless_equal>;
    // Its devices, the one used last in front.
    struct part {
        std::mutex mutex;
        cache_settings settings;
        std::list<device> devices;
        table by_id;
        std::size_t bytes = 0;
        // Of devices that are not there, by hash: those that share one cost each other a miss.
        std::array<std::uint64_t, 1024> absent{};
    };
    static constexpr std::size_t parts = 16;

    part& part_of(std::string_view device_id);
    std::uint64_t& absent(part& in, std::string_view device_id) const;
    device* touch(part& in, std::string_view device_id);
    bool has_room(const part& in, const cache_key& key, const kept_answer& what) const;
    void resize(part& in, std::size_t before, std::size_t after);
    void make_room(part& in);
    void erase(part& in, const cache_key& key);
    void drop(part& in, std::list<device>::iterator which);

    const fleet::caseless_hash hash_{fleet::random_seed()};
    std::array<part, parts> parts_;
    std::atomic<std::size_t> bytes_{0};
};

} // namespace edgeconf::rest_proxy
