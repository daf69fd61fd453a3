#include "rest-proxy/bearer_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace edgeconf::rest_proxy {
namespace {

constexpr std::size_t longest_token = 16 * 1024;
constexpr std::string_view blanks = " \t\r\n";

// RFC 6750's b64token, widened to what servers hand out: no blanks, no control characters.
std::optional<std::string> read_token(const std::filesystem::path& file) {
    auto text = read_small_file(file, longest_token);
    if (!text) return std::nullopt;
    const auto end = text->find_last_not_of(blanks);
    text->resize(end == std::string::npos ? 0 : end + 1);
    const bool is_token = !text->empty() && std::all_of(text->begin(), text->end(),
                                                        [](char c) { return c > 0x20 && c < 0x7f; });
    return is_token ? text : std::nullopt;
}

} // namespace

std::string token_fault(const std::filesystem::path& file) {
    if (read_token(file)) return {};
    return fmt::format("{} holds no token: one line of visible ASCII, readable by this user", file.string());
}

const std::string& bearer_token::current() {
    if (file_.path().empty()) return value_;
    const auto now = std::chrono::steady_clock::now();
    if (value_.empty() || now >= next_look_) {
        next_look_ = now + std::chrono::seconds{1};
        refresh();
    }
    return value_;
}

bool bearer_token::refresh() {
    if (file_.path().empty() || !file_.changed()) return false;
    const auto read = read_token(file_.path());
    if (!read || "Bearer " + *read == value_) return false;
    value_ = "Bearer " + *read;
    return true;
}

} // namespace edgeconf::rest_proxy
