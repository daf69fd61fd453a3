#include "config/section.hpp"

#include "model/spelling.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

namespace edgeconf::config {
namespace {

template <class Number>
std::optional<std::pair<Number, std::string_view>> leading_number(std::string_view text) {
    Number value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{}) return std::nullopt;
    return std::pair{value, text.substr(static_cast<std::size_t>(read.ptr - text.data()))};
}

// A deadline is now plus this, in nanoseconds of 64 bits.
constexpr std::chrono::hours longest_duration{24 * 365};

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto number = leading_number<std::uint32_t>(text);
    if (!number) return std::nullopt;
    const auto [value, unit] = *number;
    std::chrono::milliseconds parsed{0};
    if (unit == "ms")
        parsed = std::chrono::milliseconds{value};
    else if (unit == "s")
        parsed = std::chrono::seconds{value};
    else if (unit == "m")
        parsed = std::chrono::minutes{value};
    else if (unit == "h")
        parsed = std::chrono::hours{value};
    if (parsed.count() == 0 || parsed > longest_duration) return std::nullopt;
    return parsed;
}

std::optional<std::uint64_t> unit_size(std::string_view unit, bool bytes) {
    if (unit.empty()) return 1;
    if (!bytes) return std::nullopt;
    if (unit == "KiB") return 1ULL << 10;
    if (unit == "MiB") return 1ULL << 20;
    if (unit == "GiB") return 1ULL << 30;
    return std::nullopt;
}

std::optional<std::string> content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return std::nullopt;
    std::ostringstream content;
    content << in.rdbuf();
    // An empty file makes `content` fail, a folder makes `in` bad.
    in.peek();
    if (in.bad()) return std::nullopt;
    return std::move(content).str();
}

// yaml-cpp tags plain scalars "?" and quoted ones "!".
bool is_plain_tag(std::string_view tag) {
    return tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str";
}

// What a complaint may repeat of a value: not what came from elsewhere, for that is how secrets come in.
std::string shown(const YAML::Node& node, std::string_view text) {
    if (node.Tag() == "!file" || node.Tag() == "!env") return "what " + node.Tag() + " gives";
    return "'" + std::string{text} + "'";
}

} // namespace

void reading::complain(const YAML::Mark& at, std::string_view key, std::string_view what) {
    const auto place =
        at.is_null() ? file.string() : fmt::format("{}:{}:{}", file.string(), at.line + 1, at.column + 1);
    complaints.push_back(key.empty() ? fmt::format("{}: {}", place, what)
                                     : fmt::format("{}: {}: {}", place, key, what));
}

std::string reading::scalar(const YAML::Node& node, std::string_view key) {
    if (!node.IsScalar()) {
        complain(node.Mark(), key, "a single value is expected here");
        return {};
    }
    const auto& text = node.Scalar();
    if (node.Tag() == "!env") {
        const auto* value = std::getenv(text.c_str());
        if (value == nullptr) complain(node.Mark(), key, "the environment has no variable " + text);
        return value != nullptr ? value : "";
    }
    if (node.Tag() == "!file") {
        auto content = content_of(absolute(text));
        if (!content) {
            complain(node.Mark(), key, "cannot read " + absolute(text).string());
            return {};
        }
        auto& value = *content;
        if (value.ends_with('\n')) value.pop_back();
        return std::move(value);
    }
    if (!is_plain_tag(node.Tag()))
        complain(node.Mark(), key,
                 "the tag '" + node.Tag() + "' is not known; there are !file PATH and !env NAME");
    return text;
}

std::filesystem::path reading::absolute(std::string_view path) const {
    return (file.parent_path() / std::filesystem::path{path}).lexically_normal();
}

section::section(reading& into, YAML::Node node, std::string path)
    : into_{into}, node_{std::move(node)}, mark_{node_.Mark()}, path_{std::move(path)} {
    if (node_.IsMap()) return;
    if (node_.IsDefined() && !node_.IsNull())
        into_.complain(node_.Mark(), path_, "a mapping of keys is expected here");
    node_.reset(YAML::Node{YAML::NodeType::Map}); // an assignment would change the document
}

bool section::has(std::string_view key) { return node(key).IsDefined(); }

YAML::Node section::node(std::string_view key) {
    known_.emplace(key);
    const auto& whole = node_; // on a const node, operator[] does not add the key
    return whole[std::string{key}];
}

bool section::nested(std::string_view key, const std::function<void(section&)>& body) {
    auto found = node(key);
    if (!found.IsDefined()) return false;
    section inner{into_, found, path_of(key)};
    // Nothing has no place of its own.
    if (found.IsNull()) inner.mark_ = mark_of_key(key);
    body(inner);
    inner.finish();
    return true;
}

YAML::Mark section::mark_of_key(std::string_view key) const {
    for (const auto& entry : node_)
        if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.first.Mark();
    return mark_;
}

void section::read(std::string_view key, std::string& value) {
    if (const auto found = node(key)) value = scalar(found, key);
}

void section::read(std::string_view key, std::filesystem::path& value) {
    const auto found = node(key);
    if (!found) return;
    if (found.Tag() == "!file")
        return complain(key, "a path is expected here, not the content of a file; write it without !file");
    const auto text = scalar(found, key);
    if (text.empty()) return complain(key, "a path is expected here");
    value = into_.absolute(text);
}

void section::read(std::string_view key, std::chrono::milliseconds& value) {
    const auto found = node(key);
    if (!found) return;
    const auto text = scalar(found, key);
    const auto parsed = parse_duration(text);
    if (!parsed)
        return complain(key, shown(found, text) +
                                 " is no time; write a number above 0 with ms, s, m or h, as in "
                                 "800ms, up to 8760h");
    value = *parsed;
}

void section::read(std::string_view key, endpoint& value) {
    const auto found = node(key);
    if (!found) return;
    const auto text = scalar(found, key);
    const auto parsed = parse_endpoint(text);
    if (!parsed && is_plain_tag(found.Tag())) return complain(key, parsed.error().detail);
    if (!parsed) return complain(key, shown(found, text) + " is no address; write one as in 127.0.0.1:8443");
    value = *parsed;
}

void section::read(std::string_view key, std::vector<std::string>& value) {
    const auto found = node(key);
    if (!found) return;
    if (!found.IsSequence()) return complain(key, "a list is expected here, as in [a, b]");
    value.clear();
    for (const auto& item : found) value.push_back(scalar(item, key));
}

void section::read(std::string_view key, std::uint64_t& value, std::uint64_t lowest, std::uint64_t highest,
                   bool bytes) {
    const auto found = node(key);
    if (!found) return;
    const auto text = scalar(found, key);
    const auto number = leading_number<std::uint64_t>(text);
    const auto unit = number ? unit_size(number->second, bytes) : std::nullopt;
    if (unit && number->first <= highest / *unit && number->first * *unit >= lowest) {
        value = number->first * *unit;
        return;
    }
    complain(key, fmt::format("{} is not a whole number from {} to {}{}", shown(found, text), lowest, highest,
                              bytes ? " (KiB, MiB or GiB may follow it)" : ""));
}

std::string section::scalar(const YAML::Node& node, std::string_view key) {
    return into_.scalar(node, path_of(key));
}

void section::complain(std::string_view key, std::string_view what) {
    const auto found = node(key);
    into_.complain(found.IsDefined() ? found.Mark() : mark_, path_of(key), what);
}

void section::complain_of_word(std::string_view key, std::string_view text, const std::string& known) {
    complain(key, shown(node(key), text) + " is not one of " + known);
}

void section::finish() {
    std::set<std::string, std::less<>> seen;
    for (const auto& entry : node_) {
        const auto key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a word)";
        if (!seen.insert(key).second) into_.complain(entry.first.Mark(), path_of(key), "is given twice");
        if (known_.contains(key)) continue;
        const auto meant = nearest_word(key, known_);
        into_.complain(entry.first.Mark(), path_of(key),
                       meant.empty() ? "is not a known key"
                                     : "is not a known key; did you mean '" + meant + "'?");
    }
}

std::string section::path_of(std::string_view key) const {
    return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

} // namespace edgeconf::config
