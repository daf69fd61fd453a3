// What an administrator asks of the host itself, over the admin socket: the fuse, the log's level, a
// reload. Administration of the fleet is the provider's (ecp.resources) and not in here.
#pragma once

#include "api/device/fuse.hpp"
#include "http/handler.hpp"
#include "observe/log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace edgeconf::api::admin {

// What the host lets the API do; outlives it. Called on the API's thread.
struct controls {
    device::fuse& fuse;
    observe::logger& log;
    // Reads the configuration again. Empty on success, else the reasons.
    std::function<http::awaitable<std::vector<std::string>>()> reload;
};

// JSON in and out; errors are {"message"}. Every change is logged with who asked for it.
//
//   GET  /host/v1/fuse           {"blown", "told", "seen", "limit", "withheld"}
//   POST /host/v1/fuse/release   the same, afterwards
//   PUT  /host/v1/log-level      {"level": "debug"}
//   POST /host/v1/reload         {} or 409 with the reasons
class control_api final : public http::handler {
public:
    explicit control_api(controls what) : with_{std::move(what)} {}

    http::awaitable<http::response> handle(http::request& r) override;
    http::response refuse(unsigned status, std::string_view reason) override;

private:
    http::response fuse_state();
    http::response release_fuse(const http::request& r);
    http::response change_log_level(const http::request& r);
    http::awaitable<http::response> reload(http::request& r);

    controls with_;
};

} // namespace edgeconf::api::admin
