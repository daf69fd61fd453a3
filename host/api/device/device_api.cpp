#include "api/device/device_api.hpp"

#include "api/respond.hpp"
#include "codec/json_body.hpp"
#include "codec/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace edgeconf::api::device {
namespace {

bool carries_body(operation op) noexcept {
    return op == operation::enrol || op == operation::put_registration || op == operation::put_heartbeat;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

// Absent counts as JSON: there is nothing else that it could be.
bool is_json(std::string_view content_type) noexcept {
    auto type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return type.empty() || same_word(type, "application/json");
}

std::optional<http::response> refuse_body(const http::request& r) {
    if (!is_json(r.content_type)) return error(415, "the body has to be application/json");
    if (const auto fits = codec::check_json_object(r.body); !fits) return failure(fits.error());
    return std::nullopt;
}

} // namespace

device_api::device_api(call_context with) : with_{std::move(with)} {}

http::awaitable<http::response> device_api::handle(http::request& r) {
    if (!r.from.admitted)
        co_return refused(error(403,
                                "the certificate is valid, but has none of the DNS names that are admitted "
                                "here (device-api.tls.admit-dns-names)"));
    auto route = codec::find_route(r.method, r.target);
    if (!route) {
        auto response = error(route.error().status, route.error().message);
        response.allow = route.error().allow;
        co_return refused(std::move(response));
    }
    device_call call{route->op, std::move(route->ns), std::move(route->device_id), {}, std::string{r.trace}};
    if (carries_body(call.op)) {
        if (auto refusal = refuse_body(r)) co_return refused(std::move(*refusal));
        call.body = std::move(r.body);
    }
    const auto op = static_cast<std::size_t>(call.op);
    const auto begin = std::chrono::steady_clock::now();
    auto response = co_await dispatch(std::move(call));
    with_.metrics.request(op, response.status, std::chrono::steady_clock::now() - begin);
    co_return response;
}

http::response device_api::refuse(unsigned status, std::string_view reason) {
    return refused(error(status, reason));
}

http::response device_api::refused(http::response answer) {
    with_.metrics.refused_request(answer.status);
    return answer;
}

void device_api::change(std::shared_ptr<provider::plugin_provider> provider, bool ignore_heartbeats) {
    with_.provider = std::move(provider);
    with_.ignore_heartbeats = ignore_heartbeats;
}

http::awaitable<http::response> device_api::dispatch(device_call call) {
    switch (call.op) {
    case operation::enrol: return enrol(with_, std::move(call));
    case operation::get_registration: return get_registration(with_, std::move(call));
    case operation::put_registration: return put_registration(with_, std::move(call));
    case operation::get_configuration: return get_configuration(with_, std::move(call));
    case operation::put_heartbeat: return put_heartbeat(with_, std::move(call));
    case operation::get_playbooks: break;
    }
    return get_playbooks(with_, std::move(call));
}

http::response fail(call_context& with, operation op, std::string_view device_id, const problem& why) {
    auto response = failure(why);
    const bool ours = response.status >= 500;
    const std::initializer_list<observe::field> fields{{"operation", std::string{name(op)}},
                                                       {"device", std::string{device_id}},
                                                       {"status", std::to_string(response.status)},
                                                       {"reason", why.detail}};
    if (ours)
        with.log.problem(observe::level::warn, fmt::format("{}-{}", name(op), response.status),
                         "device call failed", fields);
    else
        with.log.debug("device call failed", fields);
    return response;
}

http::awaitable<result<answer>> ask(call_context& with, device_call call) {
    const auto provider = with.provider; // stays while this call does
    const auto id = call.device_id;
    const bool proves_known = call.op != operation::enrol;
    auto given = co_await provider->call(with.ops, std::move(call));
    if (given && given->what == outcome::ok && proves_known)
        with.removals.seen(id, std::chrono::steady_clock::now());
    co_return given;
}

} // namespace edgeconf::api::device
