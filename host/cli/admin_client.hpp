// Asks a running host something over its admin socket.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::cli {

// Borrows what it names.
struct admin_request {
    std::string_view method;
    std::string_view target;
    std::string_view body{};
    std::string_view content_type = "application/json"; // of a body
    // Wait for as long as the host works on it, which its own deadlines bound, and not for 10 s.
    bool patient = false;
};

struct admin_reply {
    unsigned status = 0; // 0: no answer, `body` says why
    std::string body;
    std::string next_page; // the `page` of the target that goes on, as it stands; empty: this was all
};

// Blocks; for 10 s at most unless it is patient.
admin_reply ask_host(const std::filesystem::path& socket, const admin_request& what);

} // namespace edgeconf::cli
