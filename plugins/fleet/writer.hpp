// The one thread that changes a fleet model.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

namespace edgeconf::fleet {

// Runs tasks in the order in which they were posted, and what there is to do in the background a slice at a
// time between them, so that no task waits for more than the one before it and a slice.
class writer {
public:
    // Does a slice; false when there is nothing left until another task has run. Must not throw.
    using background = std::function<bool()>;

    explicit writer(background work) : work_{std::move(work)} {}
    ~writer() { finish(); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    // Before this, posted tasks wait.
    void start();

    // From any thread. The task must not throw.
    template <class Task>
    void post(Task&& task) {
        boost::asio::post(context_, [this, run = std::forward<Task>(task)]() mutable {
            run();
            resume();
        });
    }

    // Runs the task again and again, first after the interval, until finish(). Once, after start().
    void every(std::chrono::milliseconds interval, std::function<void()> task);

    // Returns when all that was posted has run. Afterwards nothing runs any more.
    void finish();

private:
    void resume();
    void slice();
    void wait();

    const background work_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{context_.get_executor()};
    boost::asio::steady_timer timer_{context_};
    std::chrono::milliseconds interval_{};
    std::function<void()> repeated_;
    std::thread thread_;
    bool resumed_ = false; // a slice is queued; the writer's own
};

} // namespace edgeconf::fleet
