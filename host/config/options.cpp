#include "config/options.hpp"

#include <boost/json/value.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace edgeconf::config {
namespace {

namespace json = boost::json;

constexpr std::string_view root_key = "provider.options";
// An alias names its anchor's node again, so a small file can hold a huge tree.
constexpr std::size_t most_values = 100'000;
// An alias inside its own anchor is a tree without end. JSON parsers stop at 32 levels unless told otherwise.
constexpr std::size_t most_levels = 32;

json::string_view view(std::string_view s) { return {s.data(), s.size()}; }

// Without a plus sign, which YAML takes and std::from_chars does not.
std::string_view without_plus(std::string_view text) {
    return text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
}

// A whole number as YAML 1.2's core schema writes it: 12, +12, 0o14, 0xC.
std::optional<std::int64_t> whole_number(std::string_view text) {
    const int base = text.starts_with("0x") ? 16 : text.starts_with("0o") ? 8 : 10;
    text = base == 10 ? without_plus(text) : text.substr(2);
    if (base != 10 && text.starts_with('-')) return std::nullopt;
    std::int64_t value{};
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value, base);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

std::optional<double> real_number(std::string_view text) {
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    text = without_plus(text);
    double value{};
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

bool is_beyond_json(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return text == ".inf" || text == ".Inf" || text == ".INF" || text == ".nan" || text == ".NaN" ||
           text == ".NAN";
}

json::value plain(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    if (const auto whole = whole_number(text)) return *whole;
    if (const auto real = real_number(text)) return *real;
    return json::value(view(text));
}

std::string escaped(std::string_view key) {
    std::string token;
    for (const char c : key) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

class converter {
public:
    converter(reading& into, std::map<std::string, mark, std::less<>>& marks) : into_{into}, marks_{marks} {}

    json::value convert(const YAML::Node& node, const std::string& pointer) {
        if (++values_ > most_values) {
            if (values_ == most_values + 1) into_.complain(node.Mark(), root_key, "holds too many values");
            return nullptr;
        }
        if (levels_ == most_levels && (node.IsMap() || node.IsSequence())) {
            if (!too_deep_) into_.complain(node.Mark(), dotted(pointer), "is nested too deeply");
            too_deep_ = true;
            return nullptr;
        }
        marks_.emplace(pointer, mark{node.Mark().line + 1, node.Mark().column + 1});
        if (node.IsMap()) return mapping(node, pointer);
        if (node.IsSequence()) return sequence(node, pointer);
        if (node.IsNull()) return nullptr;
        // yaml-cpp tags quoted scalars "!", plain ones "?".
        if (node.Tag() == "?" || node.Tag().empty()) {
            if (is_beyond_json(node.Scalar()))
                into_.complain(node.Mark(), dotted(pointer), "is a number that JSON does not have");
            return plain(node.Scalar());
        }
        return json::value(view(into_.scalar(node, dotted(pointer))));
    }

private:
    struct level {
        explicit level(std::size_t& count) : count_{count} { ++count_; }
        level(const level&) = delete;
        level& operator=(const level&) = delete;
        ~level() { --count_; }
        std::size_t& count_;
    };

    static std::string dotted(const std::string& pointer) {
        auto key = std::string{root_key} + pointer;
        std::replace(key.begin() + root_key.size(), key.end(), '/', '.');
        return key;
    }

    json::object mapping(const YAML::Node& node, const std::string& pointer) {
        json::object made;
        const level here{levels_};
        for (const auto& entry : node) {
            if (!entry.first.IsScalar()) {
                into_.complain(entry.first.Mark(), dotted(pointer), "a key has to be a single word");
                continue;
            }
            const auto& key = entry.first.Scalar();
            const auto below = pointer + "/" + escaped(key);
            if (made.contains(view(key))) into_.complain(entry.first.Mark(), dotted(below), "is given twice");
            made[view(key)] = convert(entry.second, below);
        }
        return made;
    }

    json::array sequence(const YAML::Node& node, const std::string& pointer) {
        json::array made;
        const level here{levels_};
        for (const auto& item : node)
            made.push_back(convert(item, pointer + "/" + std::to_string(made.size())));
        return made;
    }

    reading& into_;
    std::map<std::string, mark, std::less<>>& marks_;
    std::size_t values_ = 0;
    std::size_t levels_ = 0;
    bool too_deep_ = false;
};

} // namespace

json::object read_options(reading& into, const YAML::Node& node,
                          std::map<std::string, mark, std::less<>>& marks) {
    if (!node.IsDefined() || node.IsNull()) return {};
    if (!node.IsMap()) {
        into.complain(node.Mark(), root_key, "a mapping of keys is expected here");
        return {};
    }
    return converter{into, marks}.convert(node, "").as_object();
}

} // namespace edgeconf::config
