// Checks that behave as arbitrarily as a provider in their process may.
#include "check/child.hpp"
#include "check/provider_call.hpp"
#include "support/catch.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace edgeconf::check;
using Catch::Contains;

namespace {

constexpr int most_descriptors = 256;

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

void close_all() {
    for (int fd = STDERR_FILENO + 1; fd < most_descriptors; ++fd) ::close(fd);
}

void write_to_all(std::string_view text) {
    for (int fd = STDERR_FILENO + 1; fd < most_descriptors; ++fd)
        static_cast<void>(::write(fd, text.data(), text.size()) < 0);
}

// Starts a process in a session of its own, which keeps all descriptors open.
void leave_a_process_behind(bool prints) {
    if (::fork() != 0) return;
    ::setsid();
    ::alarm(60); // when all tests that could mind it are over
    ::signal(SIGPIPE, SIG_DFL);
    while (prints) static_cast<void>(::write(STDOUT_FILENO, "still there\n", 12) < 0);
    wait_for_ever();
}

void go_to_the_parents_group() { ::setpgid(0, ::getpgid(::getppid())); }

child_report run_alone(void (*what)(trial&), std::chrono::duration<double> time, const subject& about = {}) {
    auto patient = about;
    patient.patience = time;
    check c{"a.check", "It is sound.", "Because.", "nowhere", what};
    c.time = std::chrono::seconds{5}; // times patience, as a part of the default's 5 s
    return run_in_child(c, patient, 1, nullptr);
}

constexpr std::chrono::duration<double> short_time{0.2};
constexpr std::chrono::duration<double> ample_time{60};

std::string only_fault(const child_report& made) {
    REQUIRE(made.result.faults.size() == 1);
    CHECK(made.result.what == verdict::failed);
    return made.result.faults.front();
}

} // namespace

TEST_CASE("child: a process that closes its descriptors and stays is ended when its time is over") {
    const auto made = run_alone(
        [](trial&) {
            close_all();
            wait_for_ever();
        },
        short_time);
    CHECK_THAT(only_fault(made), Contains("it did not end within 0.2 s"));
    CHECK(made.result.crashed);
}

TEST_CASE("child: a process that has left its group is ended when its time is over") {
    const auto made = run_alone(
        [](trial&) {
            go_to_the_parents_group();
            wait_for_ever();
        },
        short_time);
    CHECK_THAT(only_fault(made), Contains("it did not end within 0.2 s"));
}

TEST_CASE("child: a process that stops itself is ended when its time is over") {
    const auto made = run_alone([](trial&) { ::raise(SIGSTOP); }, short_time);
    CHECK_THAT(only_fault(made), Contains("it did not end within 0.2 s"));
}

TEST_CASE("child: closed descriptors are a fault, and not taken for an exit") {
    const auto made = run_alone(
        [](trial& in) {
            close_all();
            in.fail("of which nobody hears");
        },
        ample_time);
    CHECK_THAT(only_fault(made), Contains("has closed file descriptors that are not its own"));
}

TEST_CASE("child: what is written to the check's own descriptors is a fault, and no finding") {
    const auto* text = GENERATE("no JSON\n", "[]\n", "{}\n", "{\"end\":\"x\"}\n", "{\"end\":0}\n", "\xff\n",
                                "{\"end\":4,\"reason\":\"\"}\n", "{\"end\":-1,\"reason\":\"\"}\n",
                                "{\"end\":0,\"reason\":\"\"}\n", "{\"fault\":7}\n");
    static const char* written = nullptr;
    written = text;
    INFO(text);
    const auto made = run_alone([](trial&) { write_to_all(written); }, ample_time);
    CHECK_THAT(only_fault(made), Contains("has written to file descriptors that are not its own"));
    CHECK_FALSE(made.result.crashed);
}

TEST_CASE("child: a signal without a name ends a check like any other") {
    const auto made = run_alone([](trial&) { ::raise(SIGRTMIN); }, ample_time);
    CHECK_THAT(only_fault(made), Contains("the process ended with signal 34; it was between two calls"));
    CHECK(made.result.crashed);
}

TEST_CASE("child: what a provider throws ends the process, as it does a host's") {
    const auto made = run_alone(
        [](trial&) {
            call_provider(
                +[](int thrown) { throw std::runtime_error{std::to_string(thrown)}; }, 7);
        },
        ample_time);
#ifdef __SANITIZE_THREAD__ // which ends the process before abort() does
    CHECK_THAT(only_fault(made), Contains("the process ended"));
#else
    CHECK_THAT(only_fault(made), Contains("the process ended with SIGABRT"));
#endif
}

TEST_CASE("child: nobody waits for processes that a check leaves behind") {
    const auto leave = GENERATE(
        +[](trial&) { leave_a_process_behind(false); }, +[](trial&) { leave_a_process_behind(true); });
    const auto made = run_alone(leave, ample_time);
    CHECK(made.result.what == verdict::passed);
    CHECK(made.result.faults.empty());
}

TEST_CASE("child: how it ended is known also where the machine is told to forget it") {
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    const auto made = run_alone([](trial&) { ::_exit(7); }, ample_time);
    ::signal(SIGCHLD, before);
    CHECK_THAT(only_fault(made), Contains("ended itself with exit code 7"));
}

TEST_CASE("child: findings are as many and as long as somebody reads") {
    const auto made = run_alone(
        [](trial& in) {
            for (int i = 0; i < 1000; ++i) in.note("{}", std::string(100'000, '\1'));
            for (int i = 0; i < 1000; ++i) in.fail("{}", std::string(100'000, 'x'));
        },
        ample_time);
    CHECK(made.result.what == verdict::failed);
    CHECK_FALSE(made.result.crashed);
    CHECK(made.result.faults.size() == 20);
    CHECK(made.result.notes.size() == 20);
    CHECK(std::all_of(made.result.faults.begin(), made.result.faults.end(),
                      [](const std::string& f) { return f.size() < 5000; }));
}
