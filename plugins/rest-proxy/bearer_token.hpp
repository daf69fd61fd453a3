// The token in a file, as it is now.
#pragma once

#include "rest-proxy/watched_file.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace edgeconf::rest_proxy {

// What is wrong with the file; empty if nothing is.
std::string token_fault(const std::filesystem::path& file);

// Not thread-safe. Of a file that cannot be read the former token stays.
class bearer_token {
public:
    explicit bearer_token(const std::filesystem::path& file) : file_{file} {}

    // "Bearer ...", or empty without a file. Looks at the file at most once a second.
    const std::string& current();
    // Looks at once; true if it is another one than before.
    bool refresh();

private:
    watched_file file_;
    std::chrono::steady_clock::time_point next_look_{};
    std::string value_;
};

} // namespace edgeconf::rest_proxy
