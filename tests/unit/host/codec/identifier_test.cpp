#include "support/catch.hpp"

#include "codec/identifier.hpp"

#include <string>

using namespace edgeconf::codec;

namespace {

bool is_one_of(unsigned char c, std::string_view ranges) {
    for (std::size_t i = 0; i + 1 < ranges.size(); i += 2)
        if (c >= static_cast<unsigned char>(ranges[i]) && c <= static_cast<unsigned char>(ranges[i + 1]))
            return true;
    return false;
}

} // namespace

TEST_CASE("identifier: a device id has the characters of its alphabet and no other", "[codec][identifier]") {
    for (unsigned c = 0; c < 256; ++c) {
        INFO("byte " << c);
        const std::string inside{'a', static_cast<char>(c), 'z'};
        const bool allowed = is_one_of(static_cast<unsigned char>(c), "AZaz09__::--..");
        CHECK(is_device_id(inside) == allowed);
        const std::string alone(1, static_cast<char>(c));
        CHECK(is_device_id(alone) == (allowed && c != '.'));
    }
}

TEST_CASE("identifier: a device id has 1 to 253 characters", "[codec][identifier]") {
    CHECK_FALSE(is_device_id(""));
    CHECK(is_device_id(std::string(253, 'x')));
    CHECK_FALSE(is_device_id(std::string(254, 'x')));
    CHECK_FALSE(is_device_id(std::string(100'000, 'x')));
}

TEST_CASE("identifier: a device id is no step in a path", "[codec][identifier]") {
    CHECK_FALSE(is_device_id("."));
    CHECK_FALSE(is_device_id(".."));
    CHECK(is_device_id("..."));
    CHECK(is_device_id(".a"));
    CHECK(is_device_id("a.."));
    CHECK_FALSE(is_device_id("../a"));
}

TEST_CASE("identifier: device ids as devices pick them", "[codec][identifier]") {
    CHECK(is_device_id("camera-1"));
    CHECK(is_device_id("4c4c4544-0042-3510-8052-b4c04f4e3732"));
    CHECK(is_device_id("00:1B:44:11:3A:B7"));
    CHECK(is_device_id("deviceID"));
    CHECK(is_device_id("-"));
    CHECK_FALSE(is_device_id("*"));
    CHECK_FALSE(is_device_id("ger\xc3\xa4t"));
    CHECK_FALSE(is_device_id(std::string_view{"a\0", 2}));
    CHECK_FALSE(is_device_id("a%2Fb"));
}

TEST_CASE("identifier: a namespace has the characters of a DNS label and no other", "[codec][identifier]") {
    for (unsigned c = 0; c < 256; ++c) {
        INFO("byte " << c);
        const auto byte = static_cast<char>(c);
        const bool ends = is_one_of(static_cast<unsigned char>(c), "az09");
        CHECK(is_namespace(std::string{'a', byte, 'z'}) == (ends || c == '-'));
        CHECK(is_namespace(std::string{byte, 'z'}) == ends);
        CHECK(is_namespace(std::string{'a', byte}) == ends);
        CHECK(is_namespace(std::string(1, byte)) == ends);
    }
}

TEST_CASE("identifier: a namespace has 1 to 63 characters", "[codec][identifier]") {
    CHECK_FALSE(is_namespace(""));
    CHECK(is_namespace(std::string(63, 'x')));
    CHECK_FALSE(is_namespace(std::string(64, 'x')));
}
