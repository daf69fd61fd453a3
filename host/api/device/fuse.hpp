// The fuse between "an administrator removed this device" and the devices: one wrong answer of a
// store, given to everybody, must not wipe a fleet.
#pragma once

#include "model/distinct_count.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edgeconf::api::device {

struct fuse_settings {
    std::chrono::milliseconds window{std::chrono::minutes{10}};
    std::uint32_t minimum = 10; // so many may always be told
    std::uint32_t percent = 5;  // of the devices seen in the last hour
};

// A device that hears `unregistered` wipes its workloads and their data. The number of distinct
// devices that hear it within the window may not pass max(minimum, percent of the devices seen in the
// last hour). The first one past it blows the fuse: until an administrator releases it, no further
// device is told. Those that were told already may hear it again: they are gone.
//
// Covers every provider, and all I/O threads together. Thread-safe; seen() costs one hash and a few
// relaxed loads. Starts closed and having seen nobody: after a restart only the minimum holds.
class fuse {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit fuse(fuse_settings settings) : settings_{settings} {}

    // A known device was served. Only these count: ids that strangers make up must not widen the limit.
    void seen(std::string_view device_id, time_point now) noexcept;

    enum class verdict { tell, withhold, blown_now };
    // Whether this removed device may be told. `blown_now` withholds too, and is said once.
    verdict judge(std::string_view device_id, time_point now);

    // An administrator looked and means it: closes the fuse and starts the window anew.
    void release();

    struct state {
        bool blown = false;
        std::size_t told = 0;       // distinct devices within the window
        std::uint64_t seen = 0;     // estimate, within the last hour
        std::uint64_t limit = 0;    // how many may be told now
        std::uint64_t withheld = 0; // answers withheld since it blew
    };
    state look(time_point now);

    void change(fuse_settings settings);

private:
    static constexpr std::size_t buckets = 7; // six of ten minutes that are full, one that fills
    static constexpr std::chrono::minutes bucket_time{10};

    struct bucket {
        std::atomic<std::int64_t> number{-1};
        model::distinct_count devices;
    };

    std::uint64_t count_seen(time_point now) const;
    void forget_old(time_point now);
    std::uint64_t limit(time_point now) const;

    std::array<bucket, buckets> seen_;
    std::mutex mutex_; // guards what follows
    fuse_settings settings_;
    std::unordered_map<std::string, time_point> told_;
    bool blown_ = false;
    std::uint64_t withheld_ = 0;
};

} // namespace edgeconf::api::device
