// The pages for whoever watches the host: /livez, /readyz, /metrics and /statusz.
#pragma once

#include "http/handler.hpp"
#include "observe/health.hpp"
#include "observe/metrics.hpp"

#include <functional>
#include <string>

namespace edgeconf::api::pages {

// Where the pages take what they show; outlives them.
struct page_sources {
    const observe::health& health;
    observe::metrics& metrics;
    std::function<std::string()> status; // /statusz, as JSON
};

// Plain text, "ok" or the reason; 200, or 503 where /readyz says no.
class health_pages final : public http::handler {
public:
    explicit health_pages(page_sources from) : from_{std::move(from)} {}

    http::awaitable<http::response> handle(http::request& r) override;
    http::response refuse(unsigned status, std::string_view reason) override;

private:
    page_sources from_;
};

} // namespace edgeconf::api::pages
