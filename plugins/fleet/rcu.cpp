#include "fleet/rcu.hpp"

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

std::atomic<std::size_t> threads_seen{0};

// Which stripe a thread counts itself in: any will do, different ones are faster. Without a destructor,
// so that a thread of the host leaves nothing of ours behind.
std::size_t thread_number() noexcept {
    thread_local constinit std::size_t number = 0; // 0: none yet
    if (number == 0) number = threads_seen.fetch_add(1, std::memory_order_relaxed) + 1;
    return number;
}

} // namespace

rcu_domain::rcu_domain() : shared_{std::make_unique<reader_side>()} {}

rcu_domain::~rcu_domain() {
    free_all(older_);
    free_all(newer_);
}

rcu_domain::reader rcu_domain::read() const noexcept {
    auto& stripes = shared_->stripes;
    return reader{
        stripes[thread_number() % stripes.size()].readers[shared_->parity.load(std::memory_order_relaxed)]};
}

void rcu_domain::note(retired_object gone) {
    newer_.push_back(gone);
    if (--until_reclaim_ == 0) {
        until_reclaim_ = reclaim_interval;
        reclaim();
    }
}

void rcu_domain::reclaim() noexcept {
    const auto other = shared_->parity.load(std::memory_order_relaxed) ^ 1;
    // Adds nothing, but as a read-modify-write: a plain load would not be ordered with a reader's arrival.
    const auto is_left = [other](stripe& each) {
        return each.readers[other].fetch_add(0, std::memory_order_acq_rel) == 0;
    };
    if (!std::all_of(shared_->stripes.begin(), shared_->stripes.end(), is_left)) return;
    const auto unreachable = std::exchange(older_, std::exchange(newer_, {}));
    shared_->parity.store(other, std::memory_order_relaxed);
    free_all(unreachable);
}

void rcu_domain::free_all(const batch& gone) noexcept {
    for (const auto& each : gone) each.destroy(each.object);
}

} // namespace edgeconf::fleet
