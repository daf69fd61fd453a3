// A made-up fleet as its devices call in: enrolments, registrations, polls, heartbeats.
#pragma once

#include "bench/load_client.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace edgeconf::bench {

// Knows what each device said last, so that it can say the same again or something new. One thread.
class served_fleet {
public:
    explicit served_fleet(std::size_t devices);

    std::size_t size() const noexcept { return phases_.size(); }

    // Each device once: enrolment, registration, a poll, a heartbeat. To be run to its end.
    request_source joining(std::size_t connections);

    // Each device once: a heartbeat that says what the last one said.
    request_source all_once();

    // Without an end, one device after the other in an order that has no neighbours.
    request_source same_again();
    request_source something_new(); // a workload's phase
    request_source polls();         // for the configuration

private:
    std::size_t next_device();

    std::vector<std::string> ids_;
    std::vector<char> phases_; // of one workload, as an index
    std::size_t place_ = 0;
};

} // namespace edgeconf::bench
