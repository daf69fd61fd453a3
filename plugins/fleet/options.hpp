// The options that every provider with the fleet model has.
#pragma once

#include "fleet/admission.hpp"
#include "fleet/model.hpp"
#include "fleet/option_reader.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace edgeconf::fleet {

struct options {
    std::filesystem::path manifests; // empty: none
    approval_policy approval = approval_policy::manual;
    fleet::admission admission;
    std::size_t pending_limit = 10'000;                            // devices that wait for approval
    std::chrono::seconds pending_expiry = std::chrono::hours{168}; // since a waiting device last asked
    std::size_t offline_after = 3;                                 // heartbeat periods without a sign of life
    std::size_t events_per_device = 32;
    std::size_t events_total = 100'000;
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
