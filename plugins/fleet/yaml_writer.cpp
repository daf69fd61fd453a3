#include "fleet/yaml_writer.hpp"

#include "fleet/yaml_order.hpp"
#include "fleet/yaml_scalar.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t step = 2;         // of indentation
constexpr std::size_t width = 80;       // columns after which a text is folded
constexpr std::size_t key_length = 128; // in bytes; longer keys are written after a '?'

struct character {
    char32_t point;
    std::string_view bytes;
};

character character_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
    }
    return {point, text.substr(at, length)};
}

bool is_break(char32_t c) noexcept {
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_blank(char32_t c) noexcept { return c == ' ' || c == '\t'; }

// Characters beyond U+FFFF are none here, though YAML has no objection to them.
bool is_printable(char32_t c) noexcept {
    return c == '\n' || (c >= 0x20 && c < 0x7f) ||
           (c >= 0xa0 && c < 0xfffe && c != 0xfeff && (c < 0xd800 || c >= 0xe000));
}

enum class style { plain, single_quoted, double_quoted, literal };

// What the characters of a text allow.
struct traits {
    bool multiline = false;
    bool plain = true;
    bool single_quoted = true;
    bool literal = true;
};

// Whether the character means something to YAML where it stands, so that the text cannot be plain.
bool is_indicator(char32_t c, bool first, bool after_blank, bool before_blank) noexcept {
    static constexpr std::string_view leading = "#,[]{}&*!|>'\"%@`";
    if (c == ':') return before_blank;
    if (!first) return c == '#' && after_blank;
    if (c == '?' || c == '-') return before_blank;
    return c < 0x80 && leading.find(static_cast<char>(c)) != std::string_view::npos;
}

traits traits_of(std::string_view text) {
    traits found;
    if (text.empty()) {
        found.literal = false;
        return found;
    }
    if (text.starts_with("---") || text.starts_with("...")) found.plain = false;
    char32_t before = '\n';
    for (std::size_t at = 0; at < text.size();) {
        const auto [c, bytes] = character_at(text, at);
        const bool first = at == 0;
        at += bytes.size();
        const bool last = at == text.size();
        const auto next = last ? U' ' : character_at(text, at).point;
        if (is_indicator(c, first, is_blank(before) || is_break(before), is_blank(next))) found.plain = false;
        if (!is_printable(c)) found.plain = found.single_quoted = found.literal = false;
        if (c == ' ') {
            if (first || last) found.plain = false;
            if (last) found.literal = false;
            if (!first && is_break(before)) found.plain = found.single_quoted = false;
        } else if (is_break(c)) {
            found.multiline = true;
            found.plain = false;
            if (before == ' ') found.single_quoted = found.literal = false;
        }
        before = c;
    }
    return found;
}

style style_of(std::string_view text, const traits& allowed) {
    if (text.find('\n') != std::string_view::npos) {
        return allowed.literal ? style::literal : style::double_quoted;
    }
    if (!stays_string(text)) return style::double_quoted;
    if (allowed.plain) return style::plain;
    return allowed.single_quoted ? style::single_quoted : style::double_quoted;
}

// How a list or a map lies in what is around it.
enum class place { document, item, value, value_of_long_key };

class writer {
public:
    // `indent` is that of the lines around it.
    void write(const json::value& from, std::size_t indent, place lies);
    std::string finish() &&;

private:
    void map(const json::object& from, std::size_t indent);
    void list(const json::array& from, std::size_t indent);
    void text(std::string_view from, std::size_t indent, bool may_fold);
    void plain(std::string_view from, std::size_t indent, bool may_fold);
    void single_quoted(std::string_view from, std::size_t indent, bool may_fold);
    void double_quoted(std::string_view from, std::size_t indent, bool may_fold);
    void literal(std::string_view from, std::size_t indent);
    void escape(char32_t c);

    bool folds_here() const noexcept { return column_ > width; }

    void put(std::string_view one) {
        out_ += one;
        ++column_;
    }
    void line_break(std::string_view as = "\n") {
        out_ += as;
        column_ = 0;
        only_indicators_ = true;
    }
    // Goes to `indent`, on this line if nothing but "- " and the like is there yet.
    void line(std::size_t indent) {
        if (!only_indicators_ || column_ > indent) line_break();
        while (column_ < indent) put(" ");
        only_indicators_ = true;
    }
    void indicator(std::string_view one) {
        space();
        put(one);
    }
    void word(std::string_view ascii) {
        space();
        out_ += ascii;
        column_ += ascii.size();
        only_indicators_ = false;
    }
    void space() {
        if (column_ != 0 && out_.back() != ' ') put(" ");
    }

    std::string out_;
    std::size_t column_ = 0; // in characters
    bool only_indicators_ = true;
};

std::string writer::finish() && {
    if (column_ != 0) line_break();
    return std::move(out_);
}

void writer::write(const json::value& from, std::size_t indent, place lies) {
    const auto inner = lies == place::document ? indent : indent + step;
    switch (from.kind()) {
    case json::kind::object: return from.get_object().empty() ? word("{}") : map(from.get_object(), inner);
    case json::kind::array:
        if (from.get_array().empty()) return word("[]");
        return list(from.get_array(), lies == place::value ? indent : inner);
    case json::kind::string: return text(from.get_string(), indent + step, true);
    case json::kind::null: return word("null");
    case json::kind::bool_: return word(from.get_bool() ? "true" : "false");
    case json::kind::int64: return word(fmt::format("{}", from.get_int64()));
    case json::kind::uint64: return word(fmt::format("{}", from.get_uint64()));
    case json::kind::double_: return word(fmt::format("{}", from.get_double()));
    }
}

void writer::map(const json::object& from, std::size_t indent) {
    std::vector<const json::key_value_pair*> sorted;
    for (const auto& member : from) sorted.push_back(&member);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return comes_before(a->key(), b->key()); });
    for (const auto* member : sorted) {
        const std::string_view key = member->key();
        line(indent);
        if (key.size() <= key_length && !traits_of(key).multiline) {
            // go-yaml would leave it plain, and what reads that would merge the value.
            if (key == "<<") {
                word("\"<<\"");
            } else {
                text(key, indent + step, false);
            }
            put(":");
            write(member->value(), indent, place::value);
        } else {
            indicator("?");
            text(key, indent + step, true);
            line(indent);
            indicator(":");
            write(member->value(), indent, place::value_of_long_key);
        }
    }
}

void writer::list(const json::array& from, std::size_t indent) {
    for (const auto& each : from) {
        line(indent);
        indicator("-");
        write(each, indent, place::item);
    }
}

void writer::text(std::string_view from, std::size_t indent, bool may_fold) {
    space();
    switch (style_of(from, traits_of(from))) {
    case style::plain: plain(from, indent, may_fold); break;
    case style::single_quoted: single_quoted(from, indent, may_fold); break;
    case style::double_quoted: double_quoted(from, indent, may_fold); break;
    case style::literal: return literal(from, indent);
    }
    only_indicators_ = false;
}

void writer::plain(std::string_view from, std::size_t indent, bool may_fold) {
    only_indicators_ = false;
    bool after_space = false;
    for (std::size_t at = 0; at < from.size();) {
        const auto [c, bytes] = character_at(from, at);
        at += bytes.size();
        if (c == ' ' && may_fold && !after_space && folds_here() && from[at] != ' ') {
            line(indent);
            only_indicators_ = false;
        } else {
            put(bytes);
        }
        after_space = c == ' ';
    }
}

// Breaks other than a line feed stand for themselves here; line feeds never get here.
void writer::single_quoted(std::string_view from, std::size_t indent, bool may_fold) {
    put("'");
    only_indicators_ = false;
    bool after_space = false;
    for (std::size_t at = 0; at < from.size();) {
        const auto [c, bytes] = character_at(from, at);
        const bool inside = at > 0 && at + 1 < from.size();
        at += bytes.size();
        if (c == ' ' && may_fold && !after_space && folds_here() && inside && from[at] != ' ') {
            line(indent);
            only_indicators_ = false;
        } else if (is_break(c)) {
            line_break(bytes);
        } else {
            if (only_indicators_) line(indent);
            if (c == '\'') put("'");
            put(bytes);
            only_indicators_ = false;
        }
        after_space = c == ' ';
    }
    put("'");
}

void writer::double_quoted(std::string_view from, std::size_t indent, bool may_fold) {
    // A byte order mark in front has every character escaped: an oddity to keep.
    const bool escape_all = from.starts_with("\xef\xbb\xbf");
    put("\"");
    only_indicators_ = false;
    bool after_space = false;
    for (std::size_t at = 0; at < from.size();) {
        const auto [c, bytes] = character_at(from, at);
        const bool inside = at > 0 && at + 1 < from.size();
        at += bytes.size();
        if (escape_all || !is_printable(c) || is_break(c) || c == '"' || c == '\\') {
            escape(c);
        } else if (c == ' ' && may_fold && !after_space && folds_here() && inside) {
            line(indent);
            only_indicators_ = false;
            if (from[at] == ' ') put("\\");
        } else {
            put(bytes);
        }
        after_space = c == ' ' && !escape_all;
    }
    put("\"");
}

void writer::escape(char32_t c) {
    struct short_form {
        char32_t point;
        std::string_view text;
    };
    static constexpr short_form short_forms[] = {
        {0x00, "\\0"},  {0x07, "\\a"}, {0x08, "\\b"}, {0x09, "\\t"},   {0x0a, "\\n"},
        {0x0b, "\\v"},  {0x0c, "\\f"}, {0x0d, "\\r"}, {0x1b, "\\e"},   {'"', "\\\""},
        {'\\', "\\\\"}, {0x85, "\\N"}, {0xa0, "\\_"}, {0x2028, "\\L"}, {0x2029, "\\P"}};
    const auto known = std::find_if(std::begin(short_forms), std::end(short_forms),
                                    [&](const short_form& each) { return each.point == c; });
    const auto code = static_cast<std::uint32_t>(c);
    const auto written = known != std::end(short_forms) ? std::string{known->text}
                         : code <= 0xff                 ? fmt::format("\\x{:02X}", code)
                         : code <= 0xffff               ? fmt::format("\\u{:04X}", code)
                                                        : fmt::format("\\U{:08X}", code);
    out_ += written;
    column_ += written.size();
}

void writer::literal(std::string_view from, std::size_t indent) {
    const auto last_break = [&](std::size_t end) {
        if (end == 0) return std::size_t{0};
        auto at = end - 1;
        while ((static_cast<unsigned char>(from[at]) & 0xc0) == 0x80) --at;
        return is_break(character_at(from, at).point) ? end - at : std::size_t{0};
    };
    put("|");
    const auto first = character_at(from, 0).point;
    if (first == ' ' || is_break(first)) put("2"); // the indentation cannot be told from the text
    const auto final_break = last_break(from.size());
    if (final_break == 0) {
        put("-");
    } else if (final_break == from.size() || last_break(from.size() - final_break) != 0) {
        put("+");
    }
    line_break();
    bool starts = true;
    for (std::size_t at = 0; at < from.size();) {
        const auto [c, bytes] = character_at(from, at);
        at += bytes.size();
        if (is_break(c)) {
            line_break(bytes);
            starts = true;
            continue;
        }
        if (starts) line(indent);
        starts = only_indicators_ = false;
        put(bytes);
    }
}

} // namespace

std::string write_yaml(const json::value& root) {
    writer out;
    out.write(root, 0, place::document);
    return std::move(out).finish();
}

} // namespace edgeconf::fleet
