#include "fleet/fragment.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace edgeconf::fleet {

shared_fragment make_fragment(std::string bytes) {
    const auto hash = sha256(bytes);
    return std::make_shared<const fragment>(fragment{std::move(bytes), hash});
}

shared_fragment make_fragment(const boost::json::object& content) {
    return make_fragment(boost::json::serialize(content));
}

} // namespace edgeconf::fleet
