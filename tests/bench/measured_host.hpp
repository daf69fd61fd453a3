// An edgeconf that is measured.
#pragma once

#include "bench/server_process.hpp"
#include "bench/workplace.hpp"

#include "support/client.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace edgeconf::bench {

class measured_host {
public:
    // Ready when it returns. `name` is its configuration's and its log's in the workplace; with `tls` its
    // devices come as the Edge API does.
    measured_host(const workplace& in, std::string_view name, std::string_view configuration, bool tls,
                  const std::map<std::string, std::string>& environment = {});

    const test::target& devices() const { return devices_; }
    server_process& process() { return process_; }
    time_spent ready() const { return ready_; } // from exec
    std::size_t resident_when_ready() const { return resident_; }

    // One of the provider's own metrics; 0 if it has none of the name.
    double metric(std::string_view name) const;

private:
    server_process process_;
    time_spent ready_;
    std::size_t resident_ = 0;
    test::target devices_;
    test::target pages_;
};

} // namespace edgeconf::bench
