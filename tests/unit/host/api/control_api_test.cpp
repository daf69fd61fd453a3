// The verbs that are passed on to the provider; the host's own are tested with a running host.
#include "support/catch.hpp"

#include "api/admin/control_api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace edgeconf;
using Catch::Contains;

namespace {

struct rig {
    std::vector<administration_call> asked;
    result<administration_answer> answer = administration_answer{"{}", ""};
    std::ostringstream written;
    observe::logger log{observe::level::debug, observe::log_format::text, written};
    api::device::fuse fuse{api::device::fuse_settings{}};
    api::admin::control_api api{
        {fuse, log, {}, [this](administration_call call) { return respond(std::move(call)); }}};

    http::awaitable<result<administration_answer>> respond(administration_call call) {
        asked.push_back(std::move(call));
        co_return answer;
    }

    http::response ask(std::string_view method, std::string_view target, std::string body = {},
                       bool admitted = true) {
        const http::peer from{admitted, "uid 7 (pid 8)"};
        http::request r{method, target, {}, {}, std::move(body), from};
        http::asio::io_context context{1};
        std::optional<http::response> given;
        auto at_end = [&](std::exception_ptr failure, http::response made) {
            if (!failure) given = std::move(made);
        };
        http::asio::co_spawn(context, api.handle(r), at_end);
        context.run();
        REQUIRE(given.has_value());
        return *given;
    }
};

} // namespace

TEST_CASE("control_api: an export goes on where the answer says", "[api][control_api]") {
    rig r;
    r.answer = administration_answer{"{\"a\":1}\n", "page 2/\xff+%\r\n"};
    const auto first = r.ask("GET", "/host/v1/provider/export");
    CHECK(first.status == 200);
    CHECK(first.content_type == "application/jsonl");
    CHECK(first.body == "{\"a\":1}\n");
    CHECK(first.next_page == "page%202%2F%FF%2B%25%0D%0A"); // fits a field and a query

    r.answer = administration_answer{"{\"b\":1}\n", ""};
    const auto last = r.ask("GET", "/host/v1/provider/export?page=" + first.next_page);
    CHECK(last.next_page.empty());
    REQUIRE(r.asked.size() == 2);
    CHECK(r.asked[0].verb == administration::export_bundle);
    CHECK(r.asked[0].page_token.empty());
    CHECK(r.asked[1].page_token == "page 2/\xff+%\r\n");
    CHECK(r.asked[1].principal == "uid 7 (pid 8)");
}

TEST_CASE("control_api: an upload keeps its token to its end", "[api][control_api]") {
    rig r;
    r.answer = administration_answer{"", "u/1"};
    const auto begun = r.ask("POST", "/host/v1/provider/import", "first");
    CHECK(begun.status == 200);
    CHECK(begun.next_page == "u%2F1");
    r.answer = administration_answer{"", ""};
    const auto more = r.ask("POST", "/host/v1/provider/import?page=u%2F1", "second");
    CHECK(more.next_page == "u%2F1");
    r.answer = administration_answer{R"({"devices":1})", "anything"};
    const auto end = r.ask("POST", "/host/v1/provider/import?page=u%2F1");
    CHECK(end.body == R"({"devices":1})");
    CHECK(end.next_page.empty());
    REQUIRE(r.asked.size() == 3);
    CHECK(r.asked[0].body == "first");
    CHECK(r.asked[1].body == "second");
    CHECK(r.asked[1].page_token == "u/1");
    CHECK(r.asked[2].body.empty());
}

TEST_CASE("control_api: an upload without a token is the provider's mistake", "[api][control_api]") {
    rig r;
    const auto given = r.ask("POST", "/host/v1/provider/import", "first");
    CHECK(given.status == 500);
    CHECK_THAT(given.body, Contains("no token"));
}

TEST_CASE("control_api: what cannot be meant does not reach the provider", "[api][control_api]") {
    rig r;
    const std::string longest(1025, 'a');
    const auto [method, target, status] = GENERATE_COPY(table<std::string, std::string, unsigned>({
        {"POST", "/host/v1/provider/import", 400}, // nothing to import
        {"GET", "/host/v1/provider/export?page=" + longest, 400},
        {"GET", "/host/v1/provider/export?page=%zz", 400},
        {"POST", "/host/v1/provider/export", 405},
        {"GET", "/host/v1/provider/import", 405},
        {"GET", "/host/v1/provider/accept-removals", 405},
        {"POST", "/host/v1/provider/plan", 404},
    }));
    INFO(method << " " << target);
    CHECK(r.ask(method, target).status == status);
    CHECK(r.asked.empty());
}

TEST_CASE("control_api: a user who is not admitted reaches nothing of the provider", "[api][control_api]") {
    rig r;
    CHECK(r.ask("POST", "/host/v1/provider/accept-removals", "", false).status == 403);
    CHECK(r.ask("GET", "/host/v1/provider/export", "", false).status == 403);
    CHECK(r.ask("POST", "/host/v1/provider/import", "bytes", false).status == 403);
    CHECK(r.asked.empty());
}

TEST_CASE("control_api: the provider's reasons are told, and logged with who asked", "[api][control_api]") {
    rig r;
    r.answer = problem{errc::invalid, "line 3: no JSON\nline 4: no JSON"};
    const auto refused = r.ask("POST", "/host/v1/provider/accept-removals");
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body, Contains(R"(line 3: no JSON\nline 4: no JSON)"));
    r.answer = administration_answer{R"({"put":1,"removed":2})", ""};
    const auto done = r.ask("POST", "/host/v1/provider/accept-removals");
    CHECK(done.body == R"({"put":1,"removed":2})");
    CHECK(done.content_type == "application/json");
    CHECK_THAT(r.written.str(), Contains("verb=accept-removals") && Contains("uid 7 (pid 8)") &&
                                    Contains("line 3: no JSON") && Contains("outcome=done"));
}
