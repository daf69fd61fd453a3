// A check while it runs: what it checks, and what it has found.
#pragma once

#include "check/check.hpp"
#include "check/subject.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::check {

struct outcome {
    verdict what = verdict::passed;
    std::vector<std::string> faults; // why it failed: what was done, what came, what was due
    std::vector<std::string> notes;  // worth knowing, also where it passed
    std::string reason;              // skipped, blocked, waived: why
    bool crashed = false;            // the process crashed, ended itself or hung: a host would be gone
};

// Where a check's findings go at once, so that none is lost in a crash.
class finding_sink {
public:
    virtual void fault(std::string_view text) = 0;
    virtual void note(std::string_view text) = 0;

protected:
    ~finding_sink() = default;
};

// Ends the check; thrown by skip() and give_up(), caught by whoever runs it.
struct skipped {
    std::string reason;
};
struct given_up {};

// Functions are [any-thread], except that only the check's own thread may skip or give up.
class trial {
public:
    trial(const subject& about, std::filesystem::path scratch, std::uint64_t seed, finding_sink& sink)
        : about_{about}, scratch_{std::move(scratch)}, random_{seed}, sink_{sink} {}

    const subject& about() const noexcept { return about_; }
    const std::filesystem::path& scratch() const noexcept {
        return scratch_;
    }                                                      // empty at first, the check's own
    std::mt19937_64& random() noexcept { return random_; } // the same numbers for the same --seed
    std::uint64_t below(std::uint64_t end) {
        return std::uniform_int_distribution<std::uint64_t>{0, end - 1}(random_);
    }

    // A fault. The check goes on, to find the next one; after a good many nothing more is written down,
    // and of a long text only how it begins.
    template <class... Args>
    void fail(fmt::format_string<Args...> format, Args&&... args) {
        tell_fault(fmt::format(format, std::forward<Args>(args)...));
    }
    template <class... Args>
    void note(fmt::format_string<Args...> format, Args&&... args) {
        tell_note(fmt::format(format, std::forward<Args>(args)...));
    }
    // A fault after which there is nothing left to check.
    template <class... Args>
    [[noreturn]] void give_up(fmt::format_string<Args...> format, Args&&... args) {
        tell_fault(fmt::format(format, std::forward<Args>(args)...));
        throw given_up{};
    }
    template <class... Args>
    [[noreturn]] void skip(fmt::format_string<Args...> format, Args&&... args) {
        throw skipped{fmt::format(format, std::forward<Args>(args)...)};
    }
    bool has_failed() const;

private:
    void tell_fault(const std::string& text);
    void tell_note(const std::string& text);

    const subject& about_;
    std::filesystem::path scratch_;
    std::mt19937_64 random_;
    finding_sink& sink_;
    mutable std::mutex mutex_;
    std::size_t faults_ = 0;
    std::size_t notes_ = 0;
};

// Runs `c` in this process. Exceptions that nobody expects are faults of the check's own, and said to be.
outcome run_here(const check& c, trial& in);

} // namespace edgeconf::check
