#include "loaded_provider.hpp"

#include <dlfcn.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>

namespace edgeconf {

namespace {

std::mutex guard; // of what follows, and of every answer
std::condition_variable completed;
remarks log_lines;
int health = ECP_HEALTH_OK;
std::map<std::string, uint32_t> metric_ids;
std::map<uint32_t, double> metric_values;

std::string text(const ecp_str& s) { return s.len == 0 ? std::string{} : std::string{s.ptr, s.len}; }
ecp_str borrowed(const std::string& s) { return {s.c_str(), s.size()}; }

std::string level_name(int level) {
    return level == ECP_LOG_ERROR ? "error" : level == ECP_LOG_WARN ? "warning" : "info";
}

uint64_t ECP_CALL now_ns() {
    return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// The tests' operation tokens are the addresses of the answers.
void ECP_CALL complete(ecp_op op, const ecp_result* result) {
    const std::lock_guard lock{guard};
    auto& into = *reinterpret_cast<answer*>(op);
    ++into.completions;
    into.status = result->status;
    for (uint64_t i = 0; i < result->n_parts; ++i) into.body += text(result->parts[i]);
    into.revision = text(result->revision);
    into.message = text(result->message);
    for (uint64_t i = 0; i < result->n_details; ++i) {
        into.detail_pointers += (i == 0 ? "" : " ") + text(result->details[i].key);
    }
    completed.notify_all();
}

// Completion may come from any thread, before the call returns or later.
void await(const answer& result) {
    std::unique_lock lock{guard};
    completed.wait(lock, [&] { return result.completions != 0; });
}

int32_t ECP_CALL is_cancelled(ecp_op) { return 0; }
int32_t ECP_CALL log_enabled(ecp_ctx, int32_t) { return 1; }

void ECP_CALL log(ecp_ctx, int32_t level, ecp_op, const ecp_str* msg, const ecp_kv* kv, uint64_t n_kv) {
    auto line = level_name(level) + " ";
    for (uint64_t i = 0; i < n_kv; ++i) line += text(kv[i].value) + ": ";
    const std::lock_guard lock{guard};
    log_lines.push_back(line + text(*msg));
}

void ECP_CALL set_health(ecp_ctx, int32_t state, const ecp_str*) {
    const std::lock_guard lock{guard};
    health = state;
}

uint32_t ECP_CALL metric_register(ecp_ctx, int32_t, const ecp_str* name, const ecp_str*) {
    const std::lock_guard lock{guard};
    return metric_ids.try_emplace(text(*name), static_cast<uint32_t>(metric_ids.size() + 1)).first->second;
}

void ECP_CALL metric_record(ecp_ctx, uint32_t metric, double value) {
    const std::lock_guard lock{guard};
    metric_values[metric] = value;
}
const void* ECP_CALL get_extension(ecp_ctx, const char*) { return nullptr; }

constexpr ecp_host host{sizeof(ecp_host), ECP_ABI_MINOR, now_ns,       complete,
                        is_cancelled,     log_enabled,   log,          set_health,
                        metric_register,  metric_record, get_extension};

void ECP_CALL remark(void* arg, int32_t level, const ecp_str* pointer, const ecp_str* message) {
    static_cast<remarks*>(arg)->push_back(level_name(level) + " " + text(*pointer) + ": " + text(*message));
}

void finish(void (*slot)(void*, ecp_op), void* self, const char* what) {
    answer done;
    slot(self, reinterpret_cast<ecp_op>(&done));
    await(done);
    if (done.completions != 1 || done.status != ECP_OK) throw std::runtime_error{what};
}

} // namespace

loaded_provider::loaded_provider() {
    void* library = dlopen(MEMORY_PROVIDER, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error{dlerror()};
    using entry = const ecp_provider* (*)(const ecp_host*);
    table_ = reinterpret_cast<entry>(dlsym(library, "ecp_provider_entry_v1"))(&host);
}

ecp_status loaded_provider::validate(std::string_view options, remarks& said) const {
    const std::string kept{options};
    const auto cfg = borrowed(kept);
    return table_->validate(&host, &cfg, remark, &said);
}

provider_instance::provider_instance(const loaded_provider& from, std::string_view options)
    : table_{&from.table()} {
    const std::string kept{options};
    const auto cfg = borrowed(kept);
    created = table_->create(&host, 1, &cfg, remark, &said, &self_);
    if (created == ECP_OK) finish(table_->start, self_, "start failed");
}

provider_instance::~provider_instance() {
    if (self_ == nullptr) return;
    answer done;
    table_->stop(self_, reinterpret_cast<ecp_op>(&done));
    await(done);
    table_->destroy(self_);
}

answer provider_instance::call(ecp_call_fn slot, std::string_view ns, std::string_view device,
                               std::string_view body) const {
    const std::string kept_ns{ns};
    const std::string kept_device{device};
    const std::string kept_body{body};
    ecp_request request{};
    request.struct_size = sizeof request;
    request.ns = borrowed(kept_ns);
    request.device_id = borrowed(kept_device);
    request.body = borrowed(kept_body);
    request.trace = {"", 0};
    answer result;
    slot(self_, &request, reinterpret_cast<ecp_op>(&result));
    await(result);
    return result;
}

answer provider_instance::reconfigure(std::string_view options) const {
    const std::string kept{options};
    const auto cfg = borrowed(kept);
    answer result;
    table_->reconfigure(self_, &cfg, reinterpret_cast<ecp_op>(&result));
    await(result);
    return result;
}

remarks logged() {
    const std::lock_guard lock{guard};
    return log_lines;
}

int last_health() {
    const std::lock_guard lock{guard};
    return health;
}

double last_metric(const std::string& name) {
    const std::lock_guard lock{guard};
    return metric_values[metric_ids.at(name)];
}

} // namespace edgeconf
