#include "provider/plugin_provider.hpp"

#include "provider/status.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <future>

namespace edgeconf::provider {
namespace {

namespace asio = boost::asio;

ecp_str borrow(const std::string& s) { return {s.c_str(), s.size()}; }

void ECP_CALL collect_finding(void* arg, std::int32_t level, const ecp_str* pointer,
                              const ecp_str* message) noexcept {
    const auto text = [](const ecp_str* s) {
        return s == nullptr || s->len == 0 ? std::string{}
                                           : std::string{s->ptr, static_cast<std::size_t>(s->len)};
    };
    static_cast<findings*>(arg)->push_back({level >= ECP_LOG_ERROR, text(pointer), text(message)});
}

// A refusal without a reason still needs a line.
void explain_refusal(ecp_status status, std::string_view function, findings& found) {
    if (status == ECP_OK || has_error(found)) return;
    found.push_back(
        {true, "",
         fmt::format("the provider's {} failed with status {} and gave no reason", function, status)});
}

// Calls run on the I/O thread itself only if the provider promises not to block and takes that many at once.
bool may_run_inline(const ecp_provider& table, std::uint32_t io_threads) {
    return table.dispatch == ECP_DISPATCH_NONBLOCKING && table.max_concurrency >= io_threads;
}

std::uint32_t worker_count(const ecp_provider& table, const provider_limits& limits) {
    return std::clamp(table.max_concurrency, 1U, limits.workers);
}

void complete_ok(ecp_op op) noexcept {
    ecp_result done{};
    done.struct_size = sizeof done;
    op_table::complete(op, &done);
}

} // namespace

findings judge_options(const library& from, const std::string& options) {
    findings found;
    if (from.table.validate == nullptr) return found;
    const auto text = borrow(options);
    explain_refusal(from.table.validate(&host_table(), &text, &collect_finding, &found), "validate", found);
    return found;
}

plugin_provider::plugin_provider(const library& from, provider_limits limits, instance_sinks sinks)
    : table_{from.table}, limits_{limits}, instance_{std::move(sinks)},
      inline_calls_{may_run_inline(table_, limits.io_threads)}, workers_{worker_count(table_, limits)} {}

std::unique_ptr<plugin_provider> plugin_provider::create(const library& from, const std::string& options,
                                                         provider_limits limits, instance_sinks sinks,
                                                         findings& found) {
    std::unique_ptr<plugin_provider> made{new plugin_provider{from, limits, std::move(sinks)}};
    ecp_status status = ECP_INTERNAL;
    asio::post(made->life_, [&, text = borrow(options)] {
        status = made->table_.create(&host_table(), made->instance_.token(), &text, &collect_finding, &found,
                                     &made->self_);
    });
    // The pool's one thread is needed again, so it is awaited through a second job rather than joined.
    std::promise<void> created;
    asio::post(made->life_, [&] { created.set_value(); });
    created.get_future().wait();
    explain_refusal(status, "create", found);
    return status == ECP_OK ? std::move(made) : nullptr;
}

plugin_provider::~plugin_provider() {
    if (self_ != nullptr) asio::post(life_, [this] { table_.destroy(self_); });
    workers_.join();
    life_.join();
}

awaitable<result<void>> plugin_provider::start(op_table& table) {
    auto* op = table.open({}, clock::now() + limits_.start, instance_.token());
    if (op == nullptr) co_return problem{errc::busy, "too many operations are open"};
    asio::post(life_, [this, token = op->token] { table_.start(self_, token); });
    reply given;
    const bool in_time = co_await table.wait(*op, given);
    if (!in_time)
        co_return problem{errc::deadline,
                          fmt::format("the provider did not start within {} s (provider.deadlines.start)",
                                      limits_.start.count() / 1000)};
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
    asio::post(life_, [this, token = op->token, given = &op->request.body] {
        table_.reconfigure(self_, given, token);
    });
    reply said;
    const bool in_time = co_await table.wait(*op, said);
    if (!in_time) co_return problem{errc::deadline, "the provider did not take its new options in time"};
    if (said.status != ECP_OK)
        co_return problem{failure_of(said.status),
                          said.message.empty() ? "the provider refuses its new options without a reason"
                                               : said.message};
    co_return result<void>{};
}

awaitable<result<answer>> plugin_provider::call(op_table& table, device_call request) {
    const auto op = request.op;
    const auto function = function_for(op);
    if (function == nullptr)
        co_return problem{errc::unimplemented, "the provider does not implement this call"};
    auto* opened = table.open(std::move(request), clock::now() + limits_.device, instance_.token());
    if (opened == nullptr)
        co_return problem{errc::busy, "the provider leaves too many operations unanswered"};
    const auto token = opened->token;
    if (!dispatch(*opened, function)) {
        table.discard(*opened);
        co_return problem{errc::busy, "too many calls wait for the provider", std::chrono::seconds{1}};
    }
    reply given;
    const bool in_time = co_await table.wait(*opened, given);
    if (in_time) co_return judge(op, std::move(given));
    if (table_.cancel != nullptr) table_.cancel(self_, token);
    co_return problem{errc::deadline, "the provider did not answer in time"};
}

awaitable<bool> plugin_provider::stop(op_table& table) {
    const auto deadline = clock::now() + limits_.stop;
    auto* stopped = table.open({}, deadline, instance_.token());
    auto* gone = table.open({}, deadline, instance_.token());
    if (stopped == nullptr || gone == nullptr) co_return false;
    asio::post(life_, [this, token = stopped->token] {
        // Pairs with the workers: whatever a call did before it returned, stop sees without a lock of
        // the provider's own.
        waiting_.load(std::memory_order_acquire);
        table_.stop(self_, token);
    });
    reply given;
    const bool in_time = co_await table.wait(*stopped, given);
    if (!in_time) co_return false;
    asio::post(life_, [this, token = gone->token] {
        workers_.join(); // every call into the provider has returned
        table_.destroy(self_);
        self_ = nullptr;
        complete_ok(token);
    });
    const bool destroyed = co_await table.wait(*gone, given);
    co_return destroyed;
}

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

bool plugin_provider::dispatch(open_op& op, ecp_call_fn function) {
    if (inline_calls_) {
        op_table::inline_call(op, [&]() noexcept { function(self_, &op.request, op.token); });
        return true;
    }
    const auto limit = limits_.queue + worker_count(table_, limits_);
    if (waiting_.fetch_add(1, std::memory_order_relaxed) >= limit) {
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    asio::post(workers_, [this, function, request = &op.request, token = op.token]() noexcept {
        function(self_, request, token);
        waiting_.fetch_sub(1, std::memory_order_release);
    });
    return true;
}

result<answer> plugin_provider::judge(operation op, reply&& given) const {
    if (given.malformed) {
        report(violation::malformed_result,
               fmt::format("{}: its result has sizes or pointers that cannot be", name(op)));
        return problem{errc::internal, "the provider's result is malformed"};
    }
    if (const auto success = success_of(op, given.status))
        return answer{*success, std::move(given.body), std::move(given.revision)};
    const auto failure = failure_of(given.status);
    if (failure == errc::internal && given.status != ECP_INTERNAL)
        report(violation::unexpected_status,
               fmt::format("{}: status {} is not one of this call's", name(op), given.status));
    problem why{failure, std::move(given.message), given.retry_after};
    if (failure == errc::invalid) {
        // These speak of the client's own body, so they may reach it.
        why.detail = "the body does not fit Flotta's model";
        for (const auto& [place, what] : given.details) why.detail += fmt::format("; {}: {}", place, what);
    }
    return why;
}

} // namespace edgeconf::provider
