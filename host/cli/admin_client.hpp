// Asks a running host something over its admin socket.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::cli {

struct admin_reply {
    unsigned status = 0; // 0: no answer, `body` says why
    std::string body;
};

// Blocks for 10 s at most.
admin_reply ask_host(const std::filesystem::path& socket, std::string_view method, std::string_view path,
                     std::string_view body = {});

} // namespace edgeconf::cli
