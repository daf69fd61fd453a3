#include "api/admin/control_api.hpp"

#include "api/respond.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <optional>

namespace edgeconf::api::admin {
namespace {

namespace json = boost::json;

std::optional<observe::level> level_named(std::string_view word) {
    if (word == "trace") return observe::level::trace;
    if (word == "debug") return observe::level::debug;
    if (word == "info") return observe::level::info;
    if (word == "warn") return observe::level::warn;
    if (word == "error") return observe::level::error;
    return std::nullopt;
}

http::response wrong_method(std::string_view allow) {
    auto made = error(405, "this path does not take that method");
    made.allow = allow;
    return made;
}

} // namespace

http::awaitable<http::response> control_api::handle(http::request& r) {
    if (!r.from.admitted) co_return error(403, "only root and the user that runs edgeconf may administer it");
    if (r.target == "/host/v1/fuse") co_return r.method == "GET" ? fuse_state() : wrong_method("GET");
    if (r.target == "/host/v1/fuse/release")
        co_return r.method == "POST" ? release_fuse(r) : wrong_method("POST");
    if (r.target == "/host/v1/log-level")
        co_return r.method == "PUT" ? change_log_level(r) : wrong_method("PUT");
    if (r.target == "/host/v1/reload") {
        if (r.method != "POST") co_return wrong_method("POST");
        co_return co_await reload(r);
    }
    co_return error(404,
                    "no such path: there are /host/v1/fuse, /host/v1/fuse/release, /host/v1/log-level and "
                    "/host/v1/reload");
}

http::response control_api::refuse(unsigned status, std::string_view reason) { return error(status, reason); }

http::response control_api::fuse_state() {
    const auto state = with_.fuse.look(std::chrono::steady_clock::now());
    const json::value body{{"blown", state.blown},
                           {"told", state.told},
                           {"seen", state.seen},
                           {"limit", state.limit},
                           {"withheld", state.withheld}};
    return ok(json::serialize(body));
}

http::response control_api::release_fuse(const http::request& r) {
    with_.fuse.release();
    with_.log.warn("the fuse was released", {{"by", r.from.name}});
    return fuse_state();
}

http::response control_api::change_log_level(const http::request& r) {
    boost::system::error_code ec;
    const auto body = json::parse(r.body, ec);
    const auto* given = !ec && body.is_object() ? body.get_object().if_contains("level") : nullptr;
    const auto level =
        given != nullptr && given->is_string() ? level_named(given->get_string()) : std::nullopt;
    if (!level) return error(400, R"(write {"level": "trace"}, or debug, info, warn, error)");
    with_.log.set_level(*level);
    with_.log.warn("the log level was changed",
                   {{"level", std::string{given->get_string()}}, {"by", r.from.name}});
    return ok("{}");
}

http::awaitable<http::response> control_api::reload(http::request& r) {
    with_.log.info("a reload was asked for", {{"by", r.from.name}});
    const auto reasons = co_await with_.reload();
    if (reasons.empty()) co_return ok("{}");
    std::string all;
    for (const auto& reason : reasons) all += (all.empty() ? "" : "\n") + reason;
    co_return error(409, all);
}

} // namespace edgeconf::api::admin
