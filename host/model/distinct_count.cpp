#include "model/distinct_count.hpp"

#include <bit>
#include <cmath>
#include <functional>

namespace edgeconf::model {
namespace {

// std::hash spreads well enough for tables, not for counting leading zeros (splitmix64's finaliser).
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

} // namespace

void distinct_count::add(std::string_view item) noexcept {
    const auto hash = mix(std::hash<std::string_view>{}(item));
    const auto index = static_cast<std::size_t>(hash >> (64 - index_bits));
    const auto rest = (hash << index_bits) | (std::uint64_t{1} << (index_bits - 1)); // never all zero
    raise(index, static_cast<std::uint8_t>(std::countl_zero(rest) + 1));
}

void distinct_count::clear() noexcept {
    for (auto& r : registers_) r.store(0, std::memory_order_relaxed);
}

void distinct_count::merge(const distinct_count& other) noexcept {
    for (std::size_t i = 0; i < register_count; ++i)
        raise(i, other.registers_[i].load(std::memory_order_relaxed));
}

std::uint64_t distinct_count::estimate() const noexcept {
    constexpr auto m = static_cast<double>(register_count);
    double sum = 0;
    std::size_t empty = 0;
    for (const auto& r : registers_) {
        const auto rank = r.load(std::memory_order_relaxed);
        sum += std::ldexp(1.0, -int{rank});
        if (rank == 0) ++empty;
    }
    const double alpha = 0.7213 / (1 + 1.079 / m);
    auto estimated = alpha * m * m / sum;
    if (estimated <= 2.5 * m && empty != 0) estimated = m * std::log(m / static_cast<double>(empty));
    return static_cast<std::uint64_t>(estimated + 0.5);
}

void distinct_count::raise(std::size_t index, std::uint8_t rank) noexcept {
    auto& r = registers_[index];
    auto known = r.load(std::memory_order_relaxed);
    while (known < rank && !r.compare_exchange_weak(known, rank, std::memory_order_relaxed)) {
    }
}

} // namespace edgeconf::model
