// A store in memory that a test steers from outside: saves are held, fail, and succeed again.
#pragma once

#include "kept_fleet.hpp"

#include "fleet/store.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace edgeconf::fleet {

enum class store_mood {
    working,
    failing,       // save() and recover() fail
    full,          // save() fails, recover() does not
    out_of_memory, // save() runs out of it
};

// What is kept, from one instance to the next, and how it goes. Any thread.
class steered_disk {
public:
    // Makes a store that keeps its fleet here.
    std::unique_ptr<store> make();

    void become(store_mood mood);

    // From here on save() waits until release().
    void hold();
    void release();
    void await_held_save();

    int saves() const; // that succeeded
    kept_fleet content() const;

private:
    friend class steered_store;

    void save(const unsaved_changes& changes);
    void recover();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    kept_fleet kept_;
    store_mood mood_ = store_mood::working;
    bool hold_ = false;
    bool waiting_ = false;
    int saves_ = 0;
};

} // namespace edgeconf::fleet
