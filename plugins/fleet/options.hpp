// The options that every provider with the fleet model has.
#pragma once

#include "fleet/model_settings.hpp"
#include "fleet/option_reader.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <functional>
#include <string_view>

namespace edgeconf::fleet {

struct options {
    std::filesystem::path manifests; // empty: none
    model_settings fleet;
};

// From one JSON object, with the files read that the options name, except for the manifests; `own` reads
// those that only this provider has. Tells the first problem. The host has checked the object against the
// schema (options_schema.hpp), so one here is rare.
boost::system::result<options, option_problem>
read_options(std::string_view text, const std::function<void(option_reader&)>& own = {});

} // namespace edgeconf::fleet

namespace boost::system {

BOOST_NORETURN void throw_exception_from_error(const edgeconf::fleet::option_problem& problem,
                                               const boost::source_location& where);

} // namespace boost::system
