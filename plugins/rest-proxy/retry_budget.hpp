// Keeps retries a small part of all calls: they must not finish off an upstream that has just too much to do.
#pragma once

#include <algorithm>
#include <cstddef>

namespace edgeconf::rest_proxy {

// Not thread-safe.
class retry_budget {
public:
    explicit retry_budget(std::size_t percent) : percent_{percent}, saved_{percent == 0 ? 0 : 10 * price} {}

    void call() noexcept { saved_ = std::min(saved_ + percent_, most); }
    // Whether there is one left; takes it.
    bool take() noexcept {
        if (saved_ < price) return false;
        saved_ -= price;
        return true;
    }

private:
    static constexpr std::size_t price = 100;
    static constexpr std::size_t most = 100 * price;
    std::size_t percent_;
    std::size_t saved_; // the first calls may be retried, too
};

} // namespace edgeconf::rest_proxy
