// Waiting for what takes its time.
#pragma once

#include "support/process.hpp"

#include <chrono>
#include <thread>

namespace edgeconf::test {

// Asks again and again until it holds, which is true, or patience ends. What `holds` throws ends it, too.
template <class Condition>
bool eventually(Condition holds) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

} // namespace edgeconf::test
