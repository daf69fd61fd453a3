#include "support/catch.hpp"

#include "codec/registration.hpp"

#include <string>

using edgeconf::errc;
using edgeconf::codec::namespace_of;

TEST_CASE("registration: the namespace is read and the rest ignored", "[codec][registration]") {
    CHECK(*namespace_of(R"({"namespace":"plant-1"})") == "plant-1");
    CHECK(*namespace_of(R"( {"x":[1,{"namespace":"no"}],"namespace":"a","y":null} )") == "a");
    CHECK(*namespace_of(R"({"namespace":")" + std::string(63, 'n') + R"("})") == std::string(63, 'n'));
}

TEST_CASE("registration: without a usable namespace there is none", "[codec][registration]") {
    const auto body = GENERATE(as<std::string>{}, "", "null", "[]", "{}", "\"a\"", "{",
                               R"({"namespace":null})", R"({"namespace":7})", R"({"namespace":""})",
                               R"({"namespace":"A"})", R"({"namespace":"a/b"})", R"({"namespace":"a."})",
                               R"({"namespace":["a"]})", R"({"Namespace":"a"})", R"({"namespace":"a"}x)",
                               R"({"namespace":"a\u0000"})", R"({"x":{"namespace":"a"}})");
    INFO(body);
    const auto read = namespace_of(body);
    REQUIRE(read.has_error());
    CHECK(read.error().code == errc::internal);
}

TEST_CASE("registration: an answer of unlikely size is refused rather than read", "[codec][registration]") {
    CHECK(namespace_of(R"({"namespace":"a","x":")" + std::string(2000, 'x') + R"("})").has_error());
    // As many values as fit in the size that is read, and more than the memory for them.
    std::string numbers{R"({"namespace":"a","x":[1)"};
    while (numbers.size() < 1000) numbers += ",1";
    const auto read = namespace_of(numbers + "]}");
    CHECK((read.has_error() || *read == "a"));
    CHECK(namespace_of(R"({"namespace":")" + std::string(64, 'n') + R"("})").has_error());
}
