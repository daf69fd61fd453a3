#include "fleet/task_thread.hpp"

#include "support/catch.hpp"

#include <csignal>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using edgeconf::fleet::task_thread;

TEST_CASE("task thread: tasks run one at a time, in order, and all of them before it ends", "[fleet][unit]") {
    std::vector<int> ran;
    task_thread all{[] { return false; }, [](std::string_view) {}};
    for (int i = 0; i < 100; ++i) all.post([&ran, i] { ran.push_back(i); });
    all.start();
    for (int i = 100; i < 200; ++i) all.post([&ran, i] { ran.push_back(i); });
    all.finish();
    REQUIRE(ran.size() == 200);
    for (int i = 0; i < 200; ++i) CHECK(ran[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("task thread: background work goes on between tasks until there is none left", "[fleet][unit]") {
    int left = 0;
    std::vector<char> order;
    std::promise<void> idle;
    task_thread one{[&] {
                        if (left == 0) {
                            idle.set_value();
                            return false;
                        }
                        --left;
                        order.push_back('b');
                        return true;
                    },
                    [](std::string_view) {}};
    one.post([&] {
        left = 3;
        order.push_back('t');
    });
    one.post([&] { order.push_back('t'); });
    one.start();
    idle.get_future().wait();
    one.finish();
    CHECK(order == std::vector<char>{'t', 't', 'b', 'b', 'b'});
}

// As a provider that is stopped in the moment in which it has started.
TEST_CASE("task thread: ends although a task asks for repetition while it does", "[fleet][unit]") {
    for (int i = 0; i < 50; ++i) {
        task_thread one{[] { return false; }, [](std::string_view) {}};
        one.start();
        one.post([&] { one.every(std::chrono::hours{1}, [] {}); });
        one.finish();
    }
}

TEST_CASE("task thread: leaves the process's signals alone", "[fleet][unit]") {
    sigset_t mask;
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, nullptr, &own);
    task_thread one{[] { return false; }, [](std::string_view) {}};
    one.start();
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    one.post([&] { pthread_sigmask(SIG_SETMASK, nullptr, &mask); });
    one.finish();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD}) {
        CHECK(sigismember(&mask, signal) == 1);
        CHECK(sigismember(&after, signal) == sigismember(&own, signal));
    }
}

TEST_CASE("task thread: goes on after a task, a slice or what it repeats has thrown", "[fleet][unit]") {
    std::vector<std::string> told;
    std::promise<void> repeated;
    bool first_slice = true;
    int times = 0;
    task_thread one{[&] {
                        if (std::exchange(first_slice, false)) throw std::runtime_error{"slice"};
                        return false;
                    },
                    [&](std::string_view what) { told.emplace_back(what); }};
    one.post([] { throw std::runtime_error{"task"}; });
    one.post([] {});
    one.every(std::chrono::milliseconds{1}, [&] {
        if (++times == 2) repeated.set_value();
        throw 5;
    });
    one.start();
    repeated.get_future().wait();
    one.finish();
    REQUIRE(told.size() >= 4);
    CHECK(told[0] == "task");
    CHECK(told[1] == "slice");
    CHECK(told[2] == "an exception that is no std::exception");
}
