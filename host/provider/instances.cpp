#include "provider/instances.hpp"

#include "provider/conduct.hpp"
#include "provider/op_table.hpp"
#include "provider/throttle.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <shared_mutex>

namespace edgeconf::provider {
namespace {

constexpr std::size_t most_instances = 64;
constexpr std::size_t most_metrics = 256;
constexpr std::uint64_t longest_line = 16 * 1024;
constexpr std::uint64_t most_fields = 32;
constexpr std::uint32_t lines_each_second = 100;
constexpr std::uint32_t lines_at_once = 1000;

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
    std::atomic<std::uint64_t> dropped_lines{0};
    std::mutex throttles_mutex; // guards the two below
    throttle lines{lines_each_second, lines_at_once};
    std::array<throttle, violation_kinds> told{throttle{1, 1}, throttle{1, 1}, throttle{1, 1}, throttle{1, 1},
                                               throttle{1, 1}};

    // Whether one more line of the provider's own may be written.
    bool admits_line() {
        const std::lock_guard lock{throttles_mutex};
        if (lines.admit(clock::now())) return true;
        dropped_lines.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
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

// `left_out` of the same kind were not told before.
void tell_violation(const record& r, violation what, std::string_view detail, std::uint64_t left_out) {
    r.sinks.log->error("the provider broke its contract", {{"provider", r.sinks.name},
                                                           {"violation", std::string{name(what)}},
                                                           {"detail", std::string{detail}},
                                                           {"not-told-before", std::to_string(left_out)}});
}

// As Prometheus wants it, so that no provider can break the page.
bool is_metric_name(std::string_view name) noexcept {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

thread_local std::string* collecting = nullptr;

// The only instance there is, 0 if there are none or several: who else made up a token?
ecp_ctx sole_instance() noexcept {
    ecp_ctx found = 0;
    for (std::size_t i = 0; i < most_instances; ++i) {
        auto& r = records()[i];
        const std::shared_lock lock{r.mutex};
        if (!r.in_use) continue;
        if (found != 0) return 0;
        found = make_token(i, r.generation);
    }
    return found;
}

} // namespace

// The functions behind host_table().
struct host_functions {
    static std::uint64_t now_ns() noexcept {
        return static_cast<std::uint64_t>(clock::now().time_since_epoch() / std::chrono::nanoseconds{1});
    }

    static void complete(ecp_op op, const ecp_result* result) noexcept {
        if (op_table::complete(op, result)) return;
        const auto whose = op_table::instance_of(op);
        report_violation(whose != 0 ? whose : sole_instance(), violation::stale_completion,
                         "completed an operation that is not open (a second time, or never begun)");
    }

    static std::int32_t is_cancelled(ecp_op op) noexcept { return op_table::is_cancelled(op) ? 1 : 0; }

    static std::int32_t log_enabled(ecp_ctx ctx, std::int32_t level) noexcept {
        bool enabled = ctx == 0 && collecting != nullptr;
        with_sinks(ctx, [&](record& r) { enabled = r.sinks.log->enabled(level_of(level)); });
        return enabled ? 1 : 0;
    }

    static void log(ecp_ctx ctx, std::int32_t level, ecp_op op, const ecp_str* message, const ecp_kv* fields,
                    std::uint64_t n_fields) noexcept {
        const auto text = bounded(message, longest_line);
        if (ctx == 0 && collecting != nullptr && level >= ECP_LOG_ERROR) {
            if (!collecting->empty()) *collecting += "; ";
            *collecting += text;
            return;
        }
        with_sinks(ctx, [&](record& r) {
            if (!r.sinks.log->enabled(level_of(level)) || !r.admits_line()) return;
            std::vector<observe::field> line{{"provider", r.sinks.name}};
            if (auto trace = op_table::trace_of(op); !trace.empty())
                line.push_back({"traceparent", std::move(trace)});
            auto room = longest_line; // for all values together
            for (std::uint64_t i = 0; fields != nullptr && i < std::min(n_fields, most_fields); ++i) {
                const auto value = bounded(&fields[i].value, room);
                room -= value.size();
                line.push_back({bounded(&fields[i].key, 64), std::string{value}});
            }
            r.sinks.log->write(level_of(level), text, line);
        });
    }

    static void set_health(ecp_ctx ctx, std::int32_t state, const ecp_str* reason) noexcept {
        with_sinks(ctx, [&](record& r) {
            const std::string why{bounded(reason, longest_line)};
            r.sinks.health->provider_is(state_of(state), why);
            if (!r.admits_line()) return;
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
            if (id != 0 || !is_metric_name(wanted) || r.metrics.size() == most_metrics) return;
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
        r.dropped_lines = 0;
        {
            const std::lock_guard throttles{r.throttles_mutex};
            r.lines = throttle{lines_each_second, lines_at_once};
            r.told.fill(throttle{1, 1});
        }
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

void report_violation(ecp_ctx ctx, violation what, std::string_view detail) noexcept {
    with_sinks(ctx, [&](record& r) {
        const auto kind = static_cast<std::size_t>(what);
        const auto now = clock::now();
        r.violations[kind].fetch_add(1, std::memory_order_relaxed);
        if (r.sinks.conduct != nullptr) r.sinks.conduct->broke(what, now);
        std::uint64_t left_out = 0;
        {
            const std::lock_guard lock{r.throttles_mutex};
            if (!r.told[kind].admit(now)) return;
            left_out = r.told[kind].take_dropped();
        }
        tell_violation(r, what, detail, left_out);
    });
}

std::uint64_t dropped_lines(ecp_ctx ctx) noexcept {
    const auto* r = find(ctx);
    return r == nullptr ? 0 : r->dropped_lines.load(std::memory_order_relaxed);
}

void tell_dropped(ecp_ctx ctx) noexcept {
    with_sinks(ctx, [&](record& r) {
        std::uint64_t lines = 0;
        std::array<std::uint64_t, violation_kinds> left_out{};
        {
            const std::lock_guard lock{r.throttles_mutex};
            lines = r.lines.take_dropped();
            for (std::size_t kind = 0; kind < violation_kinds; ++kind)
                left_out[kind] = r.told[kind].take_dropped();
        }
        if (lines != 0)
            r.sinks.log->warn("the provider logs too much; lines were dropped",
                              {{"provider", r.sinks.name}, {"dropped", std::to_string(lines)}});
        for (std::size_t kind = 0; kind < violation_kinds; ++kind)
            if (left_out[kind] != 0)
                tell_violation(r, static_cast<violation>(kind), "the same as before", left_out[kind]);
    });
}

std::uint64_t violations(ecp_ctx ctx, violation what) noexcept {
    const auto* r = find(ctx);
    return r == nullptr ? 0 : r->violations[static_cast<std::size_t>(what)].load(std::memory_order_relaxed);
}

std::vector<observe::sample> metrics_of(ecp_ctx ctx) {
    std::vector<observe::sample> all;
    with_sinks(ctx, [&](record& r) {
        const std::lock_guard lock{r.metrics_mutex};
        for (const auto& m : r.metrics) {
            const bool grows = m.kind != ECP_METRIC_GAUGE;
            const auto name = "provider_own_" + m.name;
            if (m.kind != ECP_METRIC_HISTOGRAM) {
                all.push_back({name, m.help, grows, m.value, {}, {}});
                continue;
            }
            all.push_back({name + "_sum", m.help, grows, m.value, {}, {}});
            all.push_back({name + "_count", m.help, grows, static_cast<double>(m.count), {}, {}});
        }
    });
    return all;
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
