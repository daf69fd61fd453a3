// The options that every provider with the fleet model has.
#pragma once

#include "fleet/model_settings.hpp"
#include "fleet/option_reader.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <string_view>

namespace edgeconf::fleet {

struct options {
    std::filesystem::path manifests; // empty: none
    model_settings fleet;
};

// The options' JSON schema (draft-07), for the host. What it cannot say, read_options checks.
extern const char options_schema[];

// From one JSON object, with the files read that the options name, except for the manifests. Tells the first
// problem. The host has checked the object against the schema, so one here is rare.
boost::system::result<options, option_problem> read_options(std::string_view text);

} // namespace edgeconf::fleet

namespace boost::system {

BOOST_NORETURN void throw_exception_from_error(const edgeconf::fleet::option_problem& problem,
                                               const boost::source_location& where);

} // namespace boost::system
