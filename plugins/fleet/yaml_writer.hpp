// JSON values as YAML, in the very bytes of the library that Flotta's own back end writes with (go-yaml
// 2.4). A device compares the text of its ConfigMaps byte by byte and restarts a pod for any difference
// (R38), so a fleet that moves over must get the same quotes, folds and key order.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace edgeconf::fleet {

// Block style. Lines longer than 80 characters are folded at a space where the style allows it; keys are
// in natural order (k9 before k10). Texts have to be UTF-8. Ends with a line break.
std::string write_yaml(const boost::json::value& root);

} // namespace edgeconf::fleet
