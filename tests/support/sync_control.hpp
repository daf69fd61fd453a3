// The test's hand on a host's disk: its syncs fail, wait and are counted while it runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

struct sync_orders;

namespace edgeconf::test {

// Steers every process that was started with environment(); outlives restarts of it. Any thread.
class sync_control {
public:
    // Keeps its orders in `file`, which it makes.
    explicit sync_control(const std::filesystem::path& file);
    ~sync_control();
    sync_control(const sync_control&) = delete;
    sync_control& operator=(const sync_control&) = delete;

    std::map<std::string, std::string> environment() const;

    void fail_next(std::int32_t calls) const; // with EIO
    void fail() const;                        // until pass()
    void pass() const;
    void delay_ms(std::uint32_t each) const;
    void only_wal(bool only) const;

    std::uint32_t calls() const;  // so far, failed ones included
    std::uint32_t failed() const; // so far

private:
    std::filesystem::path file_;
    sync_orders* orders_;
};

} // namespace edgeconf::test
