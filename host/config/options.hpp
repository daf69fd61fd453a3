// The provider's own options: YAML that the host does not understand, handed over as JSON.
#pragma once

#include "config/section.hpp"

#include <boost/json/object.hpp>

namespace edgeconf::config {

// Turns `node` (a mapping, or nothing) into an object and notes the place of every value under its
// JSON Pointer. Plain scalars become what YAML 1.2 makes of them (null, true, false, numbers), quoted
// ones and those tagged !file or !env stay text. Complains where YAML says more than JSON can.
boost::json::object read_options(reading& into, const YAML::Node& node,
                                 std::map<std::string, mark, std::less<>>& marks);

} // namespace edgeconf::config
