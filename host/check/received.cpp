#include "check/received.hpp"

#include <openssl/asn1.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace edgeconf::check {
namespace {

// A host's limits (docs/provider-abi.md).
constexpr std::uint64_t longest_body = 64ULL << 20;
constexpr std::uint64_t longest_text = 64ULL << 10;
constexpr std::uint64_t most_items = 4096;

// How many bytes it has; 0 if `text`, which is not empty, does not begin with one.
std::size_t first_character(std::string_view text) noexcept {
    unsigned long value = 0;
    const int used = UTF8_getc(reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(std::min<std::size_t>(text.size(), 6)), &value);
    return used <= 0 || value > 0x10ffff ? 0 : static_cast<std::size_t>(used);
}

void copy_text(const char* member, const ecp_str& from, std::string& to, answer& made) {
    std::string fault;
    to = received_text(&from, fault);
    if (!fault.empty()) made.malformed.push_back(fmt::format("{} {}", member, fault));
    if (!is_utf8(to)) made.bad_texts.emplace_back(member);
}

void copy_body(const ecp_result& from, answer& made) {
    if (from.n_parts != 0 && from.parts == nullptr) {
        made.malformed.push_back(fmt::format("n_parts is {} and parts is NULL", from.n_parts));
        return;
    }
    if (from.n_parts > most_items) {
        made.malformed.push_back(fmt::format("n_parts is {}, and a host takes {}", from.n_parts, most_items));
        return;
    }
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < from.n_parts; ++i) {
        const auto& part = from.parts[i];
        if (part.len != 0 && part.ptr == nullptr) {
            made.malformed.push_back(fmt::format("parts[{}] has {} bytes at NULL", i, part.len));
            return;
        }
        if (part.len > longest_body || (total += part.len) > longest_body) {
            made.malformed.push_back(fmt::format("the body is longer than {} bytes", longest_body));
            return;
        }
    }
    for (std::uint64_t i = 0; i < from.n_parts; ++i)
        if (from.parts[i].len != 0)
            made.body.append(from.parts[i].ptr, static_cast<std::size_t>(from.parts[i].len));
    if (!is_utf8(made.body)) made.bad_texts.emplace_back("the body");
}

void copy_details(const ecp_result& from, answer& made) {
    if (from.n_details != 0 && from.details == nullptr) {
        made.malformed.push_back(fmt::format("n_details is {} and details is NULL", from.n_details));
        return;
    }
    if (from.n_details > most_items) {
        made.malformed.push_back(
            fmt::format("n_details is {}, and a host takes {}", from.n_details, most_items));
        return;
    }
    for (std::uint64_t i = 0; i < from.n_details; ++i) {
        auto& [key, value] = made.details.emplace_back();
        copy_text("a detail's key", from.details[i].key, key, made);
        copy_text("a detail's value", from.details[i].value, value, made);
    }
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto length = first_character(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string legible(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        const auto length = first_character(text);
        const auto first = static_cast<unsigned char>(text.front());
        const bool is_c1 = first == 0xc2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xa0;
        const bool is_control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f || is_c1;
        if (length == 0 || is_control)
            made += '?';
        else
            made += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return made;
}

std::string received_text(const ecp_str* from, std::string& fault) {
    if (from == nullptr) {
        fault = "is NULL";
    } else if (from->len > longest_text) {
        fault = fmt::format("has {} bytes, and a host takes {}", from->len, longest_text);
    } else if (from->len != 0 && from->ptr == nullptr) {
        fault = fmt::format("has {} bytes at NULL", from->len);
    } else if (from->len != 0) {
        return {from->ptr, static_cast<std::size_t>(from->len)};
    }
    return {};
}

answer received_result(const ecp_result* result) {
    answer made;
    if (result == nullptr) {
        made.malformed.emplace_back("the result is NULL");
        return made;
    }
    made.struct_size = result->struct_size;
    constexpr auto least = offsetof(ecp_result, n_details) + sizeof(result->n_details);
    if (result->struct_size < least)
        made.malformed.push_back(fmt::format(
            "struct_size is {}, and the first ecp_result had {} bytes: set it to sizeof(ecp_result)",
            result->struct_size, least));
    ecp_result known{};
    std::memcpy(&known, result, std::min<std::size_t>(result->struct_size, sizeof known));
    if (result->struct_size >= offsetof(ecp_result, status) + sizeof(known.status))
        made.status = known.status;
    copy_body(known, made);
    copy_text("revision", known.revision, made.revision, made);
    copy_text("message", known.message, made.message, made);
    copy_text("next_page", known.next_page, made.next_page, made);
    made.retry_after_ms = known.retry_after_ms;
    copy_details(known, made);
    return made;
}

} // namespace edgeconf::check
