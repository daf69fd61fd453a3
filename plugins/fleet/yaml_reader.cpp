#include "fleet/yaml_reader.hpp"

#include "fleet/encoding.hpp"
#include "fleet/yaml_scalar.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t depth_limit = 64;
constexpr std::size_t value_limit = 10'000'000;   // an export of a whole fleet is one document
constexpr std::size_t unfolded_limit = 1'000'000; // values that came from aliases
constexpr std::size_t problem_limit = 50;

// Leaves yaml-cpp's parser, which has no other way out; never leaves read_yaml.
struct unusable {
    yaml_problem why;
};

std::uint32_t line_of(const YAML::Mark& mark) { return static_cast<std::uint32_t>(mark.line + 1); }

// yaml-cpp turns the escapes \N and \_ into one byte each, 0x85 and 0xa0, which is not UTF-8. The text it
// read was, so what is wrong in a scalar is these.
std::string mend_escapes(const std::string& text) {
    std::string mended;
    for (std::string_view rest{text}; !rest.empty();) {
        std::size_t length = 1;
        while (length <= 4 && length <= rest.size() && !is_utf8(rest.substr(0, length))) ++length;
        if (length > 4 || length > rest.size()) {
            length = 1;
            // No escape leaves another kind of byte alone; if one did, it would have to go.
            if ((static_cast<unsigned char>(rest.front()) & 0xc0) != 0x80) {
                rest.remove_prefix(1);
                continue;
            }
            mended.push_back('\xc2');
        }
        mended += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return mended;
}

struct node {
    json::value value;
    std::vector<std::uint32_t> lines;
};

// A list or a map that is still open.
struct frame {
    bool is_map = false;
    bool has_key = false;
    bool merges = false; // the key is `<<`
    std::uint32_t key_line = 0;
    YAML::anchor_t anchor = 0;
    std::string key;
    json::array list;
    json::object members;
    std::vector<std::uint32_t> lines;
    std::vector<node> merged;
};

class document_builder final : public YAML::EventHandler {
public:
    explicit document_builder(yaml_text& into) : into_{into} {}

    void OnDocumentStart(const YAML::Mark&) override {
        open_.clear();
        anchors_.clear();
        values_ = unfolded_ = 0;
        root_ = {};
    }
    void OnDocumentEnd() override {
        if (!root_.value.is_null())
            into_.documents.push_back({std::move(root_.value), std::move(root_.lines)});
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        scalar(mark, anchor, nullptr, "", false);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, false);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, true);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    [[noreturn]] static void refuse(const YAML::Mark& mark, std::string why) {
        throw unusable{{line_of(mark), std::move(why)}};
    }

    bool awaits_key() const { return !open_.empty() && open_.back().is_map && !open_.back().has_key; }
    void take_key(const YAML::Mark& mark, const json::value& value, const std::string& text, bool quoted);
    void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, json::value value, const std::string& text,
                bool quoted);
    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool is_map);
    void close();
    void merge_into(frame& map);
    void deliver(node made, YAML::anchor_t anchor);
    void problem(std::uint32_t line, std::string text) {
        if (into_.problems.size() < problem_limit) into_.problems.push_back({line, std::move(text)});
    }

    yaml_text& into_;
    node root_;
    std::vector<frame> open_;
    std::map<YAML::anchor_t, node> anchors_; // complete ones alone, so a cycle finds none
    std::size_t values_ = 0;
    std::size_t unfolded_ = 0;
};

void document_builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                const std::string& text) {
    if (!is_utf8(text)) return OnScalar(mark, tag, anchor, mend_escapes(text));
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (quoted) return scalar(mark, anchor, json::value(text), text, true);
    static constexpr std::string_view core[] = {"?",
                                                "",
                                                "tag:yaml.org,2002:int",
                                                "tag:yaml.org,2002:float",
                                                "tag:yaml.org,2002:bool",
                                                "tag:yaml.org,2002:null"};
    for (const auto known : core) {
        if (tag == known) return scalar(mark, anchor, resolve_scalar(text), text, false);
    }
    refuse(mark, fmt::format("the tag {} is not supported; write the value without it", tag));
}

void document_builder::scalar(const YAML::Mark& mark, YAML::anchor_t anchor, json::value value,
                              const std::string& text, bool quoted) {
    if (awaits_key()) return take_key(mark, value, text, quoted);
    deliver({std::move(value), {line_of(mark)}}, anchor);
}

void document_builder::take_key(const YAML::Mark& mark, const json::value& value, const std::string& text,
                                bool quoted) {
    auto& map = open_.back();
    if (value.is_null() || value.is_bool()) {
        problem(line_of(mark), fmt::format("the key '{}' reads as {} in YAML 1.1; put it in quotes", text,
                                           value.is_null() ? "null" : "a boolean"));
    }
    map.has_key = true;
    map.merges = !quoted && text == "<<";
    map.key = text;
    map.key_line = line_of(mark);
}

void document_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "the alias stands inside what it refers to");
    if (awaits_key()) refuse(mark, "an alias cannot be a key; write the key out");
    unfolded_ += found->second.lines.size();
    if (unfolded_ > unfolded_limit) {
        refuse(mark, fmt::format("the aliases unfold to more than {} values", unfolded_limit));
    }
    node copy = found->second;
    copy.lines.front() = line_of(mark);
    deliver(std::move(copy), 0);
}

void document_builder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                            bool is_map) {
    if (awaits_key()) refuse(mark, "a key has to be a single word or text, not a list or a map");
    if (open_.size() >= depth_limit) refuse(mark, fmt::format("nested deeper than {} levels", depth_limit));
    if (!(tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" ||
          tag == "tag:yaml.org,2002:seq")) {
        refuse(mark, fmt::format("the tag {} is not supported; write the value without it", tag));
    }
    frame opened;
    opened.is_map = is_map;
    opened.anchor = anchor;
    opened.lines.push_back(line_of(mark));
    open_.push_back(std::move(opened));
}

void document_builder::close() {
    frame done = std::move(open_.back());
    open_.pop_back();
    if (!done.merged.empty()) merge_into(done);
    json::value value =
        done.is_map ? json::value(std::move(done.members)) : json::value(std::move(done.list));
    deliver({std::move(value), std::move(done.lines)}, done.anchor);
}

// What the map says itself wins, then the earlier of the merged maps.
void document_builder::merge_into(frame& map) {
    const auto take = [&](const json::value& from, const std::uint32_t* lines) {
        if (!from.is_object()) return problem(*lines, "only a map can be merged with '<<'");
        std::size_t at = 1;
        for (const auto& [key, value] : from.get_object()) {
            const std::size_t size = count_values(value);
            if (!map.members.contains(key)) {
                map.members.emplace(key, value);
                map.lines.insert(map.lines.end(), lines + at, lines + at + size);
            }
            at += size;
        }
    };
    for (const auto& [value, lines] : map.merged) {
        if (!value.is_array()) {
            take(value, lines.data());
            continue;
        }
        std::size_t at = 1;
        for (const auto& each : value.get_array()) {
            take(each, lines.data() + at);
            at += count_values(each);
        }
    }
}

void document_builder::deliver(node made, YAML::anchor_t anchor) {
    if (++values_ + unfolded_ > value_limit) {
        throw unusable{{made.lines.front(), fmt::format("more than {} values in one document", value_limit)}};
    }
    if (anchor != 0) {
        unfolded_ += made.lines.size(); // the copy kept for its aliases
        anchors_[anchor] = made;
    }
    if (open_.empty()) {
        root_ = std::move(made);
        return;
    }
    auto& parent = open_.back();
    if (parent.is_map) {
        made.lines.front() = parent.key_line;
        parent.has_key = false;
        if (std::exchange(parent.merges, false)) {
            parent.merged.push_back(std::move(made));
            return;
        }
        if (parent.members.contains(parent.key)) {
            return problem(parent.key_line,
                           fmt::format("'{}' is set twice in this map; keep one", parent.key));
        }
        parent.members.emplace(parent.key, std::move(made.value));
    } else {
        parent.list.push_back(std::move(made.value));
    }
    parent.lines.insert(parent.lines.end(), made.lines.begin(), made.lines.end());
}

// JSON may write a character beyond U+FFFF as two \u escapes, which YAML does not know. Only what is JSON
// as a whole is touched: in YAML a backslash may be just that.
bool has_surrogates(std::string_view text) {
    if (text.find("\\ud") == std::string_view::npos && text.find("\\uD") == std::string_view::npos)
        return false;
    boost::system::error_code error;
    json::monotonic_resource memory;
    json::parse(text, error, &memory);
    return !error;
}

// `text`, which is JSON, with such pairs replaced by the character itself. Lines stay as they are.
std::string join_surrogates(std::string_view text) {
    const auto escape_at = [&](std::size_t at) -> std::uint32_t {
        if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
        std::uint32_t value = 0;
        for (const char c : text.substr(at + 2, 4)) {
            const bool digit = c >= '0' && c <= '9';
            const char low = static_cast<char>(c | 0x20);
            if (!digit && !(low >= 'a' && low <= 'f')) return 0;
            value = value * 16 + static_cast<std::uint32_t>(digit ? c - '0' : low - 'a' + 10);
        }
        return value;
    };
    std::string joined;
    joined.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto high = escape_at(at);
        const auto low = high >= 0xd800 && high < 0xdc00 ? escape_at(at + 6) : 0;
        if (low >= 0xdc00 && low < 0xe000) {
            const auto point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            for (const auto byte : {0xf0u | (point >> 18), 0x80u | ((point >> 12) & 0x3f),
                                    0x80u | ((point >> 6) & 0x3f), 0x80u | (point & 0x3f)}) {
                joined.push_back(static_cast<char>(byte));
            }
            at += 12;
            continue;
        }
        const std::size_t step = text[at] == '\\' && at + 1 < text.size() ? 2 : 1;
        joined.append(text, at, step);
        at += step;
    }
    return joined;
}

} // namespace

std::size_t count_values(const json::value& root) {
    std::size_t count = 1;
    if (const auto* list = root.if_array()) {
        for (const auto& each : *list) count += count_values(each);
    } else if (const auto* map = root.if_object()) {
        for (const auto& member : *map) count += count_values(member.value());
    }
    return count;
}

yaml_text read_yaml(std::string_view text) {
    yaml_text read;
    if (!is_utf8(text)) {
        read.problems.push_back({1, "is not UTF-8 text; save it as UTF-8"});
        return read;
    }
    document_builder builder{read};
    try {
        std::istringstream stream{has_surrogates(text) ? join_surrogates(text) : std::string{text}};
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& e) {
        read.problems.push_back(
            {line_of(e.mark), fmt::format("is not valid YAML: {}; check indentation and quotes", e.msg)});
    } catch (unusable& e) {
        read.problems.push_back(std::move(e.why));
    }
    return read;
}

} // namespace edgeconf::fleet
