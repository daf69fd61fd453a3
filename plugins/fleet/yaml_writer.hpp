// JSON values as block-style YAML: keys sorted, the same bytes for the same value. Strings are quoted
// only where a YAML 1.1 reader would otherwise read something else.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace edgeconf::fleet {

// Ends with a line break.
std::string write_yaml(const boost::json::value& root);

} // namespace edgeconf::fleet
