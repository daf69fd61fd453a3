// A server as a process of its own, and what it takes of the machine.
#pragma once

#include "bench/stopwatch.hpp"

#include "support/process.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::bench {

class server_process {
public:
    // What it prints goes to `log`, which is emptied before.
    server_process(std::vector<std::string> argv, std::filesystem::path log,
                   const std::map<std::string, std::string>& environment = {});

    // The line of the log that has `text`, once it is there. Throws std::runtime_error with the log when the
    // process ends before or ten minutes have passed.
    std::string wait_for_line(std::string_view text);

    time_spent spent() const;     // since it was started, by all of its threads
    std::size_t resident() const; // bytes

    // SIGTERM, then the end.
    void stop();

private:
    std::filesystem::path log_;
    std::chrono::steady_clock::time_point begin_;
    test::process child_;
};

} // namespace edgeconf::bench
