// A piece of a rendered configuration, shared by all devices that have it in common.
#pragma once

#include "fleet/encoding.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <map>
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

// Finds the fragment that says the same, so that equal ones are kept once. Keeps none alive itself.
class fragment_pool {
public:
    void share(shared_fragment& made);

private:
    void forget_expired();

    std::map<digest, std::weak_ptr<const fragment>> known_;
    std::size_t sweep_at_ = 64;
};

} // namespace edgeconf::fleet
