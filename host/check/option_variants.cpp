#include "check/option_variants.hpp"

#include "provider/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <regex>
#include <set>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

using place = std::vector<std::string>; // the keys that lead there

constexpr std::size_t much = 1 << 20;
constexpr int deepest = 8;          // of objects within objects
constexpr std::size_t most = 1'000; // variants

std::string pointer_to(const place& keys) {
    std::string made;
    for (const auto& key : keys) {
        made += '/';
        for (const char c : key) made += c == '~' ? std::string{"~0"} : c == '/' ? "~1" : std::string{c};
    }
    return made;
}

json::object schema_of(const ecp_provider& table) {
    boost::system::error_code ec;
    const auto parsed = table.config_schema == nullptr ? json::value{} : json::parse(table.config_schema, ec);
    return parsed.is_object() ? parsed.get_object() : json::object{};
}

// The schema of a member, empty where there is none; a $ref is not followed.
json::object inner_schema(const json::object& schema, std::string_view key) {
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr || !properties->is_object()) return {};
    const auto* inner = properties->get_object().if_contains(key);
    return inner != nullptr && inner->is_object() ? inner->get_object() : json::object{};
}

struct member {
    place keys;
    json::object schema;
};

// The members of the options and of their schema, also those of objects within.
void find_members(const json::object& schema, const json::object* options, const place& above,
                  std::vector<member>& found) {
    std::set<std::string> keys;
    if (const auto* properties = schema.if_contains("properties"); properties && properties->is_object())
        for (const auto& p : properties->get_object()) keys.insert(std::string{p.key()});
    if (options != nullptr)
        for (const auto& o : *options) keys.insert(std::string{o.key()});
    for (const auto& key : keys) {
        member each{above, inner_schema(schema, key)};
        each.keys.push_back(key);
        found.push_back(each);
        if (each.keys.size() >= deepest) continue;
        const auto* value = options == nullptr ? nullptr : options->if_contains(key);
        find_members(each.schema, value == nullptr ? nullptr : value->if_object(), each.keys, found);
    }
}

std::vector<member> members_of(const ecp_provider& table, const json::object& options) {
    std::vector<member> found;
    find_members(schema_of(table), &options, {}, found);
    return found;
}

// Null if there is none.
const json::value* at(const json::object& options, const place& keys) {
    const json::value* found = nullptr;
    const auto* in = &options;
    for (const auto& key : keys) {
        found = in == nullptr ? nullptr : in->if_contains(key);
        if (found == nullptr) return nullptr;
        in = found->if_object();
    }
    return found;
}

// Makes the objects that it takes.
void put(json::object& options, const place& keys, json::value value) {
    auto* into = &options;
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
        auto& next = (*into)[keys[i]];
        if (!next.is_object()) next.emplace_object();
        into = &next.get_object();
    }
    (*into)[keys.back()] = std::move(value);
}

void remove(json::object& options, const place& keys) {
    auto* from = &options;
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) from = &from->at(keys[i]).as_object();
    from->erase(keys.back());
}

bool fits(json::object& options, const ecp_provider& table, const trial& in) {
    const auto found = provider::fit_options(options, table.config_schema, in.scratch());
    return std::none_of(found.begin(), found.end(), [](const auto& f) { return f.is_error; });
}

// Values to try for a member: every type, and what its schema names.
std::vector<json::value> values_for(const member& m) {
    std::vector<json::value> all{nullptr,
                                 true,
                                 false,
                                 0,
                                 -1,
                                 1.5,
                                 1'000'000'000,
                                 "",
                                 "x",
                                 "1s",
                                 "/proc/nowhere/x",
                                 json::string(300, 'x')};
    all.emplace_back(json::array{});
    all.emplace_back(json::array{"x"});
    all.emplace_back(json::object{});
    all.emplace_back(json::object{{"x", 1}});
    if (const auto* choices = m.schema.if_contains("enum"); choices && choices->is_array())
        all.insert(all.end(), choices->get_array().begin(), choices->get_array().end());
    for (const auto* key : {"default", "const", "minimum", "maximum"})
        if (const auto* value = m.schema.if_contains(key)) all.push_back(*value);
    return all;
}

class variant_list {
public:
    variant_list(trial& in, const ecp_provider& table) : in_{in}, table_{table} {}

    void add(std::string what, json::object options) {
        const bool fair = fits(options, table_, in_);
        add(std::move(what), json::serialize(options), fair);
    }
    void add(std::string what, std::string text, bool fair = false) {
        all_.push_back({std::move(what), std::move(text), fair});
    }
    std::vector<option_variant> take() { return std::move(all_); }

private:
    trial& in_;
    const ecp_provider& table_;
    std::vector<option_variant> all_;
};

std::string shown(const json::value& value) {
    auto text = json::serialize(value);
    return text.size() > 40 ? text.substr(0, 40) + "..." : text;
}

void add_changed_members(variant_list& all, const ecp_provider& table, const json::object& given) {
    std::size_t count = 0;
    for (const auto& m : members_of(table, given)) {
        if (at(given, m.keys) != nullptr) {
            auto without = given;
            remove(without, m.keys);
            all.add(fmt::format("without {}", pointer_to(m.keys)), std::move(without));
        }
        for (const auto& value : values_for(m)) {
            if (++count > most) return;
            auto changed = given;
            put(changed, m.keys, value);
            all.add(fmt::format("with {} as {}", pointer_to(m.keys), shown(value)), std::move(changed));
        }
    }
}

json::object with_more(const json::object& given, std::string_view key, json::value value) {
    auto made = given;
    made[key] = std::move(value);
    return made;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string made;
    for (std::size_t i = 0; i < times; ++i) made += text;
    return made;
}

void add_texts(variant_list& all, const json::object& given) {
    const auto text = json::serialize(given);
    all.add("that end in the middle", text.substr(0, text.size() / 2 + (text.size() == 2 ? 0 : 1)));
    all.add("of no bytes", std::string{});
    for (const auto* other : {"null", "[]", "1", "\"options\"", "{\"a\":1}{\"a\":2}", "{\"a\":1e999}",
                              "{\"a\":1,\"a\":\"x\"}", "{\"a\" 1}", "options: none\n"})
        all.add(fmt::format("that are {}", other), std::string{other});
    all.add("that are not UTF-8", std::string{"{\"\xff\":\"\xc3\x28\xed\xa0\x80\"}"});
    all.add("with NUL bytes", std::string{"{\"a\":\"\0\"}", 9});
    all.add("of a thousand nested arrays", "{\"a\":" + repeated("[", 1000) + repeated("]", 1000) + "}");
    all.add("of a thousand nested objects", repeated("{\"a\":", 1000) + "1" + std::string(1000, '}'));
}

const std::regex secret_name{"passw|passphrase|secret|token|credential|api-?_?key|private-?_?key",
                             std::regex::icase | std::regex::optimize};

bool has_text(const json::object& schema, std::string_view key, std::string_view value) {
    const auto* found = schema.if_contains(key);
    return found != nullptr && found->is_string() && found->get_string() == value;
}

bool is_secret(const member& m) {
    if (has_text(m.schema, "format", "path")) return false;
    if (has_text(m.schema, "format", "password")) return true;
    const auto* write_only = m.schema.if_contains("writeOnly");
    if (write_only != nullptr && write_only->is_bool() && write_only->get_bool()) return true;
    return std::regex_search(m.keys.back(), secret_name) && !m.keys.back().ends_with("file");
}

} // namespace

std::vector<option_variant> option_variants(trial& in, const ecp_provider& table, const json::object& given) {
    variant_list all{in, table};
    all.add("that are empty", json::object{});
    all.add("with a member no-such-option", with_more(given, "no-such-option", 1));
    all.add("with a member whose name has ~, / and NUL",
            with_more(given, std::string_view{"a/b~c\0d", 7}, "x"));
    all.add("with a text of 1 MiB", with_more(given, "no-such-option", json::string(much, 'x')));
    all.add("with a name of 1 MiB", with_more(given, std::string(much, 'x'), 1));
    add_changed_members(all, table, given);
    add_texts(all, given);
    return all.take();
}

std::vector<option_secret> put_secrets(trial& in, const ecp_provider& table, json::object& options) {
    constexpr std::size_t shortest = 8; // shorter ones turn up by chance
    std::vector<option_secret> found;
    for (const auto& m : members_of(table, options)) {
        if (!is_secret(m)) continue;
        const auto* there = at(options, m.keys);
        if (there != nullptr && there->is_string() && there->get_string().size() >= shortest) {
            found.push_back({pointer_to(m.keys), std::string{there->get_string()}});
            continue;
        }
        const auto value = fmt::format("canary{:016x}", in.random()());
        auto filled = options;
        put(filled, m.keys, json::value(value));
        if (!fits(filled, table, in)) continue;
        options = std::move(filled);
        found.push_back({pointer_to(m.keys), value});
    }
    return found;
}

} // namespace edgeconf::check
