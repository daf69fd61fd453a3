#include "api/device/calls.hpp"
#include "api/respond.hpp"
#include "codec/playbooks_check.hpp"

namespace edgeconf::api::device {

http::awaitable<http::response> get_playbooks(call_context& with, device_call call) {
    const auto id = call.device_id;
    auto given = co_await ask(with, std::move(call));
    if (!given) co_return fail(with, operation::get_playbooks, id, given.error());
    if (const auto complete = codec::check_playbooks(given->body); !complete) {
        with.provider->report(provider::violation::incomplete_answer, complete.error().detail);
        co_return fail(with, operation::get_playbooks, id, complete.error());
    }
    co_return ok(std::move(given->body));
}

} // namespace edgeconf::api::device
