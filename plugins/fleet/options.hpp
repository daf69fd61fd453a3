// The options that every provider with the fleet model has.
#pragma once

#include "fleet/model.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

struct options {
    std::filesystem::path manifests; // empty: none
    approval_policy approval = approval_policy::manual;
};

struct option_problem {
    std::string pointer;
    std::string what;
};

// From one JSON object. The host has checked it against the provider's schema, so a problem here is rare.
boost::system::result<options, option_problem> read_options(std::string_view text);

} // namespace edgeconf::fleet

namespace boost::system {

BOOST_NORETURN void throw_exception_from_error(const edgeconf::fleet::option_problem& problem,
                                               const boost::source_location& where);

} // namespace boost::system
