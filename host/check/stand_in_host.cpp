#include "check/stand_in_host.hpp"

#include "check/received.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace edgeconf::check {
namespace {

// A provider that floods its log fills no memory.
constexpr std::size_t most_line_bytes = 64U << 20;
constexpr std::size_t most_misuses = 1000;
constexpr std::size_t most_metrics = 1000;

constexpr std::array status_names{"OK",          "CANCELLED",     "INVALID",         "NOT_FOUND", "EXISTS",
                                  "CONFLICT",    "DENIED",        "UNAUTHENTICATED", "DEADLINE",  "BUSY",
                                  "UNAVAILABLE", "UNIMPLEMENTED", "PRECONDITION",    "CORRUPT",   "INTERNAL",
                                  "CREATED",     "REMOVED"};

bool is_metric_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

} // namespace

std::string name_of(ecp_status status) {
    if (status >= 0 && static_cast<std::size_t>(status) < status_names.size())
        return status_names[static_cast<std::size_t>(status)];
    return fmt::format("the unknown status {}", status);
}

// What a provider calls.
struct stand_in_host::functions {
    static std::uint64_t ECP_CALL now_ns() noexcept {
        const std::lock_guard lock{get().mutex_};
        ++get().calls_;
        return static_cast<std::uint64_t>(clock::now().time_since_epoch() / std::chrono::nanoseconds{1});
    }

    static void ECP_CALL complete(ecp_op op, const ecp_result* result) noexcept {
        auto copied = received_result(result);
        copied.thread = std::this_thread::get_id();
        auto& host = get();
        std::function<void()> at_completion;
        {
            const std::lock_guard lock{host.mutex_};
            const auto found = host.operations_.find(op);
            if (found == host.operations_.end()) {
                host.told(0, "complete");
                host.report(misuse::completed_unknown,
                            fmt::format("complete() for the operation {:#x}, which never was", op));
                return;
            }
            auto& o = found->second;
            host.told(o.instance, "complete");
            if (++o.count > 1) {
                host.report(misuse::completed_again,
                            fmt::format("{} was completed {} times", o.name, o.count));
                return;
            }
            copied.order = ++host.last_completion_;
            at_completion = std::move(o.at_completion);
        }
        // Outside the lock: it may take the request's memory away.
        if (at_completion) at_completion();
        const std::lock_guard lock{host.mutex_};
        host.operations_[op].completions.push_back(std::move(copied));
        host.changed_.notify_all();
    }

    static std::int32_t ECP_CALL is_cancelled(ecp_op op) noexcept {
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        const auto found = host.operations_.find(op);
        host.told(found == host.operations_.end() ? 0 : found->second.instance, "is_cancelled");
        return found == host.operations_.end() || found->second.cancelled || found->second.count != 0 ? 1 : 0;
    }

    static std::int32_t ECP_CALL log_enabled(ecp_ctx ctx, std::int32_t level) noexcept {
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "log_enabled");
        return level >= host.log_level_ ? 1 : 0;
    }

    static void ECP_CALL log(ecp_ctx ctx, std::int32_t level, ecp_op op, const ecp_str* msg, const ecp_kv* kv,
                             std::uint64_t n_kv) noexcept {
        log_line line{ctx, level, op, {}, true};
        std::string fault;
        line.text = received_text(msg, fault);
        if (kv == nullptr && n_kv != 0) fault = fmt::format("has {} fields at NULL", n_kv);
        for (std::uint64_t i = 0; kv != nullptr && i < std::min<std::uint64_t>(n_kv, 64); ++i)
            line.text +=
                fmt::format(" {}={}", received_text(&kv[i].key, fault), received_text(&kv[i].value, fault));
        line.is_utf8 = is_utf8(line.text);
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "log");
        if (!fault.empty()) host.report(misuse::bad_argument, "a log line " + fault);
        if (level < ECP_LOG_TRACE || level > ECP_LOG_ERROR)
            host.report(misuse::bad_argument, fmt::format("a log line has the level {}", level));
        if (host.line_bytes_ > most_line_bytes) return;
        host.line_bytes_ += line.text.size() + sizeof line;
        host.lines_.push_back(std::move(line));
    }

    static void ECP_CALL set_health(ecp_ctx ctx, std::int32_t state, const ecp_str* reason) noexcept {
        std::string fault;
        health_report told{ctx, state, received_text(reason, fault)};
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "set_health");
        if (!fault.empty()) host.report(misuse::bad_argument, "the reason given to set_health() " + fault);
        if (state < ECP_HEALTH_UNKNOWN || state > ECP_HEALTH_DOWN)
            host.report(misuse::bad_argument, fmt::format("set_health() with the state {}", state));
        if (host.instances_.contains(ctx)) host.health_[ctx] = std::move(told); // tokens may be invented
        host.changed_.notify_all();
    }

    static std::uint32_t ECP_CALL metric_register(ecp_ctx ctx, std::int32_t kind, const ecp_str* name,
                                                  const ecp_str* help) noexcept {
        std::string fault;
        const auto called = received_text(name, fault);
        received_text(help, fault);
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "metric_register");
        if (!fault.empty()) host.report(misuse::bad_argument, "a metric's name or help " + fault);
        if (kind < ECP_METRIC_COUNTER || kind > ECP_METRIC_HISTOGRAM)
            host.report(misuse::bad_argument, fmt::format("metric_register() with the kind {}", kind));
        if (!is_metric_name(called)) {
            host.report(misuse::bad_argument,
                        fmt::format("a metric is called \"{}\": a-z, 0-9 and _ are letters of one", called));
            return 0;
        }
        if (host.metrics_.size() >= most_metrics) return 0;
        const auto [metric, is_new] = host.metrics_.try_emplace({ctx, called}, host.last_metric_ + 1);
        if (is_new) ++host.last_metric_;
        return metric->second;
    }

    static void ECP_CALL metric_record(ecp_ctx ctx, std::uint32_t metric, double) noexcept {
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "metric_record");
        if (metric > host.last_metric_)
            host.report(misuse::bad_argument,
                        fmt::format("metric_record() on the metric {}, which never was", metric));
    }

    static const void* ECP_CALL get_extension(ecp_ctx ctx, const char* id) noexcept {
        auto& host = get();
        const std::lock_guard lock{host.mutex_};
        host.told(ctx, "get_extension");
        if (id == nullptr) host.report(misuse::bad_argument, "get_extension() with NULL");
        return nullptr;
    }
};

stand_in_host& stand_in_host::get() {
    static auto* one = new stand_in_host; // threads of a provider may outlive main
    return *one;
}

const ecp_host* stand_in_host::table() const noexcept {
    static const ecp_host made{sizeof made,
                               ECP_ABI_MINOR,
                               &functions::now_ns,
                               &functions::complete,
                               &functions::is_cancelled,
                               &functions::log_enabled,
                               &functions::log,
                               &functions::set_health,
                               &functions::metric_register,
                               &functions::metric_record,
                               &functions::get_extension};
    return &made;
}

void stand_in_host::told(ecp_ctx instance, std::string_view function) {
    ++calls_;
    const auto found = stopped_.find(instance);
    if (found != stopped_.end() && found->second)
        report(misuse::called_when_stopped, fmt::format("{}() was called after the stop of {} was completed",
                                                        function, instances_[instance]));
}

void stand_in_host::report(misuse what, std::string text) {
    if (misuses_.size() < most_misuses) misuses_.push_back({what, std::move(text)});
    changed_.notify_all();
}

ecp_ctx stand_in_host::add_instance(std::string name) {
    const std::lock_guard lock{mutex_};
    const auto token = ecp_ctx{0xc000'0000'0000'0000} + ++last_instance_;
    instances_[token] = std::move(name);
    return token;
}

void stand_in_host::stopped(ecp_ctx instance) {
    const std::lock_guard lock{mutex_};
    stopped_[instance] = true;
}

void stand_in_host::forget(ecp_ctx instance) {
    const std::lock_guard lock{mutex_};
    std::erase_if(operations_, [&](const auto& o) { return o.second.instance == instance; });
    std::erase_if(metrics_, [&](const auto& m) { return m.first.first == instance; });
    std::erase_if(lines_, [&](const log_line& line) {
        if (line.ctx == instance) line_bytes_ -= line.text.size() + sizeof line;
        return line.ctx == instance;
    });
    instances_.erase(instance);
    stopped_.erase(instance);
    health_.erase(instance);
}

ecp_op stand_in_host::open(ecp_ctx instance, std::string name, std::function<void()> at_completion) {
    const std::lock_guard lock{mutex_};
    const auto token = ecp_op{0x0100'0000'0000'0000} + ++last_op_;
    auto& made = operations_[token];
    made.instance = instance;
    made.name = std::move(name);
    made.at_completion = std::move(at_completion);
    return token;
}

std::string stand_in_host::name(ecp_op op) const {
    const std::lock_guard lock{mutex_};
    const auto found = operations_.find(op);
    return found == operations_.end() ? std::string{} : found->second.name;
}

void stand_in_host::cancel(ecp_op op) {
    const std::lock_guard lock{mutex_};
    operations_[op].cancelled = true;
}

std::optional<answer> stand_in_host::wait(ecp_op op, clock::time_point until) {
    std::unique_lock lock{mutex_};
    const auto& o = operations_[op];
    if (!changed_.wait_until(lock, until, [&] { return !o.completions.empty(); })) return std::nullopt;
    return o.completions.front();
}

std::size_t stand_in_host::completions(ecp_op op) const {
    const std::lock_guard lock{mutex_};
    const auto found = operations_.find(op);
    return found == operations_.end() ? 0 : found->second.count;
}

std::vector<std::string> stand_in_host::open_operations() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> found;
    for (const auto& [op, o] : operations_)
        if (o.count == 0) found.push_back(o.name);
    return found;
}

void stand_in_host::set_log_level(std::int32_t level) {
    const std::lock_guard lock{mutex_};
    log_level_ = level;
}

std::vector<log_line> stand_in_host::lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
}

health_report stand_in_host::health(ecp_ctx instance) const {
    const std::lock_guard lock{mutex_};
    const auto found = health_.find(instance);
    return found == health_.end() ? health_report{instance, ECP_HEALTH_UNKNOWN, {}} : found->second;
}

health_report stand_in_host::wait_for_health(ecp_ctx instance, std::initializer_list<std::int32_t> wanted,
                                             clock::time_point until) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, until, [&] {
        const auto found = health_.find(instance);
        return found != health_.end() &&
               std::find(wanted.begin(), wanted.end(), found->second.state) != wanted.end();
    });
    const auto found = health_.find(instance);
    return found == health_.end() ? health_report{instance, ECP_HEALTH_UNKNOWN, {}} : found->second;
}

std::size_t stand_in_host::metrics() const {
    const std::lock_guard lock{mutex_};
    return metrics_.size();
}

std::vector<misuse_report> stand_in_host::misuses() const {
    const std::lock_guard lock{mutex_};
    return misuses_;
}

std::vector<misuse_report> stand_in_host::misuses(misuse what) const {
    const std::lock_guard lock{mutex_};
    std::vector<misuse_report> found;
    std::copy_if(misuses_.begin(), misuses_.end(), std::back_inserter(found),
                 [&](const misuse_report& m) { return m.what == what; });
    return found;
}

std::uint64_t stand_in_host::calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
}

} // namespace edgeconf::check
