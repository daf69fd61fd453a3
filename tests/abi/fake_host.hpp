// A host for tests of one provider in one process: writes down what a provider tells it.
#pragma once

#include <ecp/provider.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fake_host {

using pairs = std::vector<std::pair<std::string, std::string>>;

struct completion {
    std::uint32_t struct_size;
    ecp_status status;
    std::vector<std::string> parts;
    std::vector<const char*> addresses; // of the parts: what is shared, and what is not
    std::string revision;
    std::string message;
    std::string next_page;
    std::uint32_t retry_after_ms;
    pairs details;

    std::string body() const {
        std::string whole;
        for (const auto& part : parts) whole += part;
        return whole;
    }
};

struct line {
    ecp_ctx ctx;
    std::int32_t level;
    ecp_op op;
    std::string message;
    pairs fields;
};

struct finding {
    std::int32_t level;
    std::string place;
    std::string message;
};

// Host functions carry no pointer to their host, so there is one record a process; reset() begins a
// test. Everything in it is guarded by `mutex` while provider threads run.
struct state {
    std::mutex mutex;
    std::condition_variable completed;
    std::map<ecp_op, std::vector<completion>> completions;
    std::vector<line> lines;
    std::vector<std::pair<std::int32_t, std::string>> health;
    std::vector<std::pair<std::string, std::string>> metrics;
    std::vector<std::pair<std::uint32_t, double>> recorded;
    ecp_op cancelled = 0;
    std::int32_t level = ECP_LOG_TRACE;
};

inline state& record() {
    static state one;
    return one;
}

inline void reset() {
    state& r = record();
    r.completions.clear();
    r.lines.clear();
    r.health.clear();
    r.metrics.clear();
    r.recorded.clear();
    r.cancelled = 0;
    r.level = ECP_LOG_TRACE;
}

// The completions of `op`, once there is one. For ever if none comes.
inline std::vector<completion> wait_for(ecp_op op) {
    state& r = record();
    std::unique_lock lock{r.mutex};
    r.completed.wait(lock, [&] { return !r.completions[op].empty(); });
    return r.completions[op];
}

namespace detail {

inline std::string copy(const ecp_str& s) { return s.len == 0 ? std::string{} : std::string(s.ptr, s.len); }

inline pairs copy(const ecp_kv* kv, std::uint64_t n) {
    pairs out;
    for (std::uint64_t i = 0; i < n; ++i) out.emplace_back(copy(kv[i].key), copy(kv[i].value));
    return out;
}

inline std::uint64_t ECP_CALL now_ns() { return 42; }

inline void ECP_CALL complete(ecp_op op, const ecp_result* r) {
    completion c{.struct_size = r->struct_size,
                 .status = r->status,
                 .parts = {},
                 .addresses = {},
                 .revision = copy(r->revision),
                 .message = copy(r->message),
                 .next_page = copy(r->next_page),
                 .retry_after_ms = r->retry_after_ms,
                 .details = copy(r->details, r->n_details)};
    for (std::uint64_t i = 0; i < r->n_parts; ++i) {
        c.parts.push_back(copy(r->parts[i]));
        c.addresses.push_back(r->parts[i].ptr);
    }
    const std::lock_guard lock{record().mutex};
    record().completions[op].push_back(std::move(c));
    record().completed.notify_all();
}

inline std::int32_t ECP_CALL is_cancelled(ecp_op op) { return op == record().cancelled ? 1 : 0; }

inline std::int32_t ECP_CALL log_enabled(ecp_ctx, std::int32_t level) {
    return level >= record().level ? 1 : 0;
}

inline void ECP_CALL log(ecp_ctx ctx, std::int32_t level, ecp_op op, const ecp_str* message, const ecp_kv* kv,
                         std::uint64_t n_kv) {
    const std::lock_guard lock{record().mutex};
    record().lines.push_back({ctx, level, op, copy(*message), copy(kv, n_kv)});
}

inline void ECP_CALL set_health(ecp_ctx, std::int32_t health, const ecp_str* reason) {
    const std::lock_guard lock{record().mutex};
    record().health.emplace_back(health, copy(*reason));
}

inline std::uint32_t ECP_CALL metric_register(ecp_ctx, std::int32_t, const ecp_str* name,
                                              const ecp_str* help) {
    const std::lock_guard lock{record().mutex};
    record().metrics.emplace_back(copy(*name), copy(*help));
    return static_cast<std::uint32_t>(record().metrics.size());
}

inline void ECP_CALL metric_record(ecp_ctx, std::uint32_t metric, double value) {
    const std::lock_guard lock{record().mutex};
    record().recorded.emplace_back(metric, value);
}

inline constexpr char an_extension = 0;

inline const void* ECP_CALL get_extension(ecp_ctx, const char* id) {
    return std::string_view{id} == "ecp.host.test/1" ? &an_extension : nullptr;
}

} // namespace detail

inline constexpr ecp_host table{
    .struct_size = sizeof(ecp_host),
    .abi_minor = ECP_ABI_MINOR,
    .now_ns = detail::now_ns,
    .complete = detail::complete,
    .is_cancelled = detail::is_cancelled,
    .log_enabled = detail::log_enabled,
    .log = detail::log,
    .set_health = detail::set_health,
    .metric_register = detail::metric_register,
    .metric_record = detail::metric_record,
    .get_extension = detail::get_extension,
};

// Sink for findings; `arg` is a std::vector<finding>.
inline void ECP_CALL collect(void* arg, std::int32_t level, const ecp_str* place, const ecp_str* message) {
    static_cast<std::vector<finding>*>(arg)->push_back({level, detail::copy(*place), detail::copy(*message)});
}

inline ecp_str text(std::string_view s) { return {s.data(), s.size()}; }

inline ecp_request request_for(std::string_view device_id, std::string_view ns = "default",
                               std::string_view body = {}) {
    ecp_request request{};
    request.struct_size = sizeof request;
    request.ns = text(ns);
    request.device_id = text(device_id);
    request.body = text(body);
    return request;
}

} // namespace fake_host
