// What an administrator asks of the provider, and its answer, as the layers pass them on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edgeconf {

// The verbs of ecp.resources' invoke that the host knows (ecp/provider.h says what each means).
enum class administration { accept_removals, export_bundle, import_bundle };

// The verb as the ABI and the log have it.
std::string_view name(administration verb) noexcept;

struct administration_call {
    administration verb{};
    std::string body;       // import: the next bytes; empty at its end
    std::string page_token; // where to go on; empty at the beginning
    std::string principal;  // who asks; admitted already

    // Whether a whole fleet may have to be read for it: it has more time.
    bool reads_a_fleet() const noexcept {
        return verb == administration::accept_removals ||
               (verb == administration::import_bundle && body.empty());
    }
};

struct administration_answer {
    std::string body;
    std::string page_token; // where it goes on; empty after the last
};

// A token is the provider's own; so much of it is carried back and forth.
inline constexpr std::size_t longest_page_token = 1024;

// An import comes in pieces of at most so many bytes.
inline constexpr std::size_t longest_import_piece = 1024 * 1024;

} // namespace edgeconf
