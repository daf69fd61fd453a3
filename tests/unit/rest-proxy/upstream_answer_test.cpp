// What becomes of an answer by its status: bodies that succeed are upstream_body_test.cpp's.
#include "rest-proxy/upstream_answer.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::rest_proxy;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

constexpr std::array calls{call::get_configuration, call::enrol,         call::get_registration,
                           call::put_registration,  call::put_heartbeat, call::get_playbooks};

// A body that succeeds.
std::string good_body(call c) {
    switch (c) {
    case call::get_configuration:
        return R"({"device-configuration": {"device_id": "pump-7", "workloads": [],
                   "configuration": {"heartbeat": {"hardware_profile": {}}}}})";
    case call::get_registration: return R"({"status": "registered", "namespace": "plant-1"})";
    case call::get_playbooks: return "[]";
    case call::enrol:
    case call::put_registration:
    case call::put_heartbeat: break;
    }
    return {};
}

// As the table below has it: the status's name, with a mark if the upstream is at fault.
std::string named(const verdict& v) {
    const auto name = [&]() -> std::string {
        switch (v.status) {
        case ECP_OK: return "OK";
        case ECP_CREATED: return "CREATED";
        case ECP_REMOVED: return "REMOVED";
        case ECP_INVALID: return "INVALID";
        case ECP_UNAUTHENTICATED: return "UNAUTH";
        case ECP_DENIED: return "DENIED";
        case ECP_NOT_FOUND: return "NOTFOUND";
        case ECP_EXISTS: return "EXISTS";
        case ECP_PRECONDITION: return "PRECOND";
        case ECP_BUSY: return "BUSY";
        case ECP_UNAVAILABLE: return "AWAY";
        case ECP_UNIMPLEMENTED: return "UNIMPL";
        case ECP_DEADLINE: return "LATE";
        case ECP_INTERNAL: return "INTERNAL";
        default: return fmt::format("status {}", v.status);
        }
    }();
    return name + (v.is_fault ? "!" : "");
}

bool is_one_line(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

verdict error(std::string body, unsigned status = 500) {
    return judge(call::get_configuration, "pump-7", {.status = status, .body = std::move(body)});
}

} // namespace

TEST_CASE("upstream answer: what each status means to each call", "[rest-proxy][answer]") {
    struct row {
        unsigned status;
        // configuration, enrolment, GET and PUT registration, heartbeat, playbooks
        std::array<std::string_view, 6> is;
    };
    const std::vector<row> rows{
        {0, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {99, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {100, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {101, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {200, {"OK", "OK", "OK", "OK", "OK", "OK"}},
        {201, {"AWAY!", "CREATED", "AWAY!", "OK", "OK", "AWAY!"}},
        {202, {"AWAY!", "CREATED", "AWAY!", "OK", "OK", "AWAY!"}},
        {204, {"AWAY!", "OK", "AWAY!", "OK", "OK", "AWAY!"}},
        {206, {"AWAY!", "CREATED", "AWAY!", "OK", "OK", "AWAY!"}},
        {300, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {301, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {302, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {304, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {308, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {400, {"INVALID", "INVALID", "INVALID", "INVALID", "INVALID", "INVALID"}},
        {401, {"UNAUTH", "UNAUTH", "UNAUTH", "UNAUTH", "UNAUTH", "UNAUTH"}},
        {403, {"UNAUTH", "DENIED", "UNAUTH", "DENIED", "UNAUTH", "UNAUTH"}},
        {404, {"NOTFOUND", "AWAY", "NOTFOUND", "NOTFOUND", "NOTFOUND", "NOTFOUND"}},
        {405, {"INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL"}},
        {409, {"INTERNAL", "EXISTS", "INTERNAL", "PRECOND", "INTERNAL", "INTERNAL"}},
        {410, {"INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL"}},
        {412, {"INTERNAL", "INTERNAL", "INTERNAL", "PRECOND", "INTERNAL", "INTERNAL"}},
        {413, {"INVALID", "INVALID", "INVALID", "INVALID", "INVALID", "INVALID"}},
        {415, {"INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL"}},
        {422, {"INVALID", "INVALID", "INVALID", "INVALID", "INVALID", "INVALID"}},
        {429, {"BUSY", "BUSY", "BUSY", "BUSY", "BUSY", "BUSY"}},
        {499, {"INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL", "INTERNAL"}},
        {500, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {501, {"UNIMPL", "UNIMPL", "UNIMPL", "UNIMPL", "UNIMPL", "UNIMPL"}},
        {502, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {503, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {504, {"LATE!", "LATE!", "LATE!", "LATE!", "LATE!", "LATE!"}},
        {505, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {599, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {600, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
        {999, {"AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!", "AWAY!"}},
    };
    for (const auto& r : rows) {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            CAPTURE(r.status, shape_of(calls[i]).method, shape_of(calls[i]).resource);
            CHECK(named(judge(calls[i], "pump-7", {.status = r.status, .body = good_body(calls[i])})) ==
                  r.is[i]);
        }
    }
}

TEST_CASE("upstream answer: no status whatever removes a device or gives it what it must not have",
          "[rest-proxy][answer]") {
    for (unsigned status = 0; status < 1000; ++status) {
        for (const auto c : calls) {
            const auto given = judge(c, "pump-7", {.status = status, .body = good_body(c)});
            CAPTURE(status, shape_of(c).method, shape_of(c).resource);
            const bool is_read = shape_of(c).kept.has_value();
            if (given.status == ECP_OK) CHECK((status == 200 || (!is_read && status > 200 && status < 300)));
            if (given.status == ECP_CREATED) CHECK(c == call::enrol);
            CHECK(given.status != ECP_REMOVED);
            CHECK(given.body.empty() == (given.status != ECP_OK || !is_read));
            CHECK(given.message.empty() == (given.status == ECP_OK || given.status == ECP_CREATED));
            CHECK(is_one_line(given.message));
        }
    }
}

TEST_CASE("upstream answer: what a call that writes is answered with success is not looked at",
          "[rest-proxy][answer]") {
    for (const auto* body : {"", "null", "{}", "<html>", R"({"status": "unregistered"})", "\xff\x00"}) {
        CAPTURE(body);
        CHECK(named(judge(call::enrol, "pump-7", {.status = 201, .body = body})) == "CREATED");
        CHECK(named(judge(call::put_registration, "pump-7", {.status = 200, .body = body})) == "OK");
        CHECK(judge(call::put_heartbeat, "pump-7", {.status = 200, .body = body}).body.empty());
    }
}

TEST_CASE("upstream answer: an error's body becomes a message, whatever it is", "[rest-proxy][answer]") {
    struct row {
        std::string body;
        std::string message;
    };
    const std::vector<row> rows{
        {R"({"message": "the disk is full"})", "the upstream answers 500: the disk is full"},
        {R"({"code": 7, "message": "full"})", "the upstream answers 500: full"},
        {R"({"error": "full"})", R"(the upstream answers 500: {"error":"full"})"},
        {R"({"message": 7})", R"(the upstream answers 500: {"message":7})"},
        {R"({"message": null})", R"(the upstream answers 500: {"message":null})"},
        {R"({"message": ""})", "the upstream answers 500"},
        {"", "the upstream answers 500"},
        {"null", "the upstream answers 500: null"},
        {"[1, 2]", "the upstream answers 500: [1, 2]"},
        {"Bad Gateway\n", "the upstream answers 500: Bad Gateway "},
        {R"({"message": "cut o)", R"(the upstream answers 500: {"message": "cut o)"},
        {"<html>\r\n<b>502</b>\t</html>", "the upstream answers 500: <html>  <b>502</b> </html>"},
        {R"({"message": "two\nlines\u001b[31m\u0000\u007f"})", "the upstream answers 500: two lines [31m  "},
        {"\xff\xfe", "the upstream answers 500:   "},
    };
    for (const auto& r : rows) {
        CAPTURE(r.body);
        CHECK(error(r.body).message == r.message);
    }
}

TEST_CASE("upstream answer: a message is short, however long the body", "[rest-proxy][answer]") {
    const std::string head = "the upstream answers 503: ";
    CHECK(error(std::string(300, 'x'), 503).message == head + std::string(300, 'x'));
    CHECK(error(std::string(1U << 20, 'x'), 503).message == head + std::string(300, 'x'));
    CHECK(error(R"({"message": ")" + std::string(10'000, 'x') + "\"}", 503).message ==
          head + std::string(300, 'x'));
    // A longer one is not looked into.
    CHECK(error(R"({"message": ")" + std::string(1U << 20, 'x') + "\"}", 503).message.size() ==
          head.size() + 300);
    CHECK(error(R"({"x": ")" + std::string(1U << 20, 'x') + "\"}", 503).message.size() == head.size() + 300);
}

TEST_CASE("upstream answer: an error's body may be nested as deep as it likes", "[rest-proxy][answer]") {
    for (const auto* bracket : {"[", "{\"a\":"}) {
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += bracket;
        const auto given = error(deep);
        CHECK(given.status == ECP_UNAVAILABLE);
        CHECK_THAT(given.message, Contains("the upstream answers 500: ") && Contains(bracket));
    }
}

TEST_CASE("upstream answer: a redirection says where to, on one short line", "[rest-proxy][answer]") {
    const auto to = [](std::string location) {
        return judge(call::put_heartbeat, "pump-7", {.status = 307, .location = std::move(location)}).message;
    };
    CHECK(to("https://other/api") ==
          "the upstream redirects to https://other/api: write that URL into upstreams");
    CHECK_THAT(to(""), Contains("redirects to nowhere"));
    CHECK(is_one_line(to("https://other/\t\xc3\xa4")));
    CHECK(to(std::string(16'000, 'a')).size() < 400);
}

TEST_CASE("upstream answer: how long to wait is passed on with an error", "[rest-proxy][answer]") {
    CHECK(judge(call::enrol, "pump-7", {.status = 503, .retry_after = 7s}).retry_after == 7s);
    CHECK(judge(call::enrol, "pump-7", {.status = 429, .retry_after = 7s}).retry_after == 7s);
    CHECK(judge(call::enrol, "pump-7", {.status = 503}).retry_after == 0s);
}

TEST_CASE("upstream answer: no answer at all is what the caller says", "[rest-proxy][answer]") {
    const auto given = no_answer(ECP_DEADLINE, "nobody answers");
    CHECK(given.status == ECP_DEADLINE);
    CHECK(given.message == "nobody answers");
    CHECK(given.body.empty());
    CHECK_FALSE(given.is_fault);
}

TEST_CASE("upstream answer: what everybody may see has nothing that the upstream says",
          "[rest-proxy][answer]") {
    const auto given = error(R"({"message": "token abc, at store.py:7"})", 503);
    CHECK_THAT(given.message, Catch::Matchers::Contains("token abc"));
    CHECK(given.brief == "the upstream answers 503");
    for (const auto* location : {"https://store.example/v2?sig=secret", "https://store.example/v2#secret",
                                 "https://secret@store.example/v2"}) {
        upstream_answer moved;
        moved.status = 302;
        moved.location = location;
        const auto told = judge(call::get_configuration, "pump-7", moved);
        CHECK_THAT(told.message, !Catch::Matchers::Contains("secret"));
        CHECK_THAT(told.brief, !Catch::Matchers::Contains("secret"));
    }
}

TEST_CASE("upstream answer: a 500 to a body may be that body's doing", "[rest-proxy][answer]") {
    upstream_answer given;
    given.status = 500;
    for (const auto c : {call::enrol, call::put_registration, call::put_heartbeat})
        CHECK(judge(c, "pump-7", given).is_perhaps_the_call);
    CHECK_FALSE(judge(call::get_configuration, "pump-7", given).is_perhaps_the_call);
    given.status = 503;
    CHECK_FALSE(judge(call::put_heartbeat, "pump-7", given).is_perhaps_the_call);
}
