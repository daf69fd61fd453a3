// A store in memory that a test steers from outside: saves are held, fail, and succeed again.
#pragma once

#include "kept_fleet.hpp"

#include "fleet/store.hpp"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace edgeconf::fleet {

enum class store_mood {
    working,
    failing,       // save() and recover() fail
    full,          // save() fails, recover() does not
    untended,      // tend() alone fails
    out_of_memory, // save() runs out of it
    unreadable,    // load() fails
};

enum class store_step { none, save, recovery };

// What is kept, from one instance to the next, and how it goes. Any thread.
class steered_disk {
public:
    std::filesystem::path upload{}; // set it before make()

    // Makes a store that keeps its fleet here.
    std::unique_ptr<store> make();

    void become(store_mood mood);

    // From here on this step waits until release(), which returns when the one that waited is over.
    void hold(store_step step = store_step::save);
    void release();
    void await_held();

    int saves() const; // that succeeded
    kept_fleet content() const;

private:
    friend class steered_store;

    void save(const unsaved_changes& changes);
    void recover();
    void require_readable() const;
    void tend() const;
    void pass(std::unique_lock<std::mutex>& lock, store_step step);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    kept_fleet kept_;
    store_mood mood_ = store_mood::working;
    store_step hold_ = store_step::none;
    store_step waits_ = store_step::none;
    int saves_ = 0;
};

} // namespace edgeconf::fleet
