#include "http/head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace edgeconf::http {
namespace {

constexpr std::string_view line_end = "\r\n";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) noexcept {
    const auto fits = [](char c) {
        return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f;
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t made = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (made > (most - digit) / 10) return std::nullopt;
        made = made * 10 + digit;
    }
    return text.empty() ? std::nullopt : std::optional{made};
}

// The line at the front of `rest`, without its end, which is taken off as well.
std::string_view take_line(std::string_view& rest) noexcept {
    const auto line = rest.substr(0, rest.find(line_end));
    rest.remove_prefix(line.size() + line_end.size());
    return line;
}

class judge {
public:
    explicit judge(std::size_t most_fields) : most_fields_{most_fields} {}

    // Each: nothing if there is nothing to refuse.
    std::optional<refusal> request_line(std::string_view line) {
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        if (first == std::string_view::npos || first == last)
            return refusal{400, "the request line is not METHOD TARGET HTTP/1.1"};
        const auto target = line.substr(first + 1, last - first - 1);
        const auto version = line.substr(last + 1);
        if (!is_token(line.substr(0, first)) || target.empty() ||
            target.find_first_of(" \t") != std::string_view::npos)
            return refusal{400, "the request line is not METHOD TARGET HTTP/1.1"};
        const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                                version[6] == '.' && is_digit(version[7]);
        if (!is_version) return refusal{400, "the request line does not end in HTTP/1.1"};
        if (version != "HTTP/1.1" && version != "HTTP/1.0")
            return refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
        made_.http_1_0 = version == "HTTP/1.0";
        return std::nullopt;
    }

    std::optional<refusal> field(std::string_view line) {
        if (++fields_ > most_fields_)
            return refusal{431, fmt::format("the request has more than {} header fields", most_fields_)};
        if (line.front() == ' ' || line.front() == '\t')
            return refusal{400, "a header field is continued on another line"};
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return refusal{400, "a header field has no colon"};
        const auto name = line.substr(0, colon);
        if (!is_token(name))
            return refusal{400, "a header field's name is empty, or has a space or another character that "
                                "names do not have"};
        return known_field(name, trimmed(line.substr(colon + 1)));
    }

    std::optional<refusal> whole() {
        if (hosts_ > 1 || (hosts_ == 0 && !made_.http_1_0))
            return refusal{400, "the request needs exactly one Host field"};
        if (made_.chunked && lengths_ > 0)
            return refusal{400, "both Content-Length and Transfer-Encoding say where the body ends"};
        if (encodings_ > 0 && made_.http_1_0) return refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
        if (expectation_ && !made_.http_1_0) {
            if (!same_word(*expectation_, "100-continue"))
                return refusal{417, "the only expectation that is met here is 100-continue"};
            made_.asks_first = true;
        }
        return std::nullopt;
    }

    const framing& made() const noexcept { return made_; }

private:
    std::optional<refusal> known_field(std::string_view name, std::string_view value) {
        if (same_word(name, "host")) ++hosts_;
        if (same_word(name, "content-length")) return length(value);
        if (same_word(name, "transfer-encoding")) return encoding(value);
        // Of several expectations one that is not met decides.
        if (same_word(name, "expect") && (!expectation_ || same_word(*expectation_, "100-continue")))
            expectation_ = value;
        return std::nullopt;
    }

    std::optional<refusal> length(std::string_view value) {
        if (++lengths_ > 1) return refusal{400, "there is more than one Content-Length"};
        const auto number = whole_number(value);
        if (!number) return refusal{400, "Content-Length is not one whole number"};
        made_.length = *number;
        return std::nullopt;
    }

    std::optional<refusal> encoding(std::string_view value) {
        if (++encodings_ > 1) return refusal{400, "there is more than one Transfer-Encoding"};
        if (same_word(value, "chunked")) {
            made_.chunked = true;
            return std::nullopt;
        }
        // Compressed and then chunked: framed well, only not understood.
        const auto comma = value.rfind(',');
        if (comma != std::string_view::npos && same_word(trimmed(value.substr(comma + 1)), "chunked") &&
            is_token(trimmed(value.substr(0, comma))) &&
            !same_word(trimmed(value.substr(0, comma)), "chunked"))
            return refusal{501, "the only Transfer-Encoding that is understood here is chunked"};
        return refusal{400, "Transfer-Encoding is not chunked"};
    }

    std::size_t most_fields_;
    framing made_;
    std::size_t fields_ = 0;
    std::size_t hosts_ = 0;
    std::size_t lengths_ = 0;
    std::size_t encodings_ = 0;
    std::optional<std::string_view> expectation_;
};

} // namespace

boost::system::result<std::size_t, refusal> head_end::find(std::string_view bytes) {
    for (; seen_ < bytes.size(); ++seen_) {
        const char c = bytes[seen_];
        const bool after_cr = seen_ > 0 && bytes[seen_ - 1] == '\r';
        if (c == '\n' && !after_cr) return refusal{400, "a line ends in LF without CR"};
        if (c != '\n' && after_cr) return refusal{400, "a CR is not followed by LF"};
        if (is_control(c)) return refusal{400, "there is a control character in the header"};
        if (c != '\n') continue;
        if (seen_ == 1) return refusal{400, "there is an empty line before the request"};
        if (bytes[seen_ - 2] == '\n') return seen_ + 1;
    }
    return std::size_t{0};
}

boost::system::result<framing, refusal> check_head(std::string_view head, std::size_t most_fields) {
    judge verdict{most_fields};
    if (auto refused = verdict.request_line(take_line(head))) return std::move(*refused);
    for (auto line = take_line(head); !line.empty(); line = take_line(head))
        if (auto refused = verdict.field(line)) return std::move(*refused);
    if (auto refused = verdict.whole()) return std::move(*refused);
    return verdict.made();
}

bool has_whole_line_ends(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return false;
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n') return false;
    }
    return true;
}

} // namespace edgeconf::http
