#include "codec/registration.hpp"
#include "api/device/calls.hpp"
#include "api/respond.hpp"

#include <fmt/format.h>

#include <chrono>

namespace edgeconf::api::device {
namespace {

http::response registered(call_context& with, std::string_view id, const answer& given) {
    const auto ns = codec::namespace_of(given.body);
    if (!ns) {
        with.provider->report(provider::violation::incomplete_answer, ns.error().detail);
        return fail(with, operation::get_registration, id, ns.error());
    }
    return ok(
        fmt::format(R"({{"namespace":"{}","status":"registered"}})", *ns)); // a DNS label needs no escape
}

// The only place where a device is told to wipe itself.
http::response removed(call_context& with, std::string_view id) {
    const auto verdict = with.removals.judge(id, std::chrono::steady_clock::now());
    if (verdict == fuse::verdict::tell) {
        with.log.problem(observe::level::warn, "removed-device", "a removed device is told to wipe itself",
                         {{"device", std::string{id}}});
        return ok(R"({"status":"unregistered"})");
    }
    if (verdict == fuse::verdict::blown_now)
        with.log.error(
            "THE FUSE HAS BLOWN: the provider says of too many devices that they were removed. None is "
            "told to wipe itself until 'edgeconf fuse release'",
            {{"device", std::string{id}}});
    return error(503, "too many devices were removed at once; an administrator has to release the fuse");
}

http::response unknown(http::response error) {
    error.body.insert(1, R"("status":"unknown",)");
    return error;
}

} // namespace

http::awaitable<http::response> get_registration(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await ask(with, std::move(call));
    if (!given) {
        auto response = fail(with, operation::get_registration, id, given.error());
        co_return given.error().code == errc::not_found ? unknown(std::move(response)) : std::move(response);
    }
    if (given->what == outcome::removed) co_return removed(with, id);
    co_return registered(with, id, *given);
}

http::awaitable<http::response> put_registration(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await ask(with, std::move(call));
    if (!given) co_return fail(with, operation::put_registration, id, given.error());
    with.log.info("device registered", {{"device", id}});
    co_return ok();
}

} // namespace edgeconf::api::device
