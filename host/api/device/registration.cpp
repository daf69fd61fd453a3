#include "codec/registration.hpp"
#include "api/device/calls.hpp"
#include "api/respond.hpp"

#include <fmt/format.h>

namespace edgeconf::api::device {
namespace {

http::response registered(call_context& with, std::string_view id, const answer& given) {
    const auto ns = codec::namespace_of(given.body);
    if (!ns) {
        with.provider.report(provider::violation::incomplete_answer, ns.error().detail);
        return fail(with, operation::get_registration, id, ns.error());
    }
    return ok(
        fmt::format(R"({{"namespace":"{}","status":"registered"}})", *ns)); // a DNS label needs no escape
}

http::response unknown(http::response error) {
    error.body.insert(1, R"("status":"unknown",)");
    return error;
}

} // namespace

http::awaitable<http::response> get_registration(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await with.provider.call(with.ops, std::move(call));
    if (!given) {
        auto response = fail(with, operation::get_registration, id, given.error());
        co_return given.error().code == errc::not_found ? unknown(std::move(response)) : std::move(response);
    }
    if (given->what == outcome::removed) {
        with.log.warn("a removed device is told to wipe itself", {{"device", id}});
        co_return ok(R"({"status":"unregistered"})");
    }
    co_return registered(with, id, *given);
}

http::awaitable<http::response> put_registration(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await with.provider.call(with.ops, std::move(call));
    if (!given) co_return fail(with, operation::put_registration, id, given.error());
    with.log.info("device registered", {{"device", id}});
    co_return ok();
}

} // namespace edgeconf::api::device
