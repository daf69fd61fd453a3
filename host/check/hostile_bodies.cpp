#include "check/hostile_bodies.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

constexpr std::size_t longest = (1U << 20) - 4096;
constexpr std::size_t deepest = 100'000;

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string made;
    while (made.size() + text.size() <= bytes) made += text;
    return made;
}

// Characters of one to four bytes, so that there is hardly a place to cut it.
std::string many_widths(trial& in) {
    constexpr std::array<std::string_view, 4> some{"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    std::string made;
    for (std::size_t i = 0, n = 1 + in.below(300); i < n; ++i) made += some[in.below(some.size())];
    return made;
}

// Texts as bytes: what JSON escapes is escaped when the body is written.
std::string hostile_text(trial& in) {
    using namespace std::string_literals;
    if (in.below(50) == 0) return repeated("long ", longest / 2);
    if (in.below(2) == 0) return many_widths(in);
    const std::array some{""s,
                          "\0in the middle"s,
                          "\x01\x02\x1b[31m\r\n\t"s,
                          "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"s,
                          "\xef\xbf\xbf\xf4\x8f\xbf\xbf"s,
                          "'; DROP TABLE devices; --"s,
                          "../../../../etc/passwd"s,
                          "%s%s%s%n{}{0}"s,
                          "<!--</script>&amp;"s,
                          "NaN"s,
                          "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"s,
                          "-----BEGIN CERTIFICATE REQUEST-----"s,
                          repeated("\xf0\x9f\x98\x80", 1 + in.below(20'000))};
    return some[in.below(some.size())];
}

json::value hostile_value(trial& in) {
    switch (in.below(16)) {
    case 0: return nullptr;
    case 1: return json::value(in.below(2) == 0);
    case 2: return json::value(std::numeric_limits<std::int64_t>::min());
    case 3: return json::value(std::numeric_limits<std::uint64_t>::max());
    case 4: return json::value(1e308);
    case 5: return json::value(-0.5);
    case 6: return json::array(in.below(5'000), json::value(nullptr));
    case 7: return json::array(in.below(2'000), json::value(json::object{}));
    case 8: return json::object{{"", json::value(nullptr)}, {hostile_text(in), json::value(1)}};
    case 9: {
        json::object many;
        for (std::size_t i = 0, n = in.below(5'000); i < n; ++i) many[fmt::format("member-{}", i)] = i;
        return many;
    }
    default: return json::value(hostile_text(in));
    }
}

// A place in it, each as likely.
json::value& any_place(trial& in, json::value& root) {
    std::vector<json::value*> places;
    std::vector<json::value*> ahead{&root};
    while (!ahead.empty()) {
        auto* at = ahead.back();
        ahead.pop_back();
        if (at != &root) places.push_back(at);
        if (auto* members = at->if_object())
            for (auto& m : *members) ahead.push_back(&m.value());
        else if (auto* items = at->if_array())
            for (auto& i : *items) ahead.push_back(&i);
    }
    return places.empty() ? root : *places[in.below(places.size())];
}

// Written by hand: a tree of it would be too deep for a stack.
std::string nested(std::string_view member, std::string_view open, char close, std::size_t depth) {
    return fmt::format("{{\"{}\":{}1{}}}", member, repeated(open, open.size() * depth),
                       std::string(depth, close));
}

std::string nested(trial& in, std::string_view member) {
    const auto depth = std::array<std::size_t, 4>{10, 31, 1'000, deepest}[in.below(4)];
    return in.below(2) == 0 ? nested(member, "[", ']', depth) : nested(member, "{\"a\":", '}', depth);
}

// Numbers that a parser takes, and no type holds.
std::string with_number(trial& in, std::string_view member) {
    const std::array numbers{std::string{"1e400"}, "-1e-400" + std::string(300, '0'), std::string(400, '9'),
                             "0." + std::string(100'000, '3'), std::string{"-0"}};
    return fmt::format("{{\"{}\":{}}}", member, numbers[in.below(numbers.size())]);
}

std::string twice_the_member(std::string_view member) {
    return fmt::format("{{\"{}\":{{}},\"{}\":[],\"{}\":null}}", member, member, member);
}

std::string any_member(trial& in, const json::object& of) {
    if (of.empty()) return "features";
    return std::string{(of.begin() + static_cast<std::ptrdiff_t>(in.below(of.size())))->key()};
}

} // namespace

std::vector<std::string> worst_bodies(std::string_view sound) {
    const auto root = json::parse(json::string_view{sound.data(), sound.size()}).as_object();
    std::vector<std::string> all{"{}"};
    for (const auto& [key, value] : root) {
        const std::string_view member{key.data(), key.size()};
        all.push_back(nested(member, "[", ']', deepest));
        all.push_back(nested(member, "{\"a\":", '}', deepest));
        all.push_back(fmt::format("{{\"{}\":1e400}}", member));
        all.push_back(fmt::format("{{\"{}\":{}}}", member, std::string(400, '9')));
        all.push_back(twice_the_member(member));
        const auto with = [&](const std::string& text) {
            auto made = root;
            made[key] = text;
            all.push_back(json::serialize(made));
        };
        with(repeated("long ", longest / 2));
        with(std::string(1, '\0') + "after a NUL");
        // Wherever a text is cut, one of these is cut within a character.
        for (std::size_t shift = 0; shift < 4; ++shift)
            with(std::string(shift, 'a') + repeated("\xf0\x9f\x98\x80", 1000));
    }
    return all;
}

std::string hostile_body(trial& in, std::string_view sound) {
    auto root = json::parse(json::string_view{sound.data(), sound.size()});
    const auto member = any_member(in, root.as_object());
    switch (in.below(10)) {
    case 0: return nested(in, member);
    case 1: return with_number(in, member);
    case 2: return twice_the_member(member);
    case 3: return "{}";
    case 4: root.as_object().erase(member); break;
    default:
        for (std::size_t i = 0, n = 1 + in.below(3); i < n; ++i) {
            auto& place = any_place(in, root);
            if (&place == &root)
                root.as_object()[hostile_text(in)] = hostile_value(in);
            else
                place = hostile_value(in);
        }
    }
    auto text = json::serialize(root);
    return text.size() > longest ? "{}" : text;
}

} // namespace edgeconf::check
