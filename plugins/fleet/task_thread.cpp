#include "fleet/task_thread.hpp"

#include "fleet/signals_blocked.hpp"

#include <exception>

namespace edgeconf::fleet {

void task_thread::start() {
    const signals_blocked while_it_starts;
    thread_ = std::thread{[this] { run(); }};
}

void task_thread::run() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& e) {
            failed_(e.what());
        } catch (...) {
            failed_("an exception that is no std::exception");
        }
    }
}

void task_thread::finish() {
    boost::asio::post(context_, [this] {
        ends_ = true;
        repeated_ = nullptr;
        timer_.cancel();
    });
    open_.reset();
    if (thread_.joinable()) thread_.join();
}

void task_thread::every(std::chrono::milliseconds interval, std::function<void()> task) {
    boost::asio::post(context_, [this, interval, task = std::move(task)]() mutable {
        if (ends_) return; // a task that ran meanwhile has asked for it
        interval_ = interval;
        repeated_ = std::move(task);
        wait();
    });
}

void task_thread::wait() {
    timer_.expires_after(interval_);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (cancelled || !repeated_) return;
        wait();
        repeated_();
        resume();
    });
}

void task_thread::resume() {
    if (std::exchange(resumed_, true)) return;
    boost::asio::post(context_, [this] { slice(); });
}

void task_thread::slice() {
    resumed_ = false;
    if (work_()) resume();
}

} // namespace edgeconf::fleet
