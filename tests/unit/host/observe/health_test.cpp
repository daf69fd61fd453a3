#include "support/catch.hpp"

#include "observe/health.hpp"

using edgeconf::observe::health;
using edgeconf::observe::provider_state;

TEST_CASE("health: not ready before the provider has started, whatever it says", "[observe][health]") {
    health h;
    CHECK_FALSE(h.readiness().ready);
    h.provider_is(provider_state::ok, "");
    CHECK_FALSE(h.readiness().ready);
    CHECK_THAT(h.readiness().reason, Catch::Contains("has not started"));
}

TEST_CASE("health: ready once started, also with a back end that is degraded or down", "[observe][health]") {
    health h;
    h.started();
    CHECK(h.readiness().ready);
    CHECK(h.readiness().reason == "ok");

    h.provider_is(provider_state::degraded, "one of two servers");
    CHECK(h.readiness().ready);
    CHECK(h.readiness().reason == "degraded: one of two servers");

    h.provider_is(provider_state::down, "no route");
    CHECK(h.readiness().ready);
    CHECK_THAT(h.readiness().reason, Catch::Contains("down: no route"));

    h.provider_is(provider_state::ok, "");
    CHECK(h.readiness().reason == "ok");
}

TEST_CASE("health: what a provider said before it started counts afterwards", "[observe][health]") {
    health h;
    h.provider_is(provider_state::down, "no route");
    h.started();
    CHECK_THAT(h.readiness().reason, Catch::Contains("no route"));
}

TEST_CASE("health: stopping ends readiness for good", "[observe][health]") {
    health h;
    h.started();
    h.stopping();
    CHECK_FALSE(h.readiness().ready);
    CHECK(h.readiness().reason == "stopping");
    h.provider_is(provider_state::ok, "");
    h.started();
    CHECK_FALSE(h.readiness().ready);
}
