// A last good configuration as the database keeps it.
#pragma once

#include "fleet/shared_body.hpp"

#include <string>
#include <string_view>

namespace edgeconf::file {

// The body's hash in 64 lower-case hexadecimal digits, and its content, a JSON object. Version 1 of the
// schema has the content alone.
std::string rendering_text(const fleet::digest& hash, std::string_view content);

struct rendering_parts {
    fleet::digest hash;
    std::string_view content; // of the text
};

// `cell` is the row's hash, which is the body's if the text has none. Throws SQLite::Exception for what no
// edgeconf has written.
rendering_parts parts_of_rendering(std::string_view text, std::string_view cell);

} // namespace edgeconf::file
