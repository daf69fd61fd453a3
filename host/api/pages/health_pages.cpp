#include "api/pages/health_pages.hpp"

namespace edgeconf::api::pages {
namespace {

http::response page(unsigned status, std::string text) {
    http::response made;
    made.status = status;
    made.content_type = "text/plain; charset=utf-8";
    made.body = std::move(text) + "\n";
    return made;
}

} // namespace

http::awaitable<http::response> health_pages::handle(http::request& r) {
    const auto path = r.target.substr(0, r.target.find('?'));
    const bool known = path == "/livez" || path == "/readyz";
    if (!known) co_return page(404, "no such page: there are /livez and /readyz");
    if (r.method != "GET" && r.method != "HEAD") {
        auto response = page(405, "only GET and HEAD");
        response.allow = "GET, HEAD";
        co_return response;
    }
    if (path == "/livez") co_return page(200, "ok");
    const auto verdict = health_.readiness();
    co_return page(verdict.ready ? 200 : 503, verdict.reason);
}

http::response health_pages::refuse(unsigned status, std::string_view reason) {
    return page(status, std::string{reason});
}

} // namespace edgeconf::api::pages
