// The bodies that devices send, as far as the fleet model uses them. Everything in them is optional and
// hostile: texts and lists are cut to what is worth keeping. Pure functions.
#pragma once

#include "fleet/hardware_record.hpp"
#include "fleet/wire_shape.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct enrolment {
    hardware_report hardware = {};
    std::string model_name = {};
};

struct registration {
    static constexpr std::size_t certificate_request_limit = 16u << 10;

    hardware_report hardware = {};
    std::string certificate_request = {}; // PEM as sent, whole; empty when there was none
};

struct workload_report {
    std::string name;
    std::string status;           // podman's own words as well as the swagger's (R37)
    std::string last_data_upload; // empty when there was none, Go's zero time included (R37)
};

struct upgrade_report {
    std::string commit_id;
    std::string status;
    std::string time;

    bool operator==(const upgrade_report&) const = default;
};

struct playbook_report {
    std::string name;
    std::string status;
};

struct event_report {
    std::string reason;
    std::string message;
    std::string type; // read by event_type_of()
};

struct heartbeat {
    // Of each list the first so many are read.
    static constexpr std::size_t workload_limit = 1024;
    static constexpr std::size_t playbook_limit = 256;
    static constexpr std::size_t event_limit = 64;

    std::string status = {};
    std::string version = {};
    std::vector<workload_report> workloads = {};
    std::optional<upgrade_report> upgrade = {};
    hardware_report hardware = {};
    std::vector<playbook_report> playbooks = {}; // "playbook-executions"
    std::vector<event_report> events = {};
    std::size_t events_dropped = 0; // past the limit
};

template <class Body>
using body_result = boost::system::result<Body, body_problems>;

// What fails says where: not JSON, a known field of another type, a text that is no use when cut.
body_result<enrolment> read_enrolment(std::string_view body);
body_result<registration> read_registration(std::string_view body);
body_result<heartbeat> read_heartbeat(std::string_view body);

} // namespace edgeconf::fleet

namespace boost::system {

// What result::value() throws when nobody asked whether there is one: a bug, so the message is for us.
BOOST_NORETURN void throw_exception_from_error(const edgeconf::fleet::body_problems& problems,
                                               const boost::source_location& where);

} // namespace boost::system
