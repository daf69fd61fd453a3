// What a benchmark has to say: figures, and whether what was measured did what it should.
#pragma once

#include "bench/memory_use.hpp"
#include "bench/stopwatch.hpp"

#include <cstddef>
#include <string_view>

namespace edgeconf::bench {

// Prints lines to standard output as they come. Never judges a time.
class report {
public:
    void section(std::string_view title);

    void count(std::string_view what, double number, std::string_view unit);
    void time(std::string_view what, time_spent spent, std::size_t shared_by = 1);

    // What has come since the last call, for each of `devices`, and in all.
    void memory(std::string_view stage, std::size_t devices);

    // A line on standard error if `holds` is false; then nothing that was printed is to be trusted.
    void expect(bool holds, std::string_view what);
    bool sane() const noexcept { return sane_; }

private:
    memory_use last_ = current_memory();
    bool sane_ = true;
};

} // namespace edgeconf::bench
