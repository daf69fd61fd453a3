#include "api/device/calls.hpp"
#include "api/respond.hpp"

namespace edgeconf::api::device {

http::awaitable<http::response> put_heartbeat(call_context& with, device_call call) {
    const auto id = call.device_id;
    if (with.ignore_heartbeats) {
        call.op = operation::get_registration;
        call.body.clear();
    }
    const auto given = co_await ask(with, std::move(call));
    if (!given) co_return fail(with, operation::put_heartbeat, id, given.error());
    if (given->what == outcome::removed)
        co_return fail(with, operation::put_heartbeat, id, {errc::not_found, "the device was removed"});
    co_return ok();
}

} // namespace edgeconf::api::device
