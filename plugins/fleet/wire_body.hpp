// The bodies that devices send, as far as the fleet model uses them. Everything in them is optional and
// hostile: texts are cut to what is worth keeping. Pure functions.
#pragma once

#include "fleet/wire_shape.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct enrolment {
    boost::json::object hardware; // Flotta's hardware-info; empty when there is none
    std::string model_name;
};

struct registration {
    boost::json::object hardware;
};

struct workload_report {
    std::string name;
    std::string status;           // podman's own words as well as the swagger's (R37)
    std::string last_data_upload; // empty when there was none
};

struct upgrade_report {
    std::string commit_id;
    std::string status;
    std::string time;

    bool operator==(const upgrade_report&) const = default;
};

struct heartbeat {
    std::string status;
    std::string version;
    std::vector<workload_report> workloads;
    std::optional<upgrade_report> upgrade;
    boost::json::object hardware;
};

template <class Body>
using body_result = boost::system::result<Body, body_problems>;

body_result<enrolment> read_enrolment(std::string_view body);
body_result<registration> read_registration(std::string_view body);
body_result<heartbeat> read_heartbeat(std::string_view body);

} // namespace edgeconf::fleet

namespace boost::system {

// What result::value() throws when nobody asked whether there is one: a bug, so the message is for us.
BOOST_NORETURN void throw_exception_from_error(const edgeconf::fleet::body_problems& problems,
                                               const boost::source_location& where);

} // namespace boost::system
