// Checking JSON that a device sent against the shape that Flotta's swagger gives it.
//
// Devices are Go programs: a field that is absent and one that is null mean the same, and fields that
// nobody here knows are for others. A field of the wrong type is a mistake worth reporting.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/storage_ptr.hpp>

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

// What in `from` is not as `shape` has it, at any depth: a handful of problems at most.
body_problems check_shape(const boost::json::value& from, wire_shape shape);

// The known fields of `from` that are not null, in the shape's order, at any depth, with long texts and long
// lists cut; so what is kept of a body is bounded by what is known. `from` has to fit `shape`. The result
// lies in `memory`.
boost::json::object keep_known(const boost::json::object& from, wire_shape shape,
                               boost::json::storage_ptr memory = {});

} // namespace edgeconf::fleet
