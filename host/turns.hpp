// One at a time, for coroutines of one thread.
#pragma once

#include "http/net.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <list>
#include <utility>

namespace edgeconf {

// Coroutines that must not overlap take turns, in the order in which they ask. All of them run on one
// thread, and this outlives them.
class turns {
public:
    // Somebody's turn, for as long as it lives.
    class turn {
    public:
        explicit turn(turns& of) noexcept : of_{&of} {}
        turn(turn&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (of_ != nullptr) of_->pass_on();
        }

    private:
        turns* of_;
    };

    // Does not suspend if nobody else is there.
    http::awaitable<turn> next();

private:
    using timer = boost::asio::basic_waitable_timer<
        std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, http::executor>;
    class place;

    void pass_on() noexcept;

    bool taken_ = false;
    std::list<timer*> waiting_; // each cancelled when its turn has come
};

} // namespace edgeconf
