#include "api/pages/health_pages.hpp"

namespace edgeconf::api::pages {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

http::response page(unsigned status, std::string text, std::string_view type = plain_text) {
    http::response made;
    made.status = status;
    made.content_type = type;
    made.body = std::move(text);
    if (!made.body.ends_with('\n')) made.body += '\n';
    return made;
}

} // namespace

http::awaitable<http::response> health_pages::handle(http::request& r) {
    const auto path = r.target.substr(0, r.target.find('?'));
    const bool known = path == "/livez" || path == "/readyz" || path == "/metrics" || path == "/statusz";
    if (!known) co_return page(404, "no such page: there are /livez, /readyz, /metrics and /statusz");
    if (r.method != "GET" && r.method != "HEAD") {
        auto response = page(405, "only GET and HEAD");
        response.allow = "GET, HEAD";
        co_return response;
    }
    if (path == "/livez") co_return page(200, "ok");
    if (path == "/metrics") co_return page(200, from_.metrics.page(), prometheus_text);
    if (path == "/statusz") co_return page(200, from_.status(), "application/json");
    const auto verdict = from_.health.readiness();
    co_return page(verdict.ready ? 200 : 503, verdict.reason);
}

http::response health_pages::refuse(unsigned status, std::string_view reason) {
    return page(status, std::string{reason});
}

} // namespace edgeconf::api::pages
