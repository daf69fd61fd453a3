#include "api/device/calls.hpp"
#include "api/respond.hpp"
#include "codec/configuration_check.hpp"

namespace edgeconf::api::device {

http::awaitable<http::response> get_configuration(call_context& with, device_call call) {
    const auto id = call.device_id;
    const auto given = co_await ask(with, std::move(call));
    if (!given) co_return fail(with, operation::get_configuration, id, given.error());
    if (!with.checked.contains(id, given->revision)) {
        if (const auto complete = codec::check_configuration(given->body, id); !complete) {
            with.provider->report(provider::violation::incomplete_answer, complete.error().detail);
            co_return fail(with, operation::get_configuration, id, complete.error());
        }
        with.checked.insert(id, given->revision);
    }
    static constexpr std::string_view before = R"({"device-configuration":)";
    std::string body;
    body.reserve(before.size() + given->body.size() + 1);
    body.append(before).append(given->body).push_back('}');
    co_return ok(std::move(body));
}

} // namespace edgeconf::api::device
