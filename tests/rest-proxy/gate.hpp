// Holds threads back until the test lets them go.
#pragma once

#include "support/process.hpp"

#include <condition_variable>
#include <mutex>

namespace edgeconf::test {

// Any thread. Opens by itself when patience ends, so that a test that fails comes to its end.
class gate {
public:
    void open() {
        const std::lock_guard lock{mutex_};
        is_open_ = true;
        opened_.notify_all();
    }
    void pass() {
        std::unique_lock lock{mutex_};
        opened_.wait_for(lock, patience, [this] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool is_open_ = false;
};

} // namespace edgeconf::test
