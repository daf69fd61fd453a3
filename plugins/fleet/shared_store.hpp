// A store that is not this process's alone: other hosts write to it, and administrators, with their own
// tools.
#pragma once

#include "fleet/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// Which part of a device's record somebody else has changed.
enum class device_part : std::uint8_t {
    given = 1, // what administrators say: whether it is in, namespace, labels, spec
    told = 2,  // the rest: its request, key, hardware and reports
    all = 3,
};

// Takes what others have changed, in any order of devices.
class news_visitor {
public:
    virtual ~news_visitor() = default;

    // The device as it is stored now; of its documents only what belongs to `part` means anything. Returns
    // its number: the store's `number` is 0 where it knows of none.
    virtual std::uint32_t device(const stored_device& now, device_part part) = 0;

    // It is not stored any more.
    virtual void gone(std::string_view id) = 0;

    // It never was: the store takes no such device.
    virtual void refused(std::string_view id) = 0;
};

// Called on a thread of the store's; may be called once too often. Must not call back.
struct news_sinks {
    std::function<void()> devices;   // there is something for take_news()
    std::function<void()> manifests; // manifests() is another one
};

// How well others' changes are seen.
struct following_state {
    std::chrono::seconds age{0}; // of what is known
    std::string problem;         // why no changes are seen; empty: they are
    std::string left_out;        // what others wrote that is not taken over, in a line; empty: nothing
    std::size_t left_out_count = 0;
};

// Its manifests are not files: it has them itself, and no devices or requests are among them. load() hands
// them over, later they are read by manifests().
//
// save() is by device: one that another writer has changed since it was last seen here is not written. It is
// in take_overtaken(), and in take_news() as it is now, with device_part::all whatever has changed, or gone
// or refused. All others are saved.
class shared_store : public store {
public:
    shared_store* shared() noexcept final { return this; }

    // From here on, after load(), the sinks are called.
    virtual void follow(news_sinks sinks) = 0;

    // The writer's.
    virtual void take_news(news_visitor& to) = 0;

    // The writer's, after save(): the ids of those that it did not write.
    virtual std::vector<std::string> take_overtaken() = 0;

    // Any thread: all of them, each of which has passed its checks; in the order of their paths.
    virtual std::vector<manifest_file> manifests() = 0;

    // Any thread.
    virtual following_state state() = 0;
};

} // namespace edgeconf::fleet
