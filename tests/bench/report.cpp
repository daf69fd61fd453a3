#include "bench/report.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace edgeconf::bench {

namespace {

void print_row(std::string_view what, std::string_view figures) {
    fmt::print("  {:<44} {}\n", what, figures);
    std::fflush(stdout);
}

std::string as_text(duration took) {
    const auto seconds = took.count();
    if (seconds >= 1) return fmt::format("{:.2f} s", seconds);
    if (seconds >= 1e-3) return fmt::format("{:.2f} ms", seconds * 1e3);
    if (seconds >= 1e-6) return fmt::format("{:.2f} µs", seconds * 1e6);
    return fmt::format("{:.0f} ns", seconds * 1e9);
}

double each(std::size_t now, std::size_t before, std::size_t of) {
    return (static_cast<double>(now) - static_cast<double>(before)) / static_cast<double>(of);
}

} // namespace

void report::section(std::string_view title) { fmt::print("\n{}\n", title); }

void report::count(std::string_view what, double number, std::string_view unit) {
    print_row(what, fmt::format("{:>12.0f} {}", number, unit));
}

void report::time(std::string_view what, time_spent spent, std::size_t shared_by) {
    const auto share = static_cast<double>(shared_by);
    print_row(what,
              fmt::format("{:>12} CPU {:>12} wall", as_text(spent.cpu / share), as_text(spent.wall / share)));
}

void report::memory(std::string_view stage, std::size_t devices) {
    const auto now = current_memory();
    print_row(fmt::format("memory: {}", stage),
              fmt::format("{:>12.0f} B a device resident, {:.0f} allocated; {} MiB in all",
                          each(now.resident, last_.resident, devices),
                          each(now.allocated, last_.allocated, devices), now.resident >> 20));
    last_ = now;
}

void report::expect(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "not as it should be: {}\n", what);
    sane_ = false;
}

} // namespace edgeconf::bench
