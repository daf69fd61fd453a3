#include "support/edge_api_client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace edgeconf::test {

namespace json = boost::json;

reply edge_api_client::enrol(std::string_view ns, std::string_view id, std::string_view hardware) {
    const json::object body{{"features", {{"hardware", json::parse(hardware)}}}, {"target_namespace", ns}};
    return call("POST", ns, id, "enrolment", json::serialize(body));
}

reply edge_api_client::get_registration(std::string_view id) {
    return call("GET", "default", id, "registration");
}

reply edge_api_client::put_registration(std::string_view ns, std::string_view id,
                                        std::string_view certificate_request, std::string_view hardware) {
    const json::object body{{"certificate_request", certificate_request},
                            {"hardware", json::parse(hardware)}};
    return call("PUT", ns, id, "registration", json::serialize(body));
}

reply edge_api_client::get_configuration(std::string_view ns, std::string_view id) {
    return call("GET", ns, id, "configuration");
}

reply edge_api_client::put_heartbeat(std::string_view ns, std::string_view id, std::string_view body) {
    return call("PUT", ns, id, "heartbeat", body);
}

reply edge_api_client::get_playbooks(std::string_view ns, std::string_view id) {
    return call("GET", ns, id, "playbookexecutions");
}

reply edge_api_client::call(std::string_view method, std::string_view ns, std::string_view id,
                            std::string_view what, std::string_view body) {
    const auto path = std::string{"/api/flotta-backend/v1/namespaces/"}
                          .append(ns)
                          .append("/devices/")
                          .append(id)
                          .append("/")
                          .append(what);
    return connection_.request(method, path, body);
}

} // namespace edgeconf::test
