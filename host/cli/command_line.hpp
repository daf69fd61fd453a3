// From argv to what the operator wants.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace edgeconf::cli {

enum class verb {
    serve,
    check_config,
    fuse_status,
    fuse_release,
    log_level,
    reload,
    accept_removals,
    export_bundle,
    import_bundle
};

struct command {
    verb what{};
    std::filesystem::path config; // serve, check_config
    std::filesystem::path socket; // the others: the running host's admin socket
    std::string argument;         // log_level: the level; export_bundle, import_bundle: the file
};

// What argv asks for. Without a command, `exit_code` is what is left to do: help was printed (0) or
// the line was wrong (2, with the reason on standard error).
std::optional<command> parse(int argc, const char* const* argv, int& exit_code);

} // namespace edgeconf::cli
