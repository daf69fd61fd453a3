#include "support/catch.hpp"

#include "api/device/checked_revisions.hpp"

#include <string>

using edgeconf::api::device::checked_revisions;

TEST_CASE("checked_revisions: a pair is remembered, and no other", "[api][checked_revisions]") {
    checked_revisions seen;
    CHECK_FALSE(seen.contains("camera", "1"));
    seen.insert("camera", "1");
    seen.insert("camera", "1");
    CHECK(seen.contains("camera", "1"));
    CHECK_FALSE(seen.contains("camera", "2"));
    CHECK_FALSE(seen.contains("Camera", "1"));
    CHECK_FALSE(seen.contains("1", "camera"));
    CHECK_FALSE(seen.contains("camera1", ""));
    CHECK_FALSE(seen.contains("", "camera1"));
}

TEST_CASE("checked_revisions: without a revision there is nothing to remember", "[api][checked_revisions]") {
    checked_revisions seen;
    seen.insert("camera", "");
    CHECK_FALSE(seen.contains("camera", ""));
}

TEST_CASE("checked_revisions: when full it forgets, and goes on", "[api][checked_revisions]") {
    constexpr int most = 100;
    checked_revisions seen{most};
    const auto known = [&](int of) {
        int count = 0;
        for (int i = 0; i < of; ++i) count += seen.contains("device-" + std::to_string(i), "r") ? 1 : 0;
        return count;
    };
    for (int i = 0; i < most; ++i) seen.insert("device-" + std::to_string(i), "r");
    CHECK(known(most) == most);
    for (int i = most; i < 10 * most; ++i) {
        seen.insert("device-" + std::to_string(i), "r");
        CHECK(seen.contains("device-" + std::to_string(i), "r"));
    }
    CHECK(known(10 * most) <= most);
}
