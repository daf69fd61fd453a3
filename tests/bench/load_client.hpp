// Many clients that keep their connections, as the Edge API's pods would, all on one thread.
#pragma once

#include "bench/stopwatch.hpp"

#include "support/client.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf::bench {

// Puts the next request of this connection into `request`; false: there are none left for it.
using request_source = std::function<bool(std::size_t connection, std::string& request)>;

struct load {
    request_source next;
    double rate = 0;   // requests a second from all connections; 0: each asks as soon as it was answered
    duration lasts{0}; // no request begins later; 0: until there are none left
};

struct load_result {
    std::size_t answered = 0;
    std::size_t refused = 0; // of these: with anything but 2xx
    duration wall{};
    // Each from the moment at which it was due: an answer that is late delays none of the others' clocks.
    std::vector<float> milliseconds; // sorted

    float percentile(double of) const; // 0 to 1
};

class load_client {
public:
    // Connects all of them, handshakes included. Throws boost::system::system_error, as run() does.
    load_client(const test::target& to, std::size_t connections);
    ~load_client();
    load_client(const load_client&) = delete;
    load_client& operator=(const load_client&) = delete;

    load_result run(const load& what);

private:
    struct state;
    std::unique_ptr<state> all_;
};

} // namespace edgeconf::bench
