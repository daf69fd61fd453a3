// A field of a manifest while it is read: typed access that reports what does not fit with file, line
// and path, so that readers state only names, types and bounds.
#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

class findings;
struct manifest;

// Borrows the manifest and the findings. A field that is absent or null is not present; its members
// are not present either, and reading it gives nothing without a finding. A present field of the wrong
// type is an error once read, and then gives nothing.
class field {
public:
    field(const manifest& owner, const boost::json::value& value, findings& found) noexcept
        : owner_{&owner}, found_{&found}, value_{&value} {}

    bool present() const noexcept;
    const boost::json::value* value() const noexcept { return present() ? value_ : nullptr; }

    field operator[](std::string_view member) const;

    std::optional<std::string> text() const;
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer(std::int64_t least = 0,
                                        std::int64_t most = std::numeric_limits<std::int32_t>::max()) const;
    std::vector<field> items() const;                                // of a list, without its nulls
    std::vector<std::pair<std::string_view, field>> members() const; // of a map

    // Warns of members that nobody reads: a cluster would drop them without a word.
    void expect_members(std::initializer_list<std::string_view> known) const;

    void error(std::string_view what) const;
    void warn(std::string_view what) const;

private:
    std::string describe(std::string_view what) const;

    const manifest* owner_;
    findings* found_;
    const boost::json::value* value_; // of an absent field: the nearest thing that exists
    std::string missing_ = {};        // of an absent field: its path from there
};

} // namespace edgeconf::fleet
