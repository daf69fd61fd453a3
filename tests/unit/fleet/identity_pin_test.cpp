#include "fleet/identity_pin.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace edgeconf::fleet;
using keys = std::vector<digest>;

namespace {

digest key(int n) { return sha256(std::to_string(n)); }

std::string hex(int n) { return hexadecimal(key(n), 64); }

// 1 to `count`, offered in this order.
identity_pin offered(int count) {
    identity_pin pin;
    for (int n = 1; n <= count; ++n) CHECK(pin.offer(key(n)) == pin_answer::added);
    return pin;
}

} // namespace

TEST_CASE("identity_pin: R20 the only key is confirmed by the first call, and then another one is refused",
          "[fleet][unit]") {
    auto pin = offered(1);
    CHECK(pin.state() == pin_state::provisional);
    CHECK(pin.awaits_proof());
    CHECK(pin.prove());
    CHECK(pin.state() == pin_state::confirmed);
    CHECK_FALSE(pin.awaits_proof());

    CHECK(pin.offer(key(2)) == pin_answer::refused);
    CHECK(pin.offer(key(1)) == pin_answer::unchanged); // a renewal uses its key again
    CHECK_FALSE(pin.prove());
    CHECK(pin.state() == pin_state::confirmed);
    CHECK(pin.keys() == keys{key(1)});
}

TEST_CASE("identity_pin: R20 a repeated registration with the same key stays the only one", "[fleet][unit]") {
    auto pin = offered(1);
    CHECK(pin.offer(key(1)) == pin_answer::unchanged);
    CHECK(pin.prove());
    CHECK(pin.state() == pin_state::confirmed);
}

TEST_CASE("identity_pin: R20 a call before any registration proves nothing", "[fleet][unit]") {
    identity_pin pin;
    CHECK_FALSE(pin.awaits_proof());
    CHECK_FALSE(pin.prove());
    CHECK(pin == identity_pin{});
    CHECK(pin.offer(key(1)) == pin_answer::added);
    CHECK(pin.state() == pin_state::provisional);
}

TEST_CASE("identity_pin: R20 of two provisional keys neither is confirmed, which is told once",
          "[fleet][unit]") {
    auto pin = offered(2);
    CHECK(pin.prove());
    CHECK(pin.state() == pin_state::ambiguous);
    CHECK_FALSE(pin.awaits_proof());
    CHECK_FALSE(pin.prove());
    CHECK(pin.offer(key(3)) == pin_answer::added);
    CHECK(pin.offer(key(2)) == pin_answer::unchanged);
    CHECK_FALSE(pin.prove());
    CHECK(pin.state() == pin_state::ambiguous);
    CHECK(pin.keys() == keys{key(1), key(2), key(3)});
}

TEST_CASE("identity_pin: R20 a device whose answers get lost may try as often as it has to",
          "[fleet][unit]") {
    auto pin = offered(10);
    CHECK(pin.keys() == keys{key(1), key(4), key(5), key(6), key(7), key(8), key(9), key(10)});
    CHECK(pin.keys().size() == identity_pin::key_limit);
    CHECK(pin.prove());
    CHECK(pin.state() == pin_state::ambiguous);
}

TEST_CASE("identity_pin: R20 a flood of keys neither hides the first one nor makes a later one the only one",
          "[fleet][unit]") {
    const auto pin = offered(1000);
    CHECK(pin.keys().front() == key(1));
    CHECK(pin.keys().back() == key(1000));
    CHECK(pin.keys().size() == identity_pin::key_limit);
    auto proven = pin;
    CHECK(proven.prove());
    CHECK(proven.state() == pin_state::ambiguous);
}

TEST_CASE("identity_pin: R20 an administrator chooses, also a key that was not kept", "[fleet][unit]") {
    for (const int before : {0, 1, 2, 10}) {
        for (const int chosen : {1, 2, 99}) {
            CAPTURE(before, chosen);
            auto pin = offered(before);
            pin.prove();
            pin.choose(key(chosen));
            CHECK(pin.state() == pin_state::confirmed);
            CHECK(pin.keys() == keys{key(chosen)});
            CHECK(pin.offer(key(77)) == pin_answer::refused);
        }
    }
}

TEST_CASE("identity_pin: R7a a reset forgets all, and the next key counts as the first", "[fleet][unit]") {
    for (const int before : {0, 1, 2}) {
        CAPTURE(before);
        auto pin = offered(before);
        pin.prove();
        pin.reset();
        CHECK(pin == identity_pin{});
        CHECK(pin.offer(key(5)) == pin_answer::added);
        CHECK(pin.prove());
        CHECK(pin.keys() == keys{key(5)});
        CHECK(pin.state() == pin_state::confirmed);
    }
}

TEST_CASE("identity_pin: pins are equal when state and keys are", "[fleet][unit]") {
    CHECK(offered(2) == offered(2));
    CHECK_FALSE(offered(2) == offered(3));
    auto proven = offered(2);
    proven.prove();
    CHECK_FALSE(proven == offered(2));
}

TEST_CASE("identity_pin: what is stored reads back as it was", "[fleet][unit]") {
    CHECK(identity_pin{}.text() == "none");
    CHECK(offered(2).text() == "provisional " + hex(1) + " " + hex(2));
    for (const int count : {0, 1, 2, 8, 9}) {
        for (const bool proven : {false, true}) {
            CAPTURE(count, proven);
            auto pin = offered(count);
            if (proven) pin.prove();
            const auto read = identity_pin::from_text(pin.text());
            REQUIRE(read.has_value());
            CHECK(*read == pin);
        }
    }
}

TEST_CASE("identity_pin: what cannot have been stored is not read", "[fleet][unit]") {
    std::string nine = "provisional";
    for (int n = 1; n <= 9; ++n) nine += " " + hex(n);
    const std::vector<std::string> table{
        "",
        "nothing",
        "none ",
        "none " + hex(1),
        "provisional",
        "provisional ",
        "provisional" + hex(1),
        "provisional " + hex(1) + " ",
        "provisional " + hex(1) + " " + hex(1),
        "provisional " + hex(1).substr(1),
        "provisional " + hex(1) + "0",
        "provisional x" + hex(1).substr(1),
        "ambiguous " + hex(1),
        "confirmed",
        "confirmed " + hex(1) + " " + hex(2),
        "confirmed  " + hex(1),
        "confirmed " + hex(1) + "\n",
        nine,
    };
    for (const auto& text : table) {
        CAPTURE(text);
        CHECK_FALSE(identity_pin::from_text(text).has_value());
    }
}

TEST_CASE("identity pin: R20 a key that nobody has shown is never confirmed, nor any other beside it",
          "[fleet][unit]") {
    const auto key = edgeconf::fleet::sha256("a key");
    identity_pin alone;
    CHECK(alone.offer(identity_pin::unknown_key) == pin_answer::added);
    CHECK_FALSE(alone.awaits_proof());
    CHECK_FALSE(alone.prove());
    CHECK(alone.state() == pin_state::provisional);
    CHECK(alone.offer(key) == pin_answer::added);
    CHECK(alone.awaits_proof());
    CHECK(alone.prove());
    CHECK(alone.state() == pin_state::ambiguous);

    identity_pin confirmed;
    CHECK(confirmed.offer(key) == pin_answer::added);
    CHECK(confirmed.prove());
    CHECK(confirmed.offer(identity_pin::unknown_key) == pin_answer::refused);
}
