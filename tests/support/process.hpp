// A real process under test: its output, its signals, its end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace edgeconf::test {

// Long enough for any machine under a sanitizer; what passes it hangs.
inline constexpr std::chrono::seconds patience{60};

struct finished {
    int exit_code = -1; // 128 + the signal, if one ended it
    std::string output; // standard output
    std::string errors; // standard error
};

class process {
public:
    // Standard error is appended to `errors_to` if that is set, and read here otherwise: a process that says
    // more than a pipe holds waits until somebody does.
    explicit process(std::vector<std::string> argv,
                     const std::map<std::string, std::string>& environment = {},
                     const std::filesystem::path& errors_to = {});
    // Kills what is still running.
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    void signal(int number) const;
    // Reads standard error until `text` was in it; the line that has it. Throws with all that was
    // printed if the process ends or patience does first.
    std::string wait_for_line(const std::string& text);
    finished wait(std::chrono::seconds limit = patience);
    // False once it has ended, by itself or killed.
    bool is_running() const;
    pid_t id() const noexcept { return id_; }
    const std::string& errors() const noexcept { return errors_; }

private:
    // False at the end of both streams.
    bool read_some(std::chrono::steady_clock::time_point until);

    pid_t id_ = -1;
    int output_fd_ = -1;
    int errors_fd_ = -1;
    std::string output_;
    std::string errors_;
};

// Runs to the end; throws, as wait() does, if that does not come within `limit`.
finished run(std::vector<std::string> argv, const std::map<std::string, std::string>& environment = {},
             std::chrono::seconds limit = patience);

} // namespace edgeconf::test
