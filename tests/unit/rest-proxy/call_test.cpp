#include "rest-proxy/call.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>

using namespace edgeconf::rest_proxy;

TEST_CASE("call: each is the request of Flotta's backend API", "[rest-proxy][call]") {
    struct row {
        call what;
        std::string_view method;
        std::string_view target;
        std::optional<edgeconf::rest_proxy::read> kept;
        bool repeatable;
    };
    const auto c = GENERATE(values<row>({
        {call::get_configuration, "GET", "/namespaces/plant-1/devices/pump-7/configuration",
         read::configuration, true},
        {call::enrol, "POST", "/namespaces/plant-1/devices/pump-7/enrolment", std::nullopt, false},
        {call::get_registration, "GET", "/namespaces/plant-1/devices/pump-7/registration", read::registration,
         true},
        {call::put_registration, "PUT", "/namespaces/plant-1/devices/pump-7/registration", std::nullopt,
         true},
        {call::put_heartbeat, "PUT", "/namespaces/plant-1/devices/pump-7/heartbeat", std::nullopt, true},
        {call::get_playbooks, "GET", "/namespaces/plant-1/devices/pump-7/playbookexecutions", read::playbooks,
         true},
    }));
    CAPTURE(c.target);
    const auto& shape = shape_of(c.what);
    CHECK(shape.method == c.method);
    CHECK((shape.kept == c.kept));
    CHECK(shape.repeatable == c.repeatable);
    CHECK(target_of(c.what, "", "plant-1", "pump-7") == c.target);
    CHECK(target_of(c.what, "/api/flotta-backend/v1", "plant-1", "pump-7") ==
          "/api/flotta-backend/v1" + std::string(c.target));
}

TEST_CASE("call: a device's id goes into the target as it is", "[rest-proxy][call]") {
    CHECK(target_of(call::put_heartbeat, "/b", "default", "A.b_c:d-9") ==
          "/b/namespaces/default/devices/A.b_c:d-9/heartbeat");
}
