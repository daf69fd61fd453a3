// The pages for whoever watches the host: /livez and /readyz.
#pragma once

#include "http/handler.hpp"
#include "observe/health.hpp"

namespace edgeconf::api::pages {

// Plain text, "ok" or the reason; 200, or 503 where /readyz says no.
class health_pages final : public http::handler {
public:
    explicit health_pages(const observe::health& health) : health_{health} {}

    http::awaitable<http::response> handle(http::request& r) override;
    http::response refuse(unsigned status, std::string_view reason) override;

private:
    const observe::health& health_;
};

} // namespace edgeconf::api::pages
