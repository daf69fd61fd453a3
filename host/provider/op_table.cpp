#include "provider/op_table.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/wait_traits.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace edgeconf::provider {
namespace {

namespace asio = boost::asio;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

// A token: table in the top 8 bits, slot in the next 24, generation in the lower 32.
constexpr ecp_op make_token(std::uint32_t table, std::uint32_t slot, std::uint32_t generation) {
    return (ecp_op{table} << 56) | (ecp_op{slot} << 32) | generation;
}
constexpr std::uint32_t table_of(ecp_op token) { return static_cast<std::uint32_t>(token >> 56); }
constexpr std::uint32_t slot_of(ecp_op token) { return static_cast<std::uint32_t>((token >> 32) & 0xffffff); }
constexpr std::uint32_t generation_of(ecp_op token) { return static_cast<std::uint32_t>(token); }

// What a slot's state word says besides its generation.
enum phase : std::uint64_t { idle = 0, open = 1, completing = 2, completed = 3 };
constexpr std::uint64_t state(std::uint32_t generation, phase p) {
    return (std::uint64_t{generation} << 2) | p;
}

constexpr std::size_t most_tables = 256;
std::array<std::atomic<op_table*>, most_tables> tables{};
std::mutex claims;
std::array<bool, most_tables> claimed{};

// More than any configuration has; a length beyond it is garbage.
constexpr std::uint64_t longest_body = 64ULL << 20;
constexpr std::uint64_t longest_text = 64ULL << 10;
constexpr std::uint64_t most_items = 4096;

// False if the text cannot be one.
bool copy_text(const ecp_str& from, std::string& to) {
    if (from.len > longest_text || (from.len != 0 && from.ptr == nullptr)) return false;
    to.assign(from.len == 0 ? "" : from.ptr, static_cast<std::size_t>(from.len));
    return true;
}

bool copy_body(const ecp_result& from, std::string& to) {
    if (from.n_parts > most_items || (from.n_parts != 0 && from.parts == nullptr)) return false;
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < from.n_parts; ++i) {
        const auto& part = from.parts[i];
        if (part.len > longest_body || (part.len != 0 && part.ptr == nullptr)) return false;
        total += part.len;
    }
    if (total > longest_body) return false;
    to.clear();
    to.reserve(static_cast<std::size_t>(total));
    for (std::uint64_t i = 0; i < from.n_parts; ++i)
        if (from.parts[i].len != 0) to.append(from.parts[i].ptr, static_cast<std::size_t>(from.parts[i].len));
    return true;
}

bool copy_details(const ecp_result& from, reply& to) {
    if (from.n_details > most_items || (from.n_details != 0 && from.details == nullptr)) return false;
    to.details.resize(static_cast<std::size_t>(from.n_details));
    for (std::size_t i = 0; i < to.details.size(); ++i)
        if (!copy_text(from.details[i].key, to.details[i].first) ||
            !copy_text(from.details[i].value, to.details[i].second))
            return false;
    return true;
}

// Reads only what struct_size covers.
reply copy(const ecp_result* result) {
    reply made;
    made.malformed = true;
    constexpr auto least = offsetof(ecp_result, status) + sizeof(ecp_status);
    if (result == nullptr || result->struct_size < least) return made;
    ecp_result known{};
    std::memcpy(&known, result, std::min<std::size_t>(result->struct_size, sizeof known));
    if (!copy_body(known, made.body) || !copy_text(known.revision, made.revision) ||
        !copy_text(known.message, made.message) || !copy_details(known, made))
        return made;
    made.status = known.status;
    made.retry_after = std::chrono::milliseconds{known.retry_after_ms};
    made.malformed = false;
    return made;
}

ecp_str borrow(const std::string& s) { return {s.c_str(), s.size()}; }

} // namespace

struct op_table::slot : open_op {
    std::atomic<std::uint64_t> state_word{state(1, idle)};
    std::atomic<ecp_ctx> instance{0};
    std::atomic<bool> cancelled{false};
    // The request's traceparent, or zeros. Atomic, because a provider may log for an operation while it
    // is completed and used again: what is read then is thrown away, but must not be a race.
    std::array<std::atomic<std::uint64_t>, 7> trace{};
    reply answer;
    op_table* owner = nullptr;
    std::uint32_t index = 0;
    // The owner's alone.
    slot* next_free = nullptr;
    timer* waiter = nullptr;
    bool arrived = false;
    bool abandoned = false;
};

// Abandons the slot unless the reply came, also when the waiting coroutine is destroyed.
class op_table::waiting {
public:
    waiting(slot& s, timer& until) : slot_{s} { slot_.waiter = &until; }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
        slot_.waiter = nullptr;
        if (slot_.arrived) return;
        slot_.abandoned = true;
        ++slot_.owner->abandoned_count_;
        slot_.cancelled.store(true, std::memory_order_relaxed);
    }

private:
    slot& slot_;
};

struct op_table::place {
    slot* at = nullptr;
    std::uint32_t generation = 0;
};

constinit thread_local ecp_op op_table::running_inline_ = 0;

void op_table::release::operator()(op_table* table) const noexcept {
    {
        const std::lock_guard lock{table->mutex_};
        table->context_ = nullptr;
    }
    const std::lock_guard lock{claims};
    claimed[table->index_] = false;
}

op_table::handle op_table::claim(asio::io_context& context) {
    const std::lock_guard lock{claims};
    for (std::uint32_t i = 0; i < most_tables; ++i) {
        if (claimed[i]) continue;
        auto* table = tables[i].load(std::memory_order_acquire);
        if (table == nullptr) {
            table = new op_table; // immortal, see above
            table->index_ = i;
            table->grow(); // now, so that no call has to wait for it
            tables[i].store(table, std::memory_order_release);
        }
        {
            const std::lock_guard inner{table->mutex_};
            table->context_ = &context;
            // Completed after the last owner's time.
            for (auto* s : std::exchange(table->completed_, {})) {
                if (s->abandoned) --table->abandoned_count_;
                table->free(*s);
            }
        }
        claimed[i] = true;
        return handle{table};
    }
    return nullptr;
}

open_op* op_table::open(device_call call, clock::time_point deadline, ecp_ctx instance) {
    if (abandoned_count_ >= most_abandoned) return nullptr;
    auto* s = take_free_slot();
    if (s == nullptr) return nullptr;
    const auto generation = static_cast<std::uint32_t>(s->state_word.load(std::memory_order_relaxed) >> 2);
    s->token = make_token(index_, s->index, generation);
    s->call = std::move(call);
    s->deadline = deadline;
    s->at.store(open_op::place::waiting, std::memory_order_relaxed);
    s->request = {};
    s->request.struct_size = sizeof s->request;
    s->request.deadline_ns =
        static_cast<std::uint64_t>(deadline.time_since_epoch() / std::chrono::nanoseconds{1});
    s->request.ns = borrow(s->call.ns);
    s->request.device_id = borrow(s->call.device_id);
    s->request.body = borrow(s->call.body);
    s->request.trace = borrow(s->call.trace);
    s->instance.store(instance, std::memory_order_relaxed);
    s->cancelled.store(false, std::memory_order_relaxed);
    std::array<std::uint64_t, 7> trace{};
    std::memcpy(trace.data(), s->call.trace.data(), std::min(s->call.trace.size(), sizeof trace));
    for (std::size_t i = 0; i < trace.size(); ++i) s->trace[i].store(trace[i], std::memory_order_relaxed);
    s->arrived = false;
    s->abandoned = false;
    s->state_word.store(state(generation, phase::open), std::memory_order_release);
    return s;
}

awaitable<bool> op_table::wait(open_op& op, reply& into) {
    auto& s = static_cast<slot&>(op);
    if (!s.arrived) {
        timer until{co_await asio::this_coro::executor, s.deadline};
        const waiting here{s, until};
        // Cut short by the reply, or because the deadline has moved.
        for (bool expired = false; !s.arrived && !expired;) {
            const auto [ec] = co_await until.async_wait(asio::as_tuple(asio::use_awaitable_t<executor>{}));
            expired = !ec;
        }
    }
    if (!s.arrived) co_return false;
    into = std::move(s.answer);
    free(s);
    co_return true;
}

void op_table::hurry(open_op& op, clock::time_point until) {
    auto& s = static_cast<slot&>(op);
    s.cancelled.store(true, std::memory_order_relaxed);
    if (until >= s.deadline) return;
    s.deadline = until;
    if (s.waiter != nullptr) s.waiter->expires_at(until);
}

void op_table::discard(open_op& op) noexcept { free(static_cast<slot&>(op)); }

bool op_table::complete(ecp_op token, const ecp_result* result) noexcept {
    const auto [s, generation] = find(token);
    if (s == nullptr) return false;
    auto expected = state(generation, phase::open);
    if (!s->state_word.compare_exchange_strong(expected, state(generation, completing),
                                               std::memory_order_acq_rel))
        return false;
    try {
        s->answer = copy(result);
    } catch (...) {
        s->answer = reply{};
    }
    s->state_word.store(state(generation, completed), std::memory_order_release);
    s->owner->notify(*s);
    return true;
}

bool op_table::is_cancelled(ecp_op token) noexcept {
    const auto [s, generation] = find(token);
    if (s == nullptr) return true;
    const bool is_open = s->state_word.load(std::memory_order_acquire) == state(generation, phase::open);
    return !is_open || s->cancelled.load(std::memory_order_relaxed);
}

std::string op_table::trace_of(ecp_op token) {
    const auto [s, generation] = find(token);
    if (s == nullptr) return {};
    std::array<std::uint64_t, 7> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = s->trace[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (s->state_word.load(std::memory_order_acquire) != state(generation, phase::open)) return {};
    std::array<char, sizeof words> text{};
    std::memcpy(text.data(), words.data(), sizeof words);
    return {text.data(), strnlen(text.data(), text.size())};
}

ecp_ctx op_table::instance_of(ecp_op token) noexcept {
    const auto* s = find(token).at;
    return s == nullptr ? 0 : s->instance.load(std::memory_order_relaxed);
}

op_table::place op_table::find(ecp_op token) noexcept {
    const auto* table = tables[table_of(token)].load(std::memory_order_acquire);
    const auto index = slot_of(token);
    if (table == nullptr || index >= most_chunks * slots_per_chunk) return {};
    auto* chunk = table->chunks_[index / slots_per_chunk].load(std::memory_order_acquire);
    if (chunk == nullptr) return {};
    return {&chunk[index % slots_per_chunk], generation_of(token)};
}

void op_table::grow() {
    auto* chunk = new slot[slots_per_chunk]; // immortal, see above
    for (std::size_t i = slots_per_chunk; i-- > 0;) {
        chunk[i].owner = this;
        chunk[i].index = static_cast<std::uint32_t>(chunk_count_ * slots_per_chunk + i);
        chunk[i].next_free = free_;
        free_ = &chunk[i];
    }
    chunks_[chunk_count_++].store(chunk, std::memory_order_release);
}

op_table::slot* op_table::take_free_slot() {
    if (free_ == nullptr) {
        if (chunk_count_ == most_chunks) return nullptr;
        grow();
    }
    return std::exchange(free_, free_->next_free);
}

void op_table::free(slot& s) noexcept {
    s.call = {};
    s.kept.reset();
    s.answer = {};
    const auto generation = static_cast<std::uint32_t>(s.state_word.load(std::memory_order_relaxed) >> 2);
    // 0 would make a token of table 0 and slot 0 the one that means "none".
    const auto next = generation == 0xffffffffU ? 1U : generation + 1;
    s.state_word.store(state(next, idle), std::memory_order_release);
    s.next_free = free_;
    free_ = &s;
}

void op_table::notify(slot& s) {
    if (running_inline_ == s.token) {
        s.arrived = true;
        return;
    }
    const std::lock_guard lock{mutex_};
    completed_.push_back(&s);
    if (completed_.size() == 1 && context_ != nullptr) asio::post(*context_, [this] { collect(); });
}

void op_table::collect() {
    {
        const std::lock_guard lock{mutex_};
        collected_.swap(completed_);
    }
    for (auto* s : collected_) {
        s->arrived = true;
        if (s->abandoned) {
            --abandoned_count_;
            free(*s);
        } else if (s->waiter != nullptr) {
            s->waiter->cancel();
        }
    }
    collected_.clear();
}

} // namespace edgeconf::provider
