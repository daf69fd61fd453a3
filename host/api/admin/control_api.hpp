// What an administrator asks over the admin socket: of the host itself the fuse, the log's level and a
// reload, of its provider the verbs of ecp.resources, which are passed on.
#pragma once

#include "api/device/fuse.hpp"
#include "http/handler.hpp"
#include "model/administration.hpp"
#include "model/problem.hpp"
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
    // Asks the provider, once nothing else is under way with it.
    std::function<http::awaitable<result<administration_answer>>(administration_call)> administer;
};

// JSON in and out; errors are {"message"}. Every change is logged with who asked for it.
//
//   GET  /host/v1/fuse           {"blown", "told", "seen", "limit", "withheld"}
//   POST /host/v1/fuse/release   the same, afterwards
//   PUT  /host/v1/log-level      {"level": "debug"}
//   POST /host/v1/reload         {} or 409 with the reasons
//
// The provider's, with its reasons a line each. What is long comes in pieces: the field
// Edgeconf-Next-Page of an answer is the next request's `page`, as it stands.
//
//   POST /host/v1/provider/accept-removals   {"put", "removed"}
//   GET  /host/v1/provider/export?page=P     lines of JSON; no Edgeconf-Next-Page: these were the last
//   POST /host/v1/provider/import?page=P     the next bytes, without a body the end:
//                                            {"devices", "objects", "skipped"}
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
    http::awaitable<http::response> administer(http::request& r, administration verb, std::string page);
    void tell(const administration_call& asked, std::string_view outcome, bool is_step);

    controls with_;
};

} // namespace edgeconf::api::admin
