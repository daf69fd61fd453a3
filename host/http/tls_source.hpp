// Where a listener's sessions take their TLS from: the context of the day.
#pragma once

#include "http/tls_context.hpp"

#include <atomic>
#include <mutex>

namespace edgeconf::http {

class tls_source {
public:
    // Fails as tls_context::make does.
    static result<std::shared_ptr<tls_source>> open(tls_files files);

    // From any thread. What a session took stays good until it lets go of it.
    std::shared_ptr<const tls_context> current() const;
    // From any thread: what ends when, of the context that is current.
    std::vector<expiry> expiries() const { return current()->expiries(); }
    // From any thread: how often reload() found new files and took them, and could not take them.
    std::uint64_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
    std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

    // Reads the files; where they hold something else than the current context was made of, makes a new
    // one. True if it took its place. All or nothing: a failure leaves everything as it is, also where
    // only half of a new pair is there yet, and the next call tries again. One thread at a time.
    result<bool> reload();

private:
    tls_source(tls_files files, std::shared_ptr<const tls_context> first, tls_content::digest made_of)
        : files_{std::move(files)}, current_{std::move(first)}, made_of_{made_of} {}

    const tls_files files_;
    mutable std::mutex mutex_;
    std::shared_ptr<const tls_context> current_;
    tls_content::digest made_of_;
    std::atomic<std::uint64_t> taken_{0};
    std::atomic<std::uint64_t> failed_{0};
};

} // namespace edgeconf::http
