#include "support/catch.hpp"

#include "api/respond.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>

using namespace edgeconf;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

std::string message_of(const http::response& r) {
    const auto body = json::parse(r.body).as_object();
    CHECK(body.size() == 1);
    return std::string{body.at("message").as_string()};
}

} // namespace

TEST_CASE("respond: each failure has its status and its time to wait", "[api][respond]") {
    const auto [code, status, retry_after] = GENERATE(table<errc, unsigned, std::chrono::seconds>({
        {errc::invalid, 400, 0s},
        {errc::unauthenticated, 401, 0s},
        {errc::denied, 403, 0s},
        {errc::not_found, 404, 0s},
        {errc::exists, 409, 0s},
        {errc::conflict, 409, 0s},
        {errc::precondition, 409, 0s},
        {errc::corrupt, 500, 0s},
        {errc::internal, 500, 0s},
        {static_cast<errc>(99), 500, 0s},
        {errc::unimplemented, 501, 0s},
        {errc::busy, 503, 1s},
        {errc::unavailable, 503, 5s},
        {errc::cancelled, 503, 5s},
        {errc::deadline, 504, 0s},
    }));
    const auto r = api::failure({code, "internals: secret-detail", 0ms});
    CHECK(r.status == status);
    CHECK(r.retry_after == retry_after);
    CHECK(r.content_type == "application/json");
    CHECK(r.allow.empty());
    const auto message = message_of(r);
    CHECK_FALSE(message.empty());
    // Only `invalid` speaks of the client's own request.
    CHECK((message.find("secret-detail") != message.npos) == (code == errc::invalid));
}

TEST_CASE("respond: invalid without a detail still says something", "[api][respond]") {
    CHECK_FALSE(message_of(api::failure({errc::invalid, "", 0ms})).empty());
}

TEST_CASE("respond: a provider that knows how long to wait is believed, in whole seconds", "[api][respond]") {
    CHECK(api::failure({errc::busy, "", 1ms}).retry_after == 1s);
    CHECK(api::failure({errc::busy, "", 30'000ms}).retry_after == 30s);
    CHECK(api::failure({errc::unavailable, "", 1'001ms}).retry_after == 2s);
    CHECK(api::failure({errc::not_found, "", 7'000ms}).retry_after == 7s);
}

TEST_CASE("respond: an administrator is told the detail, whatever the failure", "[api][respond]") {
    const auto [code, status] = GENERATE(table<errc, unsigned>({
        {errc::invalid, 400},
        {errc::not_found, 404},
        {errc::unimplemented, 501},
        {errc::unavailable, 503},
        {errc::internal, 500},
    }));
    const auto r = api::full_failure({code, "line 3:\nno JSON", 30'000ms});
    CHECK(r.status == status);
    CHECK(message_of(r) == "line 3:\nno JSON");
    CHECK(r.retry_after == 30s);
}

TEST_CASE("respond: a message is JSON whatever it holds", "[api][respond]") {
    const std::string hostile = "a\"b\\c\n\x01</script>";
    const auto r = api::error(400, hostile);
    CHECK(r.status == 400);
    CHECK(message_of(r) == hostile);
    CHECK(api::error(400, "").body == R"({"message":""})");
}

TEST_CASE("respond: success has a type only with a body", "[api][respond]") {
    const auto with = api::ok("{}");
    CHECK(with.status == 200);
    CHECK(with.content_type == "application/json");
    CHECK(with.body == "{}");
    const auto without = api::ok();
    CHECK(without.status == 200);
    CHECK(without.content_type.empty());
    CHECK(without.body.empty());
}
