// A provider inside the test that does what the test says, and writes down what it was asked.
#pragma once

#include "support/catch.hpp"

#include "provider/library.hpp"

#include <ecp/provider.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

class scripted_provider {
public:
    // What the functions do; they may be called on any thread. The default of each is the shortest
    // thing that keeps the contract.
    std::function<ecp_status(const ecp_host&, ecp_diag_fn, void*)> on_validate = nothing_found;
    std::function<ecp_status(const ecp_host&, ecp_diag_fn, void*)> on_create = nothing_found;
    std::function<void(ecp_op)> on_start = [this](ecp_op op) { complete(op, ECP_OK); };
    std::function<void(ecp_op)> on_stop = [this](ecp_op op) { complete(op, ECP_OK); };
    std::function<void(const ecp_request&, ecp_op)> on_call = [this](const ecp_request&, ecp_op op) {
        complete(op, ECP_OK);
    };
    std::function<void(const ecp_resource_request&, ecp_op)> on_invoke =
        [this](const ecp_resource_request&, ecp_op op) { complete(op, ECP_OK); };
    // What get_extension answers for ecp.resources; `invoke` leads to on_invoke.
    const ecp_ext_resources* resources = nullptr;
    static ecp_ext_resources invoke_alone() {
        ecp_ext_resources table{};
        table.struct_size = sizeof table;
        table.invoke = [](void* self, const ecp_resource_request* request, ecp_op op) {
            at(self).note("invoke " + text(request->verb), op);
            at(self).on_invoke(*request, op);
        };
        return table;
    }
    // For on_call: the operation stays open.
    static void keep(const ecp_request&, ecp_op) {}

    struct event {
        std::string what;
        std::thread::id on;
        ecp_op op;
    };

    scripted_provider() { current() = this; }
    ~scripted_provider() { current() = nullptr; }
    scripted_provider(const scripted_provider&) = delete;
    scripted_provider& operator=(const scripted_provider&) = delete;

    // As load_library would give it.
    static edgeconf::provider::library library(std::uint32_t dispatch, std::uint32_t max_concurrency) {
        ecp_provider table{};
        table.struct_size = sizeof table;
        table.abi_minor = ECP_ABI_MINOR;
        table.id = "test.scripted";
        table.version = "1";
        table.vendor = "edgeconf's tests";
        table.dispatch = dispatch;
        table.max_concurrency = max_concurrency;
        table.validate = [](const ecp_host* host, const ecp_str* cfg, ecp_diag_fn diag, void* arg) {
            current()->note("validate " + text(*cfg));
            return current()->on_validate(*host, diag, arg);
        };
        table.create = [](const ecp_host* host, ecp_ctx ctx, const ecp_str* cfg, ecp_diag_fn diag, void* arg,
                          void** self) {
            current()->note("create " + text(*cfg));
            current()->host_ = host;
            current()->contexts_.push_back(ctx);
            const auto status = current()->on_create(*host, diag, arg);
            if (status == ECP_OK) *self = current();
            return status;
        };
        table.start = [](void* self, ecp_op op) { at(self).note("start", op), at(self).on_start(op); };
        table.stop = [](void* self, ecp_op op) { at(self).note("stop", op), at(self).on_stop(op); };
        table.reconfigure = [](void* self, const ecp_str* cfg, ecp_op op) {
            at(self).note("reconfigure " + text(*cfg), op);
            at(self).complete(op, ECP_OK);
        };
        table.destroy = [](void* self) { at(self).note("destroy"); };
        table.cancel = [](void* self, ecp_op op) { at(self).note("cancel", op); };
        table.get_extension = [](void* self, const char* id) -> const void* {
            return std::string_view{id} == ECP_EXT_RESOURCES ? at(self).resources : nullptr;
        };
        const ecp_call_fn call = [](void* self, const ecp_request* request, ecp_op op) {
            at(self).note("call", op);
            at(self).on_call(*request, op);
        };
        table.get_configuration = table.enrol = table.get_registration = table.put_registration = call;
        table.put_heartbeat = call; // get_playbooks is left out
        return {"scripted", "/nowhere/scripted.so", table};
    }

    // Finishes `op` with a status, a body and a message; all are copied before this returns.
    void complete(ecp_op op, ecp_status status, std::string_view body = {},
                  std::string_view message = {}) const {
        const ecp_str part{body.data(), body.size()};
        ecp_result result{};
        result.struct_size = sizeof result;
        result.status = status;
        result.parts = &part;
        result.n_parts = body.empty() ? 0 : 1;
        result.revision = {"r1", 2};
        result.message = {message.data(), message.size()};
        complete(op, &result);
    }
    void complete(ecp_op op, const ecp_result* result) const { host_->complete(op, result); }

    static void find(ecp_diag_fn diag, void* arg, std::int32_t level, std::string_view place,
                     std::string_view what) {
        const ecp_str p{place.data(), place.size()};
        const ecp_str w{what.data(), what.size()};
        diag(arg, level, &p, &w);
    }

    const ecp_host& host() const { return *host_; }
    ecp_ctx context(std::size_t instance = 0) const { return contexts_.at(instance); }

    std::vector<event> events() const {
        const std::lock_guard lock{mutex_};
        return events_;
    }
    // The first event of that name.
    event first(std::string_view what) const {
        for (const auto& e : events())
            if (e.what == what) return e;
        FAIL("there was no " << what);
        return {};
    }
    // The event of that name with so many of the same name before it. Waits for it, so it has to be sure to
    // come: a call that waits for a worker reaches no provider once its deadline has passed.
    event wait_for(std::string_view what, std::size_t before = 0) const {
        std::unique_lock lock{mutex_};
        std::size_t seen = 0;
        for (std::size_t i = 0;; ++i) {
            noted_.wait(lock, [&] { return i < events_.size(); });
            if (events_[i].what == what && seen++ == before) return events_[i];
        }
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& e : events()) all.push_back(e.what);
        return all;
    }

private:
    static scripted_provider*& current() {
        static scripted_provider* one = nullptr;
        return one;
    }
    static scripted_provider& at(void* self) { return *static_cast<scripted_provider*>(self); }
    static ecp_status nothing_found(const ecp_host&, ecp_diag_fn, void*) { return ECP_OK; }
    static std::string text(const ecp_str& s) { return {s.ptr, s.len}; }

    void note(std::string what, ecp_op op = 0) {
        const std::lock_guard lock{mutex_};
        events_.push_back({std::move(what), std::this_thread::get_id(), op});
        noted_.notify_all();
    }

    const ecp_host* host_ = nullptr;
    std::vector<ecp_ctx> contexts_;
    mutable std::mutex mutex_; // guards events_
    mutable std::condition_variable noted_;
    std::vector<event> events_;
};
