#include "api/device/calls.hpp"
#include "api/respond.hpp"

namespace edgeconf::api::device {

http::awaitable<http::response> enrol(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await ask(with, std::move(call));
    if (!given) co_return fail(with, operation::enrol, id, given.error());
    auto response = ok();
    response.status = given->what == outcome::created ? 201 : 200;
    co_return response;
}

} // namespace edgeconf::api::device
