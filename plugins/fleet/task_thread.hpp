// A thread for tasks: the one that changes a fleet model, and the one that reads large bodies.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

namespace edgeconf::fleet {

// Runs tasks in the order in which they were posted, and what there is to do in the background a slice at a
// time between them, so that no task waits for more than the one before it and a slice.
class task_thread {
public:
    // Does a slice; false when there is nothing left until another task has run.
    using background = std::function<bool()>;
    // Told what a task or a slice has thrown; the thread goes on with the next one.
    using failure_sink = std::function<void(std::string_view)>;

    task_thread(background work, failure_sink failed) : work_{std::move(work)}, failed_{std::move(failed)} {}
    ~task_thread() { finish(); }
    task_thread(const task_thread&) = delete;
    task_thread& operator=(const task_thread&) = delete;

    // Before this, posted tasks wait.
    void start();

    // From any thread.
    template <class Task>
    void post(Task&& task) {
        boost::asio::post(context_, [this, act = std::forward<Task>(task)]() mutable {
            act();
            resume();
        });
    }

    // Where else handlers may run; they leave no work to the background.
    auto executor() { return context_.get_executor(); }

    // Runs the task again and again, first after the interval, until finish(). Once, after start().
    void every(std::chrono::milliseconds interval, std::function<void()> task);

    // Returns when all that was posted has run. Afterwards nothing runs any more.
    void finish();

private:
    void run();
    void resume();
    void slice();
    void wait();

    const background work_;
    const failure_sink failed_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{context_.get_executor()};
    boost::asio::steady_timer timer_{context_};
    std::chrono::milliseconds interval_{};
    std::function<void()> repeated_;
    std::thread thread_;
    bool resumed_ = false; // a slice is queued; the thread's own
    bool ends_ = false;    // the same
};

} // namespace edgeconf::fleet
