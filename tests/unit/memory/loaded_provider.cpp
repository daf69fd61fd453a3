#include "loaded_provider.hpp"

#include <dlfcn.h>

#include <chrono>
#include <stdexcept>

namespace edgeconf {

namespace {

remarks log_lines;
int health = ECP_HEALTH_OK;

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
    auto& into = *reinterpret_cast<answer*>(op);
    ++into.completions;
    into.status = result->status;
    for (uint64_t i = 0; i < result->n_parts; ++i) into.body += text(result->parts[i]);
    into.revision = text(result->revision);
    into.message = text(result->message);
    for (uint64_t i = 0; i < result->n_details; ++i) {
        into.detail_pointers += (i == 0 ? "" : " ") + text(result->details[i].key);
    }
}

int32_t ECP_CALL is_cancelled(ecp_op) { return 0; }
int32_t ECP_CALL log_enabled(ecp_ctx, int32_t) { return 1; }

void ECP_CALL log(ecp_ctx, int32_t level, ecp_op, const ecp_str* msg, const ecp_kv* kv, uint64_t n_kv) {
    auto line = level_name(level) + " ";
    for (uint64_t i = 0; i < n_kv; ++i) line += text(kv[i].value) + ": ";
    log_lines.push_back(line + text(*msg));
}

void ECP_CALL set_health(ecp_ctx, int32_t state, const ecp_str*) { health = state; }
uint32_t ECP_CALL metric_register(ecp_ctx, int32_t, const ecp_str*, const ecp_str*) { return 0; }
void ECP_CALL metric_record(ecp_ctx, uint32_t, double) {}
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
    return result;
}

const remarks& logged() { return log_lines; }
int last_health() { return health; }

} // namespace edgeconf
