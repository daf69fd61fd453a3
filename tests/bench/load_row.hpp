// One row of a table: a kind of load on a server, over several runs.
#pragma once

#include "bench/load_client.hpp"
#include "bench/server_process.hpp"

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace edgeconf::bench {

double median(std::vector<double> of); // 0 of none

struct load_row {
    std::vector<double> rate;
    std::vector<double> cpu_us; // of the server, for each answer
    std::vector<double> p50;    // milliseconds
    std::vector<double> p99;
    std::vector<double> counted; // a second, of what `count` says
    std::size_t refused = 0;

    // Once more. `count` is a number that only grows.
    void measure(
        server_process& server, load_client& clients, const load& what,
        const std::function<double()>& count = [] { return 0.; });
    void print(std::string_view what, std::string_view counts = {}) const;
};

} // namespace edgeconf::bench
