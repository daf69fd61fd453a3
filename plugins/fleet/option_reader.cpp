#include "fleet/option_reader.hpp"

#include <fmt/format.h>

#include <charconv>

namespace edgeconf::fleet {

namespace json = boost::json;

namespace {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    static constexpr std::chrono::hours longest{24 * 3650};
    std::uint32_t count = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    if (read.ec != std::errc{} || end - read.ptr != 1) return std::nullopt;
    std::chrono::seconds parsed{0};
    switch (*read.ptr) {
    case 's': parsed = std::chrono::seconds{count}; break;
    case 'm': parsed = std::chrono::minutes{count}; break;
    case 'h': parsed = std::chrono::hours{count}; break;
    case 'd': parsed = std::chrono::hours{24} * count; break;
    default: break;
    }
    if (parsed.count() == 0 || parsed > longest) return std::nullopt;
    return parsed;
}

std::string step(std::string_view key) {
    std::string made{"/"};
    for (const char c : key) {
        if (c == '~') {
            made += "~0";
        } else if (c == '/') {
            made += "~1";
        } else {
            made += c;
        }
    }
    return made;
}

} // namespace

option_reader::option_reader(const json::object& from, std::string pointer, option_problems& problems)
    : from_{&from}, pointer_{std::move(pointer)}, problems_{&problems} {}

const json::value* option_reader::find(std::string_view key) const {
    const auto* value = from_->if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

void option_reader::problem(std::string_view key, std::string what) {
    problems_->push_back({key.empty() ? pointer_ : pointer_ + step(key), std::move(what)});
}

void option_reader::read_text(std::string_view key, std::string& value) {
    const auto* given = find(key);
    if (given == nullptr) return;
    if (!given->is_string() || given->get_string().empty()) return problem(key, "has to be a text");
    value = given->get_string();
}

void option_reader::read_count(std::string_view key, std::size_t& value, std::size_t least,
                               std::size_t most) {
    const auto* given = find(key);
    if (given == nullptr) return;
    boost::system::error_code error;
    const auto count = given->to_number<std::size_t>(error);
    if (error || count < least || count > most) {
        return problem(key, fmt::format("has to be a whole number from {} to {}", least, most));
    }
    value = count;
}

void option_reader::read_flag(std::string_view key, bool& value) {
    const auto* given = find(key);
    if (given == nullptr) return;
    if (!given->is_bool()) return problem(key, "has to be true or false");
    value = given->get_bool();
}

void option_reader::read_duration(std::string_view key, std::chrono::seconds& value) {
    std::string text;
    if (has(key)) read_text(key, text);
    if (text.empty()) return;
    const auto parsed = parse_duration(text);
    if (!parsed) return problem(key, "has to be a time such as 45s, 30m, 12h or 7d, at most ten years");
    value = *parsed;
}

void option_reader::read_milliseconds(std::string_view key, std::chrono::milliseconds& value) {
    std::string text;
    if (has(key)) read_text(key, text);
    if (text.empty()) return;
    std::uint32_t count = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    if (read.ec == std::errc{} && count != 0 && std::string_view{read.ptr, end} == "ms") {
        value = std::chrono::milliseconds{count};
    } else if (const auto longer = parse_duration(text)) {
        value = *longer;
    } else {
        problem(key, "has to be a time such as 700ms, 5s or 10m");
    }
}

void option_reader::read_texts(std::string_view key, std::vector<std::string>& value) {
    const auto* given = find(key);
    if (given == nullptr) return;
    if (!given->is_array()) {
        std::string alone;
        read_text(key, alone);
        if (!alone.empty()) value.assign(1, std::move(alone));
        return;
    }
    std::vector<std::string> read;
    for (const auto& each : given->get_array()) {
        if (!each.is_string() || each.get_string().empty()) return problem(key, "has to be a list of texts");
        read.emplace_back(each.get_string());
    }
    if (read.empty()) return problem(key, "has to name something; leave it out to name nothing");
    value = std::move(read);
}

std::optional<option_reader> option_reader::read_object(std::string_view key) {
    const auto* given = find(key);
    if (given == nullptr) return std::nullopt;
    if (given->is_object()) return option_reader{given->get_object(), pointer_ + step(key), *problems_};
    problem(key, "has to be an object");
    return std::nullopt;
}

std::vector<option_reader> option_reader::read_objects(std::string_view key) {
    std::vector<option_reader> readers;
    const auto* given = find(key);
    if (given == nullptr) return readers;
    if (!given->is_array()) {
        problem(key, "has to be a list of objects");
        return readers;
    }
    for (std::size_t i = 0; i < given->get_array().size(); ++i) {
        const auto& each = given->get_array()[i];
        const auto place = fmt::format("{}{}/{}", pointer_, step(key), i);
        if (each.is_object()) {
            readers.emplace_back(each.get_object(), place, *problems_);
        } else {
            problems_->push_back({place, "has to be an object"});
        }
    }
    return readers;
}

std::vector<std::string> option_reader::keys() const {
    std::vector<std::string> all;
    for (const auto& member : *from_) all.emplace_back(member.key());
    return all;
}

} // namespace edgeconf::fleet
