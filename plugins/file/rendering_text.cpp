#include "file/rendering_text.hpp"

#include <SQLiteCpp/Exception.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstddef>

namespace edgeconf::file {

namespace {

constexpr std::size_t digits = 2 * std::tuple_size_v<fleet::digest>;

[[noreturn]] void damaged() {
    throw SQLite::Exception{"a configuration's hash that is none", SQLITE_CORRUPT};
}

} // namespace

std::string rendering_text(const fleet::digest& hash, std::string_view content) {
    return fleet::hexadecimal(hash, digits).append(content);
}

rendering_parts parts_of_rendering(std::string_view text, std::string_view cell) {
    rendering_parts parts{{}, text};
    if (text.starts_with('{')) {
        if (cell.size() != parts.hash.size()) damaged();
        std::copy(cell.begin(), cell.end(), parts.hash.begin());
        return parts;
    }
    const std::string hash{text.substr(0, digits)};
    std::size_t size = 0;
    const bool read =
        OPENSSL_hexstr2buf_ex(parts.hash.data(), parts.hash.size(), &size, hash.c_str(), '\0') == 1;
    if (!read || size != parts.hash.size()) damaged();
    parts.content.remove_prefix(digits);
    return parts;
}

} // namespace edgeconf::file
