// Options, read from JSON member by member with what is wrong in them. The host has checked them against
// the provider's schema, so most of this never fails; it keeps a provider safe that is called otherwise.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

struct option_problem {
    std::string pointer; // RFC 6901, from the options' root
    std::string what;
};

using option_problems = std::vector<option_problem>;

// One object of options. A member that is null is as if left out, and what is left out, or wrong, leaves
// the value as it is. Refers to both arguments. Not thread-safe.
class option_reader {
public:
    option_reader(const boost::json::object& from, std::string pointer, option_problems& problems);

    bool has(std::string_view key) const { return find(key) != nullptr; }

    void read_text(std::string_view key, std::string& value); // not empty
    void read_count(std::string_view key, std::size_t& value, std::size_t least, std::size_t most);

    void read_flag(std::string_view key, bool& value);

    // "45s", "30m", "12h", "7d": from a second to ten years.
    void read_duration(std::string_view key, std::chrono::seconds& value);

    // The same, or "700ms": from a millisecond.
    void read_milliseconds(std::string_view key, std::chrono::milliseconds& value);

    // Texts, none of them empty: a list, or one alone.
    void read_texts(std::string_view key, std::vector<std::string>& value);

    template <class Value>
    using choices = std::initializer_list<std::pair<std::string_view, Value>>;

    template <class Value>
    void read_choice(std::string_view key, Value& value, choices<std::type_identity_t<Value>> from) {
        std::string name;
        read_text(key, name);
        std::string names;
        for (const auto& [each, meaning] : from) {
            if (each == name) value = meaning;
            if (each == name || name.empty()) return;
            names.append(names.empty() ? "" : ", ").append(each);
        }
        problem(key, "has to be one of " + names);
    }

    std::optional<option_reader> read_object(std::string_view key);
    std::vector<option_reader> read_objects(std::string_view key); // of a list

    // The names of all members.
    std::vector<std::string> keys() const;

    // "" for the root, "/approval-rules/2" for a rule.
    const std::string& pointer() const noexcept { return pointer_; }

    // Of a member, or with an empty key of this object.
    void problem(std::string_view key, std::string what);

private:
    const boost::json::value* find(std::string_view key) const;

    const boost::json::object* from_;
    std::string pointer_;
    option_problems* problems_;
};

} // namespace edgeconf::fleet
