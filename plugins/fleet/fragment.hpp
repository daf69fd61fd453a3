// A piece of a rendered configuration, shared by all devices that have it in common.
#pragma once

#include "fleet/encoding.hpp"

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>

namespace edgeconf::fleet {

// Immutable once made. Its hash stands for its bytes wherever content is compared, so that a device's
// version is computed from few bytes.
struct fragment {
    std::string bytes;
    digest hash;
};

using shared_fragment = std::shared_ptr<const fragment>;

shared_fragment make_fragment(std::string bytes);
shared_fragment make_fragment(const boost::json::object& content);

} // namespace edgeconf::fleet
