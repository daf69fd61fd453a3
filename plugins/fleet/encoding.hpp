// Encodings that Flotta's objects use: base64 as in Secret.data, UTF-8, and the hash that names a
// rendered configuration. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

std::string encode_base64(std::string_view bytes);

// Standard alphabet with padding; line breaks inside are skipped, as Kubernetes skips them. Nothing
// for any other deviation.
std::optional<std::string> decode_base64(std::string_view text);

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

// The longest start of `text` that has at most `limit` bytes and does not end inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t limit) noexcept;

using digest = std::array<std::uint8_t, 32>;

digest sha256(std::string_view bytes);

// Lower-case hexadecimal of the first `digits / 2` bytes.
std::string hexadecimal(const digest& hash, std::size_t digits);

} // namespace edgeconf::fleet
