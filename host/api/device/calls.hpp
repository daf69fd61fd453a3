// The six calls of Flotta's Edge Configuration API, one handler each: what goes to the provider and
// what comes of its answer. Routing, identity and JSON syntax are settled before (device_api.hpp).
#pragma once

#include "api/device/checked_revisions.hpp"
#include "api/device/fuse.hpp"
#include "http/handler.hpp"
#include "model/device_call.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "provider/plugin_provider.hpp"

#include <memory>

namespace edgeconf::api::device {

// What the calls of one I/O thread work with. Outlives them. The provider may be another one after a
// reload; a call that is under way stays with its own.
struct call_context {
    std::shared_ptr<provider::plugin_provider> provider;
    provider::op_table& ops;
    observe::logger& log;
    observe::metrics& metrics;
    fuse& removals;
    bool ignore_heartbeats = false;
    checked_revisions checked{};
};

// Asks the provider. Every handler goes through here; an answer for a known device counts it as seen.
http::awaitable<result<answer>> ask(call_context& with, device_call call);

// 201 recorded or still waiting, 200 the device exists and may register.
http::awaitable<http::response> enrol(call_context& with, device_call call);

// 200 with the device's true namespace; 200 `unregistered` for one that an administrator removed: it
// wipes itself then; 404 `unknown` for every other. Flotta signs a certificate for whatever namespace
// a 200 names, so no other 200 exists.
http::awaitable<http::response> get_registration(call_context& with, device_call call);

// 200, or the refusal that keeps the certificate from leaving.
http::awaitable<http::response> put_registration(call_context& with, device_call call);

// 200 with a complete configuration, never with less.
http::awaitable<http::response> get_configuration(call_context& with, device_call call);

// 200. Heartbeats that are to be ignored still have to come from a known device.
http::awaitable<http::response> put_heartbeat(call_context& with, device_call call);

// 200 with an array, which may be empty.
http::awaitable<http::response> get_playbooks(call_context& with, device_call call);

// Logs why `call` failed and answers what the client may know.
http::response fail(call_context& with, operation op, std::string_view device_id, const problem& why);

} // namespace edgeconf::api::device
