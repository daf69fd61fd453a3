// Checking JSON that a device sent against the shape that Flotta's swagger gives it.
//
// Devices are Go programs: a field that is absent and one that is null mean the same, and fields that
// nobody here knows are for others. A field of the wrong type is a mistake worth reporting.
#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

enum class wire_type : std::uint8_t { text, integer, number, boolean, object, texts, objects };

struct wire_field {
    std::string_view name;
    wire_type type;
    std::span<const wire_field> members = {}; // of an object, or of the objects in a list
};

using wire_shape = std::span<const wire_field>;

// What does not fit in a request's body.
struct body_problem {
    std::string pointer; // RFC 6901
    std::string what;
};

using body_problems = std::vector<body_problem>;

// The known fields of `from` that are not null, in the shape's order, at any depth; so what is kept of a
// body is bounded by what is known. Problems, at most a handful, go to `problems` with pointers that
// begin with `pointer`.
boost::json::object read_shape(const boost::json::value& from, wire_shape shape, std::string_view pointer,
                               body_problems& problems);

} // namespace edgeconf::fleet
