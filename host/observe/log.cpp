#include "observe/log.hpp"

#include "observe/repeated_problems.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <vector>

namespace edgeconf::observe {
namespace {

spdlog::level::level_enum native(level l) noexcept {
    switch (l) {
    case level::trace: return spdlog::level::trace;
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warn: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view word(level l) noexcept {
    switch (l) {
    case level::trace: return "trace";
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warn: return "warn";
    case level::error: return "error";
    }
    return "info";
}

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != '"' && byte != '=' && byte != 0x7f;
}

// How many bytes the UTF-8 character at the beginning of `text` has; 0 if there is none.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    // Longer than need be, a surrogate, or past the last character.
    const auto second = byte(1);
    const bool impossible = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return impossible ? 0 : length;
}

// With U+FFFD in place of every byte that belongs to no character: JSON is UTF-8.
std::string as_utf8(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        if (length == 0)
            made += "\xef\xbf\xbd";
        else
            made += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return made;
}

// JSON leaves DEL as it is; terminals do not.
std::string escape_delete(std::string json) {
    for (auto at = json.find('\x7f'); at != std::string::npos; at = json.find('\x7f', at))
        json.replace(at, 1, "\\u007f");
    return json;
}

// As itself where it is one plain word, else as a JSON string, which escapes what would break the line.
std::string quoted(std::string_view value) {
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) return std::string{value};
    return escape_delete(boost::json::serialize(boost::json::string_view{value.data(), value.size()}));
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string one_line(std::string_view message) {
    std::string flat{message};
    std::replace_if(flat.begin(), flat.end(), is_control, ' ');
    return flat;
}

// A provider names the fields of its own lines, so a name may be anything.
std::string as_word(std::string_view key) {
    std::string word{key.empty() ? "_" : key};
    std::replace_if(
        word.begin(), word.end(), [](char c) { return !is_plain(c); }, '_');
    return word;
}

std::string as_text(level l, std::string_view message, std::span<const field> fields) {
    auto line = fmt::format("{:<5} {}", word(l), one_line(message));
    for (const auto& f : fields) line += fmt::format(" {}={}", as_word(f.key), quoted(f.value));
    return line;
}

// Without the opening part that the pattern adds, with the time in it. What is there already keeps its
// key: a provider's field of the same name gets a longer one.
std::string as_json(level l, std::string_view message, std::span<const field> fields) {
    boost::json::object line;
    line["level"] = boost::json::string_view{word(l).data(), word(l).size()};
    line["message"] = as_utf8(message);
    for (const auto& f : fields) {
        auto key = as_utf8(f.key);
        while (key == "time" || line.contains(key)) key += '_';
        line[key] = as_utf8(f.value);
    }
    return escape_delete(boost::json::serialize(line).substr(1));
}

std::unique_ptr<spdlog::logger> make(std::shared_ptr<spdlog::sinks::sink> sink, level lowest,
                                     log_format format) {
    auto made = std::make_unique<spdlog::logger>("edgeconf", std::move(sink));
    const auto* pattern =
        format == log_format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
    made->set_level(native(lowest));
    made->flush_on(spdlog::level::trace);
    return made;
}

} // namespace

logger::logger(level lowest, log_format format)
    : sink_{make(std::make_shared<spdlog::sinks::stderr_sink_mt>(), lowest, format)}, format_{format},
      problems_{std::make_unique<repeated_problems>(quiet_time)} {}

logger::logger(level lowest, log_format format, std::ostream& sink)
    : sink_{make(std::make_shared<spdlog::sinks::ostream_sink_mt>(sink), lowest, format)}, format_{format},
      problems_{std::make_unique<repeated_problems>(quiet_time)} {}

logger::~logger() = default;

bool logger::enabled(level l) const noexcept { return sink_->should_log(native(l)); }

void logger::set_level(level lowest) noexcept { sink_->set_level(native(lowest)); }

void logger::write(level l, std::string_view message, std::span<const field> fields) noexcept {
    if (!enabled(l)) return;
    try {
        const auto line =
            format_ == log_format::json ? as_json(l, message, fields) : as_text(l, message, fields);
        sink_->log(native(l), spdlog::string_view_t{line.data(), line.size()});
    } catch (...) {
        // A line that cannot be written must not take the service down.
    }
}

void logger::problem(level l, std::string_view kind, std::string_view message,
                     std::initializer_list<field> fields) noexcept {
    if (!enabled(l)) return;
    try {
        const auto left_out = problems_->meet(kind, l, std::chrono::steady_clock::now());
        if (!left_out) return;
        std::vector<field> line{fields.begin(), fields.end()};
        if (*left_out > 0) line.push_back({"left-out", std::to_string(*left_out)});
        write(l, message, line);
    } catch (...) {
        // As in write.
    }
}

void logger::settle_problems() noexcept {
    try {
        for (const auto& over : problems_->settle(std::chrono::steady_clock::now()))
            write(over.severity, "a problem was repeated",
                  std::array<field, 2>{field{"problem", over.kind},
                                       {"left-out", std::to_string(over.left_out)}});
    } catch (...) {
        // As in write.
    }
}

} // namespace edgeconf::observe
