#include "bench/benchmarks.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace edgeconf::bench {

void work_until_idle(fleet::model& model, std::string_view what, report& out) {
    constexpr std::size_t slice_steps = 64; // as the provider's
    time_spent all;
    time_spent longest;
    for (bool more = true; more;) {
        const stopwatch watch;
        more = model.work(slice_steps);
        const auto slice = watch.elapsed();
        all += slice;
        if (slice.cpu > longest.cpu) longest = slice;
    }
    out.time(what, all);
    out.time("  the longest slice of that", longest);
}

std::vector<std::size_t> shuffled_devices(std::size_t count) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937_64{1});
    return order;
}

} // namespace edgeconf::bench
