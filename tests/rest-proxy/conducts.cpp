#include "rest-proxy/conducts.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace edgeconf::test {

namespace json = boost::json;

std::string http_answer(unsigned status, std::string_view body, std::string_view fields) {
    return "HTTP/1.1 " + std::to_string(status) + " As Told\r\nContent-Type: application/json\r\n" +
           std::string{fields} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

conduct answer(unsigned status, std::string_view body, std::string_view fields) {
    return {.pieces = {http_answer(status, body, fields)}};
}

std::string sound_body(const heard_request& r, std::string_view version) {
    if (r.method != "GET") return {};
    const auto call = r.call();
    if (call == "playbookexecutions") return "[]";
    if (call == "registration") return R"({"status":"registered","namespace":"plant-1"})";
    return json::serialize(
        json::value{{"device-configuration",
                     {{"device_id", r.device()},
                      {"version", version},
                      {"configuration",
                       {{"heartbeat", {{"hardware_profile", json::object{}}, {"period_seconds", 60}}},
                        {"mounts", json::array{}}}},
                      {"workloads", json::array{}}}}});
}

conduct sound(const heard_request& r) { return answer(r.method == "POST" ? 201 : 200, sound_body(r)); }

script always(conduct c) {
    return [c = std::move(c)](const heard_request&) { return c; };
}

} // namespace edgeconf::test
