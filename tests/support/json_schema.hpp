// A JSON schema as a test needs it: what it takes, and which defaults it names.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace edgeconf::test {

// Both are JSON; a schema that is wrong throws.
bool fits(std::string_view schema, const std::string& value);

// Every default below `properties`, in objects as deep as they are there.
boost::json::object defaults_in(const boost::json::object& properties);

} // namespace edgeconf::test
