// The numbers on /metrics. No label grows with the fleet.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::observe {

// One value that is read when the page is asked for.
struct sample {
    std::string name; // without the prefix "edgeconf_"
    std::string help;
    bool is_counter = false;
    double value = 0;
    std::string label; // a label's name and value, or empty
    std::string label_value;
};
using sampler = std::function<std::vector<sample>()>;

// Thread-safe. Counting is a few relaxed atomic operations; nothing is looked up by name.
class metrics {
public:
    // `operations` are the words of the operation label; the index is what request() takes.
    explicit metrics(const std::vector<std::string_view>& operations);
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    // A device call was answered. Statuses that have no series of their own count as "other".
    void request(std::size_t operation, unsigned status, std::chrono::steady_clock::duration took) noexcept;
    // A request that led to no call: unreadable, no such path, not admitted.
    void refused_request(unsigned status) noexcept;

    void connection_opened() noexcept;
    void connection_closed() noexcept;
    void connection_refused() noexcept;
    void handshake(bool succeeded) noexcept;
    // A valid certificate without an admitted name.
    void identity_refused() noexcept;

    // Adds values that are somebody else's to count. Before the page is served first.
    void add(sampler more);

    // The page, in Prometheus' text format.
    std::string page();

private:
    struct families;
    std::unique_ptr<families> all_;
};

} // namespace edgeconf::observe
