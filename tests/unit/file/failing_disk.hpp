// A disk below SQLite that fails when it is told to.
#pragma once

#include <memory>

struct sqlite3_vfs;

namespace edgeconf::test {

// For all connections that are opened while it lives; one at a time. Any thread.
class failing_disk {
public:
    failing_disk();
    ~failing_disk();
    failing_disk(const failing_disk&) = delete;
    failing_disk& operator=(const failing_disk&) = delete;

    // The `count`-th write, sync or truncation from now on fails, and all after it; 0: none does.
    void fail_at(int count) noexcept;
    bool has_failed() const noexcept;

private:
    std::unique_ptr<sqlite3_vfs> vfs_;
};

} // namespace edgeconf::test
