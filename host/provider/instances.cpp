#include "provider/instances.hpp"

#include "provider/op_table.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <shared_mutex>

namespace edgeconf::provider {
namespace {

constexpr std::size_t most_instances = 64;
constexpr std::size_t violation_kinds = 4;
constexpr std::size_t most_metrics = 256;
constexpr std::uint64_t longest_line = 16 * 1024;
constexpr std::uint64_t most_fields = 32;

struct metric {
    std::string name;
    std::string help;
    std::int32_t kind;
    double value = 0; // counter: the sum; gauge: the last; histogram: the sum
    std::uint64_t count = 0;
};

struct record {
    std::shared_mutex mutex; // guards sinks and generation; taken shared for every line
    std::uint32_t generation = 0;
    bool in_use = false;
    instance_sinks sinks;
    std::mutex metrics_mutex;
    std::deque<metric> metrics;
    std::array<std::atomic<std::uint64_t>, violation_kinds> violations{};
};

// Immortal, like the host's table: a late caller must find something.
std::array<record, most_instances>& records() {
    static auto* all = new std::array<record, most_instances>;
    return *all;
}

constexpr ecp_ctx make_token(std::size_t index, std::uint32_t generation) {
    return (ecp_ctx{generation} << 32) | (index + 1);
}

// The record that `ctx` names, whether or not its instance is still there.
record* find(ecp_ctx ctx) noexcept {
    const auto index = static_cast<std::uint32_t>(ctx);
    return index == 0 || index > most_instances ? nullptr : &records()[index - 1];
}

// Runs `use` with the instance's sinks if it is alive.
template <class Use>
void with_sinks(ecp_ctx ctx, Use&& use) noexcept {
    auto* r = find(ctx);
    if (r == nullptr) return;
    const std::shared_lock lock{r->mutex};
    if (!r->in_use || r->generation != static_cast<std::uint32_t>(ctx >> 32)) return;
    try {
        use(*r);
    } catch (...) {
        // Out of memory for a line: the line is lost, the host is not.
    }
}

std::string_view bounded(const ecp_str* s, std::uint64_t most) noexcept {
    if (s == nullptr || s->len == 0 || s->ptr == nullptr) return {};
    return {s->ptr, static_cast<std::size_t>(std::min(s->len, most))};
}

observe::level level_of(std::int32_t level) noexcept {
    switch (level) {
    case ECP_LOG_TRACE: return observe::level::trace;
    case ECP_LOG_DEBUG: return observe::level::debug;
    case ECP_LOG_INFO: return observe::level::info;
    case ECP_LOG_WARN: return observe::level::warn;
    default: return observe::level::error;
    }
}

observe::provider_state state_of(std::int32_t state) noexcept {
    switch (state) {
    case ECP_HEALTH_OK: return observe::provider_state::ok;
    case ECP_HEALTH_DOWN: return observe::provider_state::down;
    default: return observe::provider_state::degraded;
    }
}

thread_local std::string* collecting = nullptr;

} // namespace

// The functions behind host_table().
struct host_functions {
    static std::uint64_t now_ns() noexcept {
        return static_cast<std::uint64_t>(clock::now().time_since_epoch() / std::chrono::nanoseconds{1});
    }

    static void complete(ecp_op op, const ecp_result* result) noexcept {
        if (!op_table::complete(op, result))
            report_violation(op_table::instance_of(op), violation::stale_completion,
                             "completed an operation that is not open (a second time, or never begun)");
    }

    static std::int32_t is_cancelled(ecp_op op) noexcept { return op_table::is_cancelled(op) ? 1 : 0; }

    static std::int32_t log_enabled(ecp_ctx ctx, std::int32_t level) noexcept {
        bool enabled = ctx == 0 && collecting != nullptr;
        with_sinks(ctx, [&](record& r) { enabled = r.sinks.log->enabled(level_of(level)); });
        return enabled ? 1 : 0;
    }

    static void log(ecp_ctx ctx, std::int32_t level, ecp_op, const ecp_str* message, const ecp_kv* fields,
                    std::uint64_t n_fields) noexcept {
        const auto text = bounded(message, longest_line);
        if (ctx == 0 && collecting != nullptr && level >= ECP_LOG_ERROR) {
            if (!collecting->empty()) *collecting += "; ";
            *collecting += text;
            return;
        }
        with_sinks(ctx, [&](record& r) {
            std::vector<observe::field> line{{"provider", r.sinks.name}};
            for (std::uint64_t i = 0; fields != nullptr && i < std::min(n_fields, most_fields); ++i)
                line.push_back(
                    {bounded(&fields[i].key, 64), std::string{bounded(&fields[i].value, longest_line)}});
            r.sinks.log->write(level_of(level), text, line);
        });
    }

    static void set_health(ecp_ctx ctx, std::int32_t state, const ecp_str* reason) noexcept {
        with_sinks(ctx, [&](record& r) {
            const std::string why{bounded(reason, longest_line)};
            r.sinks.health->provider_is(state_of(state), why);
            r.sinks.log->info("provider health", {{"provider", r.sinks.name},
                                                  {"state", state == ECP_HEALTH_OK     ? "ok"
                                                            : state == ECP_HEALTH_DOWN ? "down"
                                                                                       : "degraded"},
                                                  {"reason", why}});
        });
    }

    static std::uint32_t metric_register(ecp_ctx ctx, std::int32_t kind, const ecp_str* name,
                                         const ecp_str* help) noexcept {
        std::uint32_t id = 0;
        with_sinks(ctx, [&](record& r) {
            const std::string wanted{bounded(name, 128)};
            const std::lock_guard lock{r.metrics_mutex};
            for (std::size_t i = 0; i < r.metrics.size(); ++i)
                if (r.metrics[i].name == wanted) id = static_cast<std::uint32_t>(i + 1);
            if (id != 0 || wanted.empty() || r.metrics.size() == most_metrics) return;
            r.metrics.push_back({wanted, std::string{bounded(help, 512)}, kind});
            id = static_cast<std::uint32_t>(r.metrics.size());
        });
        return id;
    }

    static void metric_record(ecp_ctx ctx, std::uint32_t id, double value) noexcept {
        with_sinks(ctx, [&](record& r) {
            const std::lock_guard lock{r.metrics_mutex};
            if (id == 0 || id > r.metrics.size()) return;
            auto& m = r.metrics[id - 1];
            m.value = m.kind == ECP_METRIC_GAUGE ? value : m.value + value;
            ++m.count;
        });
    }

    static const void* get_extension(ecp_ctx, const char*) noexcept { return nullptr; }
};

instance::instance(instance_sinks sinks) : token_{0} {
    static std::mutex claims;
    const std::lock_guard claim{claims};
    for (std::size_t i = 0; i < most_instances; ++i) {
        auto& r = records()[i];
        const std::unique_lock lock{r.mutex};
        if (r.in_use) continue;
        r.in_use = true;
        r.sinks = std::move(sinks);
        for (auto& count : r.violations) count = 0;
        token_ = make_token(i, ++r.generation);
        return;
    }
}

instance::~instance() {
    auto* r = find(token_);
    if (r == nullptr) return;
    const std::unique_lock lock{r->mutex};
    r->in_use = false;
    r->sinks = {};
    const std::lock_guard metrics{r->metrics_mutex};
    r->metrics.clear();
}

std::string_view name(violation v) noexcept {
    switch (v) {
    case violation::stale_completion: return "stale_completion";
    case violation::malformed_result: return "malformed_result";
    case violation::unexpected_status: return "unexpected_status";
    case violation::incomplete_answer: return "incomplete_answer";
    }
    return "unknown";
}

void report_violation(ecp_ctx ctx, violation what, std::string_view detail) noexcept {
    with_sinks(ctx, [&](record& r) {
        r.violations[static_cast<std::size_t>(what)].fetch_add(1, std::memory_order_relaxed);
        r.sinks.log->error("the provider broke its contract", {{"provider", r.sinks.name},
                                                               {"violation", std::string{name(what)}},
                                                               {"detail", std::string{detail}}});
    });
}

std::uint64_t violations(ecp_ctx ctx, violation what) noexcept {
    const auto* r = find(ctx);
    return r == nullptr ? 0 : r->violations[static_cast<std::size_t>(what)].load(std::memory_order_relaxed);
}

entry_log::entry_log() { collecting = &errors_; }

entry_log::~entry_log() { collecting = nullptr; }

const ecp_host& host_table() noexcept {
    static const ecp_host table{
        .struct_size = sizeof(ecp_host),
        .abi_minor = ECP_ABI_MINOR,
        .now_ns = &host_functions::now_ns,
        .complete = &host_functions::complete,
        .is_cancelled = &host_functions::is_cancelled,
        .log_enabled = &host_functions::log_enabled,
        .log = &host_functions::log,
        .set_health = &host_functions::set_health,
        .metric_register = &host_functions::metric_register,
        .metric_record = &host_functions::metric_record,
        .get_extension = &host_functions::get_extension,
    };
    return table;
}

} // namespace edgeconf::provider
