// ecp/provider.hpp - writing a provider in C++20 (header only, optional).
//
// Write a class, hand it to ecp::table, export the table:
//
//     class inventory {
//     public:
//         inventory(ecp::host host, std::string_view options, ecp::diagnostics& found);
//         void start(ecp_op op);
//         void stop(ecp_op op);
//         void get_configuration(const ecp_request& request, ecp_op op);   // any of the six
//     };
//     ECP_EXPORT const ecp_provider* ecp_provider_entry_v1(const ecp_host*) {
//         static constexpr auto table = ecp::table<inventory>({.id = "com.example.inventory", ...});
//         return &table;
//     }
//
// Optional members: `static void validate(std::string_view options, ecp::diagnostics&)`,
// `reconfigure(std::string_view options, ecp_op)`, `cancel(ecp_op)`,
// `const void* get_extension(std::string_view id)`. What the class lacks, or keeps private, is NULL in
// the table; what it inherits counts. A class with `invoke(const ecp_resource_request&, ecp_op)` or its
// like offers administration where get_extension returns an ecp::resources.
//
// No exception leaves: one that escapes an operation completes it with ECP_INTERNAL, one from the
// constructor or validate becomes a finding, one from cancel is dropped. Threads are as in provider.h;
// nothing here locks.
#pragma once

#include <ecp/provider.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ecp {

// The text behind `s`, valid as long as `s` is.
inline std::string_view view(const ecp_str& s) noexcept {
    return s.len == 0 ? std::string_view{} : std::string_view{s.ptr, static_cast<std::size_t>(s.len)};
}

// Borrows `s`: nothing is copied.
inline ecp_str str(std::string_view s) noexcept { return {s.data(), s.size()}; }

// A key and a value of a log line.
struct field {
    std::string_view key;
    std::string_view value;
};

// One answer, built where it is sent. Borrows everything that it is given until then.
class reply {
public:
    explicit reply(ecp_status status, std::string_view message = {}) noexcept
        : status_{status}, message_{message} {}

    reply& body(std::string_view whole) noexcept {
        whole_ = str(whole);
        parts_ = {};
        return *this;
    }
    // The pieces and the array that names them stay the caller's.
    reply& body(std::span<const ecp_str> parts) noexcept {
        parts_ = parts;
        return *this;
    }
    reply& revision(std::string_view value) noexcept {
        revision_ = value;
        return *this;
    }
    reply& retry_after(std::chrono::milliseconds wait) noexcept {
        retry_after_ = wait;
        return *this;
    }
    // ECP_INVALID: what is wrong at the JSON Pointer `place`.
    reply& detail(std::string_view place, std::string_view what) {
        details_.push_back({str(place), str(what)});
        return *this;
    }

private:
    friend class host;

    ecp_status status_;
    std::string_view message_;
    ecp_str whole_{nullptr, 0};
    std::span<const ecp_str> parts_;
    std::string_view revision_;
    std::chrono::milliseconds retry_after_{0};
    std::vector<ecp_kv> details_;
};

// The host, as one instance sees it. A value: copy it freely. [any-thread]
class host {
public:
    host(const ecp_host* table, ecp_ctx ctx) noexcept : table_{table}, ctx_{ctx} {}

    std::uint64_t now_ns() const noexcept { return table_->now_ns(); }

    bool is_cancelled(ecp_op op) const noexcept { return table_->is_cancelled(op) != 0; }

    // Finishes `op`; `answer` and what it borrows may go away afterwards.
    void complete(ecp_op op, const reply& answer) const noexcept {
        ecp_result result{};
        result.struct_size = sizeof result;
        result.status = answer.status_;
        if (!answer.parts_.empty()) {
            result.parts = answer.parts_.data();
            result.n_parts = answer.parts_.size();
        } else if (answer.whole_.len != 0) {
            result.parts = &answer.whole_;
            result.n_parts = 1;
        }
        result.revision = str(answer.revision_);
        result.message = str(answer.message_);
        constexpr std::chrono::milliseconds longest{std::numeric_limits<std::uint32_t>::max()};
        const auto wait = std::clamp(answer.retry_after_, std::chrono::milliseconds{0}, longest);
        result.retry_after_ms = static_cast<std::uint32_t>(wait.count());
        result.details = answer.details_.data();
        result.n_details = answer.details_.size();
        table_->complete(op, &result);
    }

    bool log_enabled(std::int32_t level) const noexcept { return table_->log_enabled(ctx_, level) != 0; }

    void log(std::int32_t level, std::string_view message, std::initializer_list<field> fields = {},
             ecp_op op = 0) const {
        if (!log_enabled(level)) return;
        std::vector<ecp_kv> pairs;
        pairs.reserve(fields.size());
        for (const auto& f : fields) pairs.push_back({str(f.key), str(f.value)});
        const ecp_str text = str(message);
        table_->log(ctx_, level, op, &text, pairs.data(), pairs.size());
    }

    void set_health(std::int32_t state, std::string_view reason) const noexcept {
        const ecp_str text = str(reason);
        table_->set_health(ctx_, state, &text);
    }

    // 0 where the host takes no further metric; recording on 0 is harmless.
    std::uint32_t metric(std::int32_t kind, std::string_view name, std::string_view help) const noexcept {
        const ecp_str n = str(name);
        const ecp_str h = str(help);
        return table_->metric_register(ctx_, kind, &n, &h);
    }
    void record(std::uint32_t metric, double value) const noexcept {
        table_->metric_record(ctx_, metric, value);
    }

    const void* extension(const char* id) const noexcept { return table_->get_extension(ctx_, id); }

private:
    const ecp_host* table_;
    ecp_ctx ctx_;
};

// Collects what is wrong with the options and passes it on at once.
class diagnostics {
public:
    diagnostics(ecp_diag_fn sink, void* arg) noexcept : sink_{sink}, arg_{arg} {}

    void error(std::string_view json_pointer, std::string_view message) {
        failed_ = true;
        report(ECP_LOG_ERROR, json_pointer, message);
    }
    void warn(std::string_view json_pointer, std::string_view message) {
        report(ECP_LOG_WARN, json_pointer, message);
    }
    bool failed() const noexcept { return failed_; }

private:
    void report(std::int32_t level, std::string_view json_pointer, std::string_view message) const {
        const ecp_str place = str(json_pointer);
        const ecp_str text = str(message);
        if (sink_ != nullptr) sink_(arg_, level, &place, &text);
    }

    ecp_diag_fn sink_;
    void* arg_;
    bool failed_ = false;
};

// What a provider says of itself; see ecp_provider for the meaning.
struct description {
    const char* id;
    const char* version;
    const char* vendor;
    const char* config_schema = nullptr;
    std::uint32_t dispatch = ECP_DISPATCH_BLOCKING;
    std::uint32_t max_concurrency = ECP_CONCURRENCY_ONE;
    std::uint32_t flags = 0;
};

namespace detail {

template <class T>
struct instance {
    host owner;
    T provider;
};

template <class T>
instance<T>& at(void* self) noexcept {
    return *static_cast<instance<T>*>(self);
}

// The exception barrier around everything that ends in complete(). Throwing after having completed
// is a second completion, which the host counts.
template <class Body>
void guarded(const host& owner, ecp_op op, Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
    } catch (const std::exception& e) {
        owner.complete(op, reply{ECP_INTERNAL, e.what()});
    } catch (...) {
        owner.complete(op, reply{ECP_INTERNAL, "an exception that is no std::exception"});
    }
}

// The same for what reports findings instead. False when the body threw.
template <class Body>
bool judged(diagnostics& found, Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
        return true;
    } catch (const std::exception& e) {
        found.error("", e.what());
    } catch (...) {
        found.error("", "an exception that is no std::exception");
    }
    return false;
}

template <class T>
struct slots {
    static ecp_status ECP_CALL validate(const ecp_host*, const ecp_str* cfg, ecp_diag_fn diag, void* arg) {
        diagnostics found{diag, arg};
        judged(found, [&] { T::validate(view(*cfg), found); });
        return found.failed() ? ECP_INVALID : ECP_OK;
    }

    static ecp_status ECP_CALL create(const ecp_host* table, ecp_ctx ctx, const ecp_str* cfg,
                                      ecp_diag_fn diag, void* arg, void** self) {
        diagnostics found{diag, arg};
        const host owner{table, ctx};
        std::unique_ptr<instance<T>> made;
        const bool built = judged(found, [&] {
            made.reset(new instance<T>{owner, T{owner, view(*cfg), found}});
        });
        if (!built) return ECP_INTERNAL;
        if (found.failed()) return ECP_INVALID;
        *self = made.release();
        return ECP_OK;
    }

    static void ECP_CALL destroy(void* self) noexcept { delete static_cast<instance<T>*>(self); }

    static void ECP_CALL start(void* self, ecp_op op) {
        guarded(at<T>(self).owner, op, [&] { at<T>(self).provider.start(op); });
    }
    static void ECP_CALL stop(void* self, ecp_op op) {
        guarded(at<T>(self).owner, op, [&] { at<T>(self).provider.stop(op); });
    }
    static void ECP_CALL reconfigure(void* self, const ecp_str* cfg, ecp_op op) {
        guarded(at<T>(self).owner, op, [&] { at<T>(self).provider.reconfigure(view(*cfg), op); });
    }
    // A cancel that failed changes nothing: the operation is completed all the same.
    static void ECP_CALL cancel(void* self, ecp_op op) noexcept {
        try {
            at<T>(self).provider.cancel(op);
        } catch (...) {
        }
    }
    static const void* ECP_CALL get_extension(void* self, const char* id) noexcept {
        try {
            return at<T>(self).provider.get_extension(std::string_view{id});
        } catch (...) {
            return nullptr;
        }
    }

    // A member of T or of a base.
    template <auto Call, class Request = ecp_request>
    static void ECP_CALL call(void* self, const Request* request, ecp_op op) {
        guarded(at<T>(self).owner, op, [&] { (at<T>(self).provider.*Call)(*request, op); });
    }
};

} // namespace detail

// The table for a provider written as the class T; constant, so it can be static in the entry.
template <class T>
constexpr ecp_provider table(const description& about) noexcept {
    using slot = detail::slots<T>;
    ecp_provider made{};
    made.struct_size = sizeof made;
    made.abi_minor = ECP_ABI_MINOR;
    made.id = about.id;
    made.version = about.version;
    made.vendor = about.vendor;
    made.config_schema = about.config_schema;
    made.dispatch = about.dispatch;
    made.max_concurrency = about.max_concurrency;
    made.flags = about.flags;
    made.create = &slot::create;
    made.start = &slot::start;
    made.stop = &slot::stop;
    made.destroy = &slot::destroy;
    if constexpr (requires { &T::validate; }) made.validate = &slot::validate;
    if constexpr (requires { &T::reconfigure; }) made.reconfigure = &slot::reconfigure;
    if constexpr (requires { &T::cancel; }) made.cancel = &slot::cancel;
    if constexpr (requires { &T::get_extension; }) made.get_extension = &slot::get_extension;
    if constexpr (requires { &T::get_configuration; })
        made.get_configuration = &slot::template call<&T::get_configuration>;
    if constexpr (requires { &T::enrol; }) made.enrol = &slot::template call<&T::enrol>;
    if constexpr (requires { &T::get_registration; })
        made.get_registration = &slot::template call<&T::get_registration>;
    if constexpr (requires { &T::put_registration; })
        made.put_registration = &slot::template call<&T::put_registration>;
    if constexpr (requires { &T::put_heartbeat; })
        made.put_heartbeat = &slot::template call<&T::put_heartbeat>;
    if constexpr (requires { &T::get_playbooks; })
        made.get_playbooks = &slot::template call<&T::get_playbooks>;
    return made;
}

// The table of the extension ECP_EXT_RESOURCES for the class that ecp::table was made of; constant, so
// that get_extension can return the address of a static one. Its members are named as the slots and
// take (const ecp_resource_request&, ecp_op); what the class lacks is NULL. `kinds` as in
// ecp_ext_resources; it outlives the table.
template <class T>
constexpr ecp_ext_resources resources(const char* kinds) noexcept {
    using slot = detail::slots<T>;
    using request = ecp_resource_request;
    ecp_ext_resources made{};
    made.struct_size = sizeof made;
    made.kinds = kinds;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.get(r, op); })
        made.get = &slot::template call<&T::get, request>;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.list(r, op); })
        made.list = &slot::template call<&T::list, request>;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.put(r, op); })
        made.put = &slot::template call<&T::put, request>;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.remove(r, op); })
        made.remove = &slot::template call<&T::remove, request>;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.invoke(r, op); })
        made.invoke = &slot::template call<&T::invoke, request>;
    if constexpr (requires(T & t, const request& r, ecp_op op) { t.watch(r, op); })
        made.watch = &slot::template call<&T::watch, request>;
    return made;
}

} // namespace ecp
