// Flotta's Edge Configuration API as one handler: identity, route, body, then the call.
#pragma once

#include "api/device/calls.hpp"
#include "http/handler.hpp"

namespace edgeconf::api::device {

class device_api final : public http::handler {
public:
    explicit device_api(call_context with);

    http::awaitable<http::response> handle(http::request& r) override;
    http::response refuse(unsigned status, std::string_view reason) override;

    // For the calls to come.
    void change(std::shared_ptr<provider::plugin_provider> provider, bool ignore_heartbeats);

private:
    http::response refused(http::response answer);
    http::awaitable<http::response> dispatch(device_call call);

    call_context with_;
};

} // namespace edgeconf::api::device
