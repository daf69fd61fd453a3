#include "bench/served_fleet.hpp"

#include "bench/sample_fleet.hpp"

#include "support/client.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string_view>

namespace edgeconf::bench {

namespace {

constexpr std::array<std::string_view, 2> phases{"Running", "Exited"};
constexpr std::string_view version = "0123456789abcdef0123456789abcdef";
constexpr std::size_t stride = 7'919; // a prime; a fleet is no multiple of it

// All devices have one key: what a request costs does not depend on whose it is.
constexpr std::string_view certificate_request = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHLMHMCAQAwETEPMA0GA1UEAwwGcHVtcC03MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEQUdT1c4rOfANuaQFkv/DbBCfKtuL4fLylM7xYkHG6pLMu9msTNQMT6Bz
eL3sk2EZkSWX4UgX7w9LPnnvc4iNCKAAMAoGCCqGSM49BAMCA0gAMEUCIQDwv3d3
m80uuS913M3+dCSXyBTemQWbmeNllBhN9MU7aAIgP5a6Zi3e5SJgBTCZYw3Mp43Q
loNxD7/4jcLdaE+aQRk=
-----END CERTIFICATE REQUEST-----
)";

std::string path_of(const std::string& id, std::string_view call) {
    return fmt::format("/api/flotta-backend/v1/namespaces/{}/devices/{}/{}", fleet_namespace, id, call);
}

// What one device sends to join, in its order.
std::vector<std::string> joining_requests(std::size_t device, const std::string& id) {
    const auto registration = registration_body(device); // {"hardware":{...}}
    const auto members = std::string_view{registration}.substr(1);
    const auto enrolment = fmt::format(R"({{"features":{}}})", registration);
    const auto registering =
        fmt::format(R"({{"certificate_request":{},{})",
                    boost::json::serialize(boost::json::string(certificate_request)), members);
    return {test::go_request("POST", path_of(id, "enrolment"), enrolment),
            test::go_request("PUT", path_of(id, "registration"), registering),
            test::go_request("GET", path_of(id, "configuration")),
            test::go_request("PUT", path_of(id, "heartbeat"), heartbeat_body(device, version, phases[0]))};
}

} // namespace

served_fleet::served_fleet(std::size_t devices) : phases_(devices, 0) {
    for (std::size_t i = 0; i < devices; ++i) ids_.push_back(device_id(i));
}

std::size_t served_fleet::next_device() { return place_++ * stride % size(); }

request_source served_fleet::joining(std::size_t connections) {
    struct progress {
        std::size_t next = 0;
        std::vector<std::vector<std::string>> left; // of each connection, the last one first
    };
    auto at = std::make_shared<progress>();
    at->left.resize(connections);
    return [this, at](std::size_t connection, std::string& request) {
        auto& left = at->left[connection];
        if (left.empty()) {
            if (at->next == size()) return false;
            const auto device = at->next++;
            auto all = joining_requests(device, ids_[device]);
            left.assign(std::make_move_iterator(all.rbegin()), std::make_move_iterator(all.rend()));
        }
        request = std::move(left.back());
        left.pop_back();
        return true;
    };
}

request_source served_fleet::all_once() {
    return [this, sent = std::size_t{0}, again = same_again()](std::size_t connection,
                                                               std::string& request) mutable {
        return sent++ < size() && again(connection, request);
    };
}

request_source served_fleet::same_again() {
    return [this](std::size_t, std::string& request) {
        const auto device = next_device();
        request = test::go_request("PUT", path_of(ids_[device], "heartbeat"),
                                   heartbeat_body(device, version, phases[phases_[device]]));
        return true;
    };
}

request_source served_fleet::polls() {
    return [this](std::size_t, std::string& request) {
        request = test::go_request("GET", path_of(ids_[next_device()], "configuration"));
        return true;
    };
}

request_source served_fleet::something_new() {
    return [this](std::size_t, std::string& request) {
        const auto device = next_device();
        phases_[device] ^= 1;
        request = test::go_request("PUT", path_of(ids_[device], "heartbeat"),
                                   heartbeat_body(device, version, phases[phases_[device]]));
        return true;
    };
}

} // namespace edgeconf::bench
