// The first look at a request's body: is it one JSON object, without building a tree of it.
#pragma once

#include "model/problem.hpp"

#include <string_view>

namespace edgeconf::codec {

// Success, or errc::invalid with the place (line and column) and what is wrong there. Text has to be
// UTF-8; nesting is limited to 32 levels, which Flotta's models stay far below.
result<void> check_json_object(std::string_view body);

} // namespace edgeconf::codec
