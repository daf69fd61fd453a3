#include "check/process_state.hpp"

#include "check/signal_name.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cfloat>
#include <clocale>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string_view>

namespace edgeconf::check {
namespace {

namespace fs = std::filesystem;

void look_at_signals(process_state& found) {
    ::sigset_t mask{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    std::string blocked;
    for (int number = 1; number < NSIG; ++number) {
        if (::sigismember(&mask, number) == 1) blocked += signal_name(number) + " ";
        struct ::sigaction action {};
        if (::sigaction(number, nullptr, &action) != 0) continue;
        const auto* handler = reinterpret_cast<const void*>(action.sa_handler);
        found[fmt::format("the disposition of {}", signal_name(number))] =
            action.sa_handler == SIG_DFL   ? "the default"
            : action.sa_handler == SIG_IGN ? "to ignore it"
                                           : fmt::format("a handler at {}", handler);
    }
    found["the signal mask"] = blocked.empty() ? "empty" : blocked;
}

void look_at_files(process_state& found) {
    const auto own = fmt::format("/proc/{}/fd", ::getpid()); // the one that reads the list
    for (const auto& open : fs::directory_iterator{"/proc/self/fd"}) {
        std::error_code ec;
        const auto leads_to = fs::read_symlink(open.path(), ec).string();
        if (!ec && leads_to != own)
            found[fmt::format("the file descriptor {}", open.path().filename().string())] = leads_to;
    }
}

void look_at_environment(process_state& found) {
    for (auto** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable{*entry};
        const auto end = std::min(variable.find('='), variable.size());
        found[fmt::format("the environment variable {}", variable.substr(0, end))] =
            fmt::format("\"{}\"", variable.substr(std::min(end + 1, variable.size())));
    }
}

std::string umask_now() {
    const auto mask = ::umask(0);
    ::umask(mask);
    return fmt::format("{:03o}", mask);
}

// -ffast-math links code in that flushes them, for the thread that loads the library.
std::string small_numbers() {
    const volatile double smallest = DBL_MIN;
    return smallest / 2 > 0 ? "kept" : "flushed to zero";
}

} // namespace

process_state look_at_process() {
    process_state found;
    look_at_signals(found);
    look_at_files(found);
    look_at_environment(found);
    found["the number of threads"] =
        std::to_string(std::distance(fs::directory_iterator{"/proc/self/task"}, fs::directory_iterator{}));
    found["the working directory"] = fs::current_path().string();
    found["the umask"] = umask_now();
    found["the locale"] = std::setlocale(LC_ALL, nullptr);
    found["what becomes of denormal numbers"] = small_numbers();
    ::siginfo_t ignored{};
    if (::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0) found["a child process"] = "there";
    return found;
}

std::vector<std::string> differences(const process_state& before, const process_state& now) {
    std::vector<std::string> found;
    for (const auto& [thing, value] : before) {
        const auto it = now.find(thing);
        if (it == now.end())
            found.push_back(fmt::format("{} was {} and is gone", thing, value));
        else if (it->second != value)
            found.push_back(fmt::format("{} was {} and is {}", thing, value, it->second));
    }
    for (const auto& [thing, value] : now)
        if (!before.contains(thing)) found.push_back(fmt::format("{} is new: {}", thing, value));
    return found;
}

} // namespace edgeconf::check
