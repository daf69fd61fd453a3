// Flotta's Edge API as the host meets it: its calls about devices, over one connection.
#pragma once

#include "support/client.hpp"

#include <string>
#include <string_view>

namespace edgeconf::test {

// As client does, it throws where there is no whole answer.
class edge_api_client {
public:
    explicit edge_api_client(const target& host) : connection_{host} {}

    // `hardware` is JSON, as the device reports it.
    reply enrol(std::string_view ns, std::string_view id, std::string_view hardware = "{}");
    // Asked in the initial namespace, as before a device has its certificate.
    reply get_registration(std::string_view id);
    // `certificate_request` as PEM.
    reply put_registration(std::string_view ns, std::string_view id, std::string_view certificate_request,
                           std::string_view hardware = "{}");
    reply get_configuration(std::string_view ns, std::string_view id);
    // `body` is the whole heartbeat.
    reply put_heartbeat(std::string_view ns, std::string_view id, std::string_view body);
    reply get_playbooks(std::string_view ns, std::string_view id);

private:
    reply call(std::string_view method, std::string_view ns, std::string_view id, std::string_view what,
               std::string_view body = {});

    client connection_;
};

} // namespace edgeconf::test
