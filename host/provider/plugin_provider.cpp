#include "provider/plugin_provider.hpp"

#include "provider/resources.hpp"
#include "provider/status.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace edgeconf::provider {
namespace {

namespace asio = boost::asio;

// A call that has completed its operation returns at once, if it is sound; one that has not may need
// stop itself to let it go.
constexpr std::chrono::seconds last_calls_time{1};

ecp_str borrow(const std::string& s) { return {s.c_str(), s.size()}; }

constexpr std::size_t most_findings = 1000;
constexpr std::uint64_t longest_finding = 16 * 1024;
// is_cancelled tells those that find no room.
constexpr std::uint32_t most_cancels_waiting = 1024;

void ECP_CALL collect_finding(void* arg, std::int32_t level, const ecp_str* pointer,
                              const ecp_str* message) noexcept {
    const auto text = [](const ecp_str* s) {
        return s == nullptr || s->len == 0 || s->ptr == nullptr
                   ? std::string{}
                   : std::string{s->ptr, static_cast<std::size_t>(std::min(s->len, longest_finding))};
    };
    auto& found = *static_cast<findings*>(arg);
    if (found.size() < most_findings) found.push_back({level >= ECP_LOG_ERROR, text(pointer), text(message)});
}

// A refusal without a reason still needs a line.
void explain_refusal(ecp_status status, std::string_view function, findings& found) {
    if (status == ECP_OK || has_error(found)) return;
    found.push_back(
        {true, "",
         fmt::format("the provider's {} failed with status {} and gave no reason", function, status)});
}

// Calls run on the I/O thread itself only if the provider promises not to block and takes as many at once,
// and one more: for a worker, should it have to be demoted while calls are inside.
bool may_run_inline(const ecp_provider& table, std::uint32_t io_threads) {
    return table.dispatch == ECP_DISPATCH_NONBLOCKING && table.max_concurrency > io_threads;
}

std::uint32_t worker_count(const ecp_provider& table, const provider_limits& limits) {
    auto most = table.max_concurrency;
    if (may_run_inline(table, limits.io_threads) && most != ECP_CONCURRENCY_ANY) most -= limits.io_threads;
    return std::clamp(most, 1U, limits.workers);
}

void complete_with(ecp_op op, ecp_status status) noexcept {
    ecp_result done{};
    done.struct_size = sizeof done;
    done.status = status;
    op_table::complete(op, &done);
}

// Shared with a thread that may never come back.
struct judgement {
    std::string options;
    findings found;
    ecp_status status = ECP_INTERNAL;
    void* self = nullptr;
    ecp_ext_resources resources{};
    std::promise<void> done;
};

problem too_late(std::string_view what, std::chrono::milliseconds most) {
    return {errc::deadline, fmt::format("the provider {} within {} s (provider.deadlines.start)", what,
                                        static_cast<double>(most.count()) / 1000)};
}

} // namespace

result<findings> judge_options(const library& from, const std::string& options,
                               std::chrono::milliseconds most) {
    if (from.table.validate == nullptr) return findings{};
    const auto shared = std::make_shared<judgement>();
    shared->options = options;
    auto done = shared->done.get_future();
    std::thread judging{[shared, validate = from.table.validate] {
        const auto text = borrow(shared->options);
        shared->status = validate(&host_table(), &text, &collect_finding, &shared->found);
        shared->done.set_value();
    }};
    if (done.wait_for(most) != std::future_status::ready) {
        judging.detach();
        return too_late("did not judge its options", most);
    }
    judging.join();
    explain_refusal(shared->status, "validate", shared->found);
    return std::move(shared->found);
}

plugin_provider::plugin_provider(const library& from, provider_limits limits, instance_sinks sinks)
    : name_{sinks.name}, table_{from.table}, limits_{limits}, conduct_{sinks.name, *sinks.log, *sinks.health,
                                                                       limits.breaker},
      instance_{{sinks.name, sinks.log, sinks.health, &conduct_}},
      inline_calls_{may_run_inline(table_, limits.io_threads)}, workers_{worker_count(table_, limits)} {}

plugin_provider::~plugin_provider() {
    if (self_ != nullptr) asio::post(life_thread_, [this] { table_.destroy(self_); });
    workers_.join();
    life_thread_.join();
}

awaitable<result<void>> plugin_provider::create(op_table& table, std::string options, findings& found) {
    auto* op = table.open({}, clock::now() + limits_.start, instance_.token());
    if (op == nullptr) co_return problem{errc::busy, "too many operations are open"};
    const auto shared = std::make_shared<judgement>();
    shared->options = std::move(options);
    asio::post(life_thread_, [this, shared, token = op->token] {
        const auto text = borrow(shared->options);
        shared->status = table_.create(&host_table(), instance_.token(), &text, &collect_finding,
                                       &shared->found, &shared->self);
        if (shared->status == ECP_OK) shared->resources = resources_of(table_, shared->self);
        std::string{}.swap(shared->options); // may hold secrets
        complete_with(token, ECP_OK);
    });
    reply given;
    const bool in_time = co_await wait_for_life(table, *op, "create", given);
    if (!in_time) co_return too_late("did not make its instance", limits_.start);
    found = std::move(shared->found);
    explain_refusal(shared->status, "create", found);
    if (shared->status != ECP_OK)
        co_return problem{failure_of(shared->status), "the provider does not take its options"};
    self_ = shared->self;
    resources_ = shared->resources;
    co_return result<void>{};
}

awaitable<result<void>> plugin_provider::start(op_table& table) {
    auto* op = table.open({}, clock::now() + limits_.start, instance_.token());
    if (op == nullptr) co_return problem{errc::busy, "too many operations are open"};
    op->at.store(open_op::place::entered, std::memory_order_relaxed);
    asio::post(life_thread_, [this, token = op->token] { table_.start(self_, token); });
    reply given;
    cancellable_ = true;
    const bool in_time = co_await wait_for_life(table, *op, "start", given);
    cancellable_ = false;
    if (!in_time) co_return too_late("did not start", limits_.start);
    if (given.status != ECP_OK)
        co_return problem{failure_of(given.status),
                          fmt::format("the provider cannot start: {}",
                                      given.message.empty() ? "it gives no reason" : given.message)};
    co_return result<void>{};
}

awaitable<result<void>> plugin_provider::reconfigure(op_table& table, std::string options) {
    device_call holder; // the slot keeps the options until the provider is done with them
    holder.body = std::move(options);
    auto* op = table.open(std::move(holder), clock::now() + limits_.reconfigure, instance_.token());
    if (op == nullptr) co_return problem{errc::busy, "too many operations are open"};
    asio::post(life_thread_, [this, opened = op, token = op->token] {
        if (opened->enter())
            table_.reconfigure(self_, &opened->request.body, token);
        else
            complete_with(token, ECP_CANCELLED);
    });
    reply said;
    const bool in_time = co_await wait_for_life(table, *op, "reconfigure", said);
    if (!in_time) op->drop(); // told as failed: it must not begin any more
    if (!in_time) co_return problem{errc::deadline, "the provider did not take its new options in time"};
    if (said.status == ECP_OK) co_return result<void>{};
    auto why = said.message.empty() ? "the provider refuses its new options without a reason" : said.message;
    for (const auto& [pointer, what] : said.details) why += fmt::format("; {}: {}", pointer, what);
    co_return problem{failure_of(said.status), std::move(why)};
}

awaitable<result<administration_answer>> plugin_provider::invoke(op_table& table, administration_call asked) {
    const auto verb = asked.verb;
    if (resources_.invoke == nullptr)
        co_return problem{
            errc::unimplemented,
            fmt::format("the provider {} offers no administration, so it has no {}", name_, name(verb))};
    const bool is_long = asked.reads_a_fleet();
    const auto deadline = clock::now() + (is_long ? limits_.reconfigure : limits_.administration);
    auto* op = table.open({}, deadline, instance_.token());
    if (op == nullptr) co_return problem{errc::busy, "the provider leaves too many operations unanswered"};
    const auto lent = std::make_shared<const resource_call>(std::move(asked), deadline);
    op->kept = lent;
    asio::post(life_thread_, [this, opened = op, token = op->token, request = &lent->request] {
        if (opened->enter())
            resources_.invoke(self_, request, token);
        else
            complete_with(token, ECP_CANCELLED);
    });
    reply given;
    cancellable_ = true;
    const bool in_time = co_await wait_for_life(table, *op, name(verb), given);
    if (!in_time) cancel_life(*op);
    cancellable_ = false;
    if (in_time) co_return judge(verb, std::move(given));
    co_return problem{errc::deadline,
                      fmt::format("the provider {} did not finish {} in time (provider.deadlines.{}); it may "
                                  "still do so",
                                  name_, name(verb), is_long ? "reconfigure" : "administration")};
}

void plugin_provider::hurry() {
    if (life_ == nullptr) return;
    op_table::hurry(*life_, clock::now() + limits_.stop);
    cancel_life(*life_);
}

void plugin_provider::cancel_life(open_op& op) {
    if (!std::exchange(cancellable_, false) || op.drop() || table_.cancel == nullptr) return;
    // The life thread is busy, and this one must not be at the provider's mercy.
    asio::post(workers_, [this, token = op.token] { table_.cancel(self_, token); });
}

awaitable<bool> plugin_provider::wait_for_life(op_table& table, open_op& op, std::string_view function,
                                               reply& into) {
    life_ = &op;
    const bool in_time = co_await table.wait(op, into);
    life_ = nullptr;
    if (in_time && into.malformed)
        report(violation::malformed_result,
               fmt::format("{}: its result has sizes or pointers that cannot be", function));
    co_return in_time;
}

awaitable<result<answer>> plugin_provider::call(op_table& table, device_call request) {
    const auto op = request.op;
    const auto function = function_for(op);
    if (function == nullptr)
        co_return problem{errc::unimplemented, "the provider does not implement this call"};
    const auto now = clock::now();
    conduct::call watched{conduct_, table.index(), now};
    if (!watched.admitted())
        co_return problem{errc::unavailable, "the provider broke its contract too often and is not asked",
                          breaker::probe_interval};
    auto* opened = table.open(std::move(request), now + limits_.device, instance_.token());
    if (opened == nullptr) {
        watched.no_room(now);
        co_return problem{errc::busy, "the provider leaves too many operations unanswered"};
    }
    const auto token = opened->token;
    if (!dispatch(table.index(), *opened, function, now)) {
        table.discard(*opened);
        co_return problem{errc::busy, "too many calls wait for the provider", std::chrono::seconds{1}};
    }
    reply given;
    const bool in_time = co_await table.wait(*opened, given);
    if (in_time) {
        auto judged = judge(op, std::move(given));
        watched.answered();
        co_return judged;
    }
    const auto too_late = clock::now();
    watched.missed_deadline(too_late);
    if (!opened->drop()) cancel(table.index(), token, too_late);
    co_return problem{errc::deadline, "the provider did not answer in time"};
}

awaitable<bool> plugin_provider::stop(op_table& table) {
    const auto deadline = clock::now() + limits_.stop;
    // An operation may be completed while its call has yet to return. Providers that take one call at a
    // time need no lock against stop, so stop comes after them, unless they are stuck.
    co_await last_calls(table);
    auto* stopped = table.open({}, deadline, instance_.token());
    if (stopped == nullptr) co_return false;
    asio::post(life_thread_, [this, token = stopped->token] {
        waiting_.load(); // pairs with left_worker: stop sees what the calls did
        table_.stop(self_, token);
    });
    reply given;
    const bool in_time = co_await wait_for_life(table, *stopped, "stop", given);
    if (!in_time) co_return false;
    const bool destroyed = co_await destroy_until(table, deadline);
    co_return destroyed;
}

awaitable<void> plugin_provider::last_calls(op_table& table) {
    if (waiting_.load() == 0) co_return;
    auto* op = table.open({}, clock::now() + last_calls_time, instance_.token());
    if (op == nullptr) co_return;
    last_call_.store(op->token);
    // The last worker may have left before it could see the token.
    if (waiting_.load() == 0)
        if (const auto token = last_call_.exchange(0); token != 0) complete_with(token, ECP_OK);
    reply ignored;
    co_await table.wait(*op, ignored);
}

void plugin_provider::left_worker() noexcept {
    if (waiting_.fetch_sub(1) != 1) return;
    if (const auto token = last_call_.exchange(0); token != 0) complete_with(token, ECP_OK);
}

awaitable<bool> plugin_provider::destroy(op_table& table) {
    return destroy_until(table, clock::now() + limits_.stop);
}

awaitable<bool> plugin_provider::destroy_until(op_table& table, clock::time_point deadline) {
    auto* gone = table.open({}, deadline, instance_.token());
    if (gone == nullptr) co_return false;
    asio::post(life_thread_, [this, token = gone->token] {
        workers_.join(); // every call into the provider has returned
        if (self_ != nullptr) table_.destroy(std::exchange(self_, nullptr));
        complete_with(token, ECP_OK);
    });
    reply given;
    const bool destroyed = co_await table.wait(*gone, given);
    co_return destroyed;
}

void plugin_provider::tend() {
    conduct_.tend(clock::now());
    tell_dropped(instance_.token());
}

provider_statistics plugin_provider::statistics() const {
    const auto seen = conduct_.count();
    provider_statistics s;
    s.calls = seen.calls;
    s.in_flight = seen.in_flight;
    s.queued = waiting_.load(std::memory_order_relaxed);
    s.deadline_misses = seen.deadline_misses;
    s.refused = seen.refused;
    s.breaker_openings = seen.breaker_openings;
    for (std::size_t kind = 0; kind < violation_kinds; ++kind)
        s.violations[kind] = violations(instance_.token(), static_cast<violation>(kind));
    s.dropped_log_lines = dropped_lines(instance_.token());
    s.stuck_threads = seen.stuck_threads;
    s.breaker_open = seen.breaker_open;
    s.demoted = seen.demoted;
    return s;
}

std::vector<observe::sample> plugin_provider::own_metrics() const { return metrics_of(instance_.token()); }

void plugin_provider::report(violation what, std::string_view detail) const noexcept {
    report_violation(instance_.token(), what, detail);
}

ecp_call_fn plugin_provider::function_for(operation op) const noexcept {
    switch (op) {
    case operation::enrol: return table_.enrol;
    case operation::get_registration: return table_.get_registration;
    case operation::put_registration: return table_.put_registration;
    case operation::get_configuration: return table_.get_configuration;
    case operation::put_heartbeat: return table_.put_heartbeat;
    case operation::get_playbooks: return table_.get_playbooks;
    }
    return nullptr;
}

bool plugin_provider::dispatch(std::uint32_t lane, open_op& op, ecp_call_fn function, clock::time_point now) {
    if (inline_calls_ && !conduct_.demoted()) {
        op.at.store(open_op::place::entered, std::memory_order_relaxed);
        conduct_.entered(lane, now);
        op_table::inline_call(op, [&]() noexcept { function(self_, &op.request, op.token); });
        conduct_.left(lane);
        const auto took = clock::now() - now;
        if (took > slow_call_limit) too_slow(name(op.call.op), took);
        return true;
    }
    const auto limit = limits_.queue + worker_count(table_, limits_);
    if (waiting_.fetch_add(1, std::memory_order_relaxed) >= limit) {
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    asio::post(workers_, [this, function, opened = &op, token = op.token]() noexcept {
        if (opened->enter())
            function(self_, &opened->request, token);
        else
            complete_with(token, ECP_CANCELLED); // nobody waits any more: the provider need not know
        left_worker();
    });
    return true;
}

void plugin_provider::cancel(std::uint32_t lane, ecp_op token, clock::time_point now) {
    if (table_.cancel == nullptr) return;
    if (conduct_.demoted()) {
        if (cancels_waiting_.fetch_add(1, std::memory_order_relaxed) >= most_cancels_waiting) {
            cancels_waiting_.fetch_sub(1, std::memory_order_relaxed);
            return;
        }
        asio::post(life_thread_, [this, token]() noexcept {
            table_.cancel(self_, token);
            cancels_waiting_.fetch_sub(1, std::memory_order_relaxed);
        });
        return;
    }
    conduct_.entered(lane, now);
    table_.cancel(self_, token);
    conduct_.left(lane);
    const auto took = clock::now() - now;
    if (took > slow_call_limit) too_slow("cancel", took);
}

void plugin_provider::too_slow(std::string_view function, clock::duration took) noexcept {
    report(violation::slow_call, fmt::format("{} took {} ms on an I/O thread, 1 ms is allowed", function,
                                             std::chrono::ceil<std::chrono::milliseconds>(took).count()));
    conduct_.too_slow(function, took, clock::now());
}

result<answer> plugin_provider::judge(operation op, reply&& given) const {
    if (given.malformed) {
        report(violation::malformed_result,
               fmt::format("{}: its result has sizes or pointers that cannot be", name(op)));
        return problem{errc::internal, "the provider's result is malformed"};
    }
    if (const auto success = success_of(op, given.status))
        return answer{*success, std::move(given.body), std::move(given.revision)};
    problem why{failure(name(op), given.status), std::move(given.message), given.retry_after};
    if (why.code == errc::invalid) {
        // These speak of the client's own body, so they may reach it.
        why.detail = "the body does not fit Flotta's model";
        for (const auto& [place, what] : given.details) why.detail += fmt::format("; {}: {}", place, what);
    }
    return why;
}

result<administration_answer> plugin_provider::judge(administration verb, reply&& given) const {
    if (given.malformed) return problem{errc::internal, "the provider's result is malformed"};
    if (given.status == ECP_OK && given.revision.size() <= longest_page_token)
        return administration_answer{std::move(given.body), std::move(given.revision)};
    if (given.status == ECP_OK) {
        report(violation::malformed_result, fmt::format("{}: its page token is too long", name(verb)));
        return problem{errc::internal, "the provider's result is malformed"};
    }
    problem why{failure(name(verb), given.status), std::move(given.message), given.retry_after};
    for (const auto& [place, what] : given.details)
        why.detail +=
            fmt::format("{}{}{}{}", why.detail.empty() ? "" : "\n", place, place.empty() ? "" : ": ", what);
    if (why.detail.empty())
        why.detail = fmt::format("the provider {} refuses {} with status {} and gives no reason", name_,
                                 name(verb), given.status);
    return why;
}

errc plugin_provider::failure(std::string_view function, ecp_status status) const {
    const auto code = failure_of(status);
    if (code == errc::internal && status != ECP_INTERNAL)
        report(violation::unexpected_status,
               fmt::format("{}: status {} is not one of this call's", function, status));
    return code;
}

} // namespace edgeconf::provider
