// Where a test's chances come from.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace edgeconf::test {

// Another one each time, or that of EDGECONF_TEST_SEED; printed, so that a failure can be had again.
inline std::uint64_t chosen_seed(const char* test) {
    const char* given = std::getenv("EDGECONF_TEST_SEED");
    const auto seed = given != nullptr ? std::stoull(given) : std::uint64_t{std::random_device{}()};
    std::cout << test << ": EDGECONF_TEST_SEED=" << seed << std::endl;
    return seed;
}

} // namespace edgeconf::test
