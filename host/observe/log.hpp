// The operator's log: one line per event on standard error, as text or as JSON.
#pragma once

#include <chrono>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace edgeconf::observe {

class repeated_problems;

enum class level { trace, debug, info, warn, error };
enum class log_format { text, json };

// A fact that belongs to a line. Never a secret.
struct field {
    std::string_view key;
    std::string value;
};

// Thread-safe; writing never throws. Values come from peers and providers too, so control
// characters are escaped: one event is always one line.
class logger {
public:
    // Writes to standard error.
    logger(level lowest, log_format format);
    // Writes to `sink`, which outlives the logger; for tests.
    logger(level lowest, log_format format, std::ostream& sink);
    ~logger();

    bool enabled(level l) const noexcept;
    void set_level(level lowest) noexcept;

    void write(level l, std::string_view message, std::span<const field> fields) noexcept;

    void debug(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
        write(level::debug, message, {fields.begin(), fields.size()});
    }
    void info(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
        write(level::info, message, {fields.begin(), fields.size()});
    }
    void warn(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
        write(level::warn, message, {fields.begin(), fields.size()});
    }
    void error(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
        write(level::error, message, {fields.begin(), fields.size()});
    }

    // For what may go wrong at every request: the first line of a `kind` is written at once, then at
    // most one in each `quiet_time`, with the number of those that were left out. `kind` names the
    // problem and nothing that a peer chose; the fields are those of one example.
    void problem(level l, std::string_view kind, std::string_view message,
                 std::initializer_list<field> fields = {}) noexcept;
    // Writes the counts of problems whose quiet time is over. Call it now and then, so that the last
    // ones of a storm are told too.
    void settle_problems() noexcept;

    static constexpr std::chrono::seconds quiet_time{10};

private:
    std::unique_ptr<spdlog::logger> sink_;
    log_format format_;
    std::unique_ptr<repeated_problems> problems_;
};

} // namespace edgeconf::observe
