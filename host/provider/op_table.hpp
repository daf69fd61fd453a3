// The operations that one thread has under way inside a provider: an ecp_op is a place in here.
#pragma once

#include "model/device_call.hpp"

#include <ecp/provider.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::provider {

using executor = boost::asio::io_context::executor_type;
template <class T>
using awaitable = boost::asio::awaitable<T, executor>;
using clock = std::chrono::steady_clock;

// What a provider completed an operation with, copied out of its memory.
struct reply {
    ecp_status status = ECP_INTERNAL;
    std::string body;
    std::string revision;
    std::string message;
    std::vector<std::pair<std::string, std::string>> details;
    std::chrono::milliseconds retry_after{0};
    bool malformed = false; // the result broke the contract; status is then ECP_INTERNAL
};

// One operation. The request and its bytes stay where they are until the provider completes it, also
// when nobody waits any more.
struct open_op {
    device_call call;
    ecp_request request{};
    std::shared_ptr<const void> kept; // what else the provider was lent for it
    ecp_op token = 0;
    clock::time_point deadline{};
    // Whether the provider knows of it, where that is decided on another thread.
    enum class place : std::uint8_t { waiting, entered, dropped };
    std::atomic<place> at{place::waiting};

    // A worker takes it. False: nobody waits any more, the provider must not see it.
    bool enter() noexcept { return move_on(place::entered); }
    // The waiter gives up. False: the provider has it.
    bool drop() noexcept { return move_on(place::dropped); }

private:
    bool move_on(place to) noexcept {
        auto expected = place::waiting;
        return at.compare_exchange_strong(expected, to, std::memory_order_acq_rel);
    }
};

// The slots of one thread, found by any thread through the token.
//
// A token names table, slot and generation, so a second or forged completion finds nothing: it is
// counted, not undefined. Tables and slots are never freed, only used again, because a provider may
// complete long after the host has lost interest.
//
// Threads: open, wait and discard belong to the thread that runs the table's io_context. complete and
// is_cancelled may be called from any thread. Completions from other threads are collected and wake
// the owner once for all that arrived.
class op_table {
public:
    struct release {
        void operator()(op_table* table) const noexcept;
    };
    using handle = std::unique_ptr<op_table, release>;

    // A table for the thread that will run `context`. Release it after the last run of `context`.
    static handle claim(boost::asio::io_context& context);

    // How many operations a thread keeps for a provider that does not complete them, whatever its
    // deadline; their requests stay in memory.
    static constexpr std::size_t most_abandoned = 1024;

    // A slot for `call`, or nothing when too many operations were never completed. `instance` is
    // whose violations a wrong completion counts to.
    open_op* open(device_call call, clock::time_point deadline, ecp_ctx instance);

    // Runs `enter`, which calls into the provider on this very thread, so that a completion from
    // inside needs no wake-up. `enter` does not throw.
    template <class Enter>
    static void inline_call(const open_op& op, Enter&& enter) {
        running_inline_ = op.token;
        std::forward<Enter>(enter)();
        running_inline_ = 0;
    }

    // True with the reply; false once the deadline has passed: then the slot stays until the provider
    // completes it. Either way `op` is not the caller's any more. Does not suspend if the reply is there.
    awaitable<bool> wait(open_op& op, reply& into);

    // Tells whoever asks that `op` is to hurry, and moves its deadline to `until` if that is sooner.
    static void hurry(open_op& op, clock::time_point until);

    // A number of its own among the tables in use, below 256.
    std::uint32_t index() const noexcept { return index_; }

    // Gives back an operation that never reached the provider.
    void discard(open_op& op) noexcept;

    // ecp_host.complete. False if there is no such open operation: a contract violation.
    static bool complete(ecp_op token, const ecp_result* result) noexcept;
    static bool is_cancelled(ecp_op token) noexcept;
    // The W3C traceparent of the request behind an open operation, else empty.
    static std::string trace_of(ecp_op token);
    // Whose operation it is or was, 0 if the token was never handed out.
    static ecp_ctx instance_of(ecp_op token) noexcept;

private:
    struct slot;
    struct place;
    class waiting;

    op_table() = default;

    static place find(ecp_op token) noexcept;
    void grow();
    slot* take_free_slot();
    void free(slot& s) noexcept;
    void notify(slot& s);
    void collect();

    static constexpr std::size_t slots_per_chunk = 1024;
    static constexpr std::size_t most_chunks = 16;

    std::uint32_t index_ = 0;
    std::array<std::atomic<slot*>, most_chunks> chunks_{};
    std::uint32_t chunk_count_ = 0;
    slot* free_ = nullptr;
    std::size_t abandoned_count_ = 0;

    // constinit spares every other file a call of its initialiser (and GCC 12 a false alarm of UBSan).
    static constinit thread_local ecp_op running_inline_;

    std::mutex mutex_; // guards the two below
    boost::asio::io_context* context_ = nullptr;
    std::vector<slot*> completed_;
    std::vector<slot*> collected_; // the owner's, kept for its capacity
};

} // namespace edgeconf::provider
