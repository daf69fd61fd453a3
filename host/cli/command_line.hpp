// From argv to what the operator wants.
#pragma once

#include <filesystem>
#include <optional>

namespace edgeconf::cli {

enum class verb { serve, check_config };

struct command {
    verb what{};
    std::filesystem::path config;
};

// What argv asks for. Without a command, `exit_code` is what is left to do: help was printed (0) or
// the line was wrong (2, with the reason on standard error).
std::optional<command> parse(int argc, const char* const* argv, int& exit_code);

} // namespace edgeconf::cli
