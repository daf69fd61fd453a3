#include "check/prepared_options.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <vector>

using namespace edgeconf::check;
using Catch::Contains;
namespace json = boost::json;

namespace {

struct collected final : finding_sink {
    std::vector<std::string> faults;
    void fault(std::string_view text) override { faults.emplace_back(text); }
    void note(std::string_view) override {}
};

struct prepared {
    std::string text; // of what was given up: empty
    std::vector<std::string> faults;
};

prepared prepare(const std::string& options, const char* schema = nullptr) {
    subject about;
    about.options = options;
    about.folder = "/etc/vendor";
    collected sink;
    trial in{about, "/tmp/scratch", 1, sink};
    ecp_provider table{};
    table.config_schema = schema;
    prepared made;
    try {
        made.text = prepared_options(in, table);
    } catch (const given_up&) {
    }
    made.faults = std::move(sink.faults);
    return made;
}

} // namespace

TEST_CASE("prepared options: @scratch@ is the check's folder, in every text") {
    const auto made = prepare(
        R"({"file": "@scratch@/a.db", "all": ["@scratch@", {"url": "file://@scratch@/x?y=@scratch@"}],
            "@scratch@": 1, "like": "@ scratch @", "none": null})");
    CHECK(
        json::parse(made.text) ==
        json::parse(
            R"({"file": "/tmp/scratch/a.db", "all": ["/tmp/scratch", {"url": "file:///tmp/scratch/x?y=/tmp/scratch"}],
            "@scratch@": 1, "like": "@ scratch @", "none": null})"));
    CHECK(made.faults.empty());
}

TEST_CASE("prepared options: another folder is as good") {
    subject about;
    about.options = R"({"file": "@scratch@/a"})";
    collected sink;
    trial in{about, "/tmp/scratch", 1, sink};
    CHECK(prepared_options(in, {}, "/tmp/another") == R"({"file":"/tmp/another/a"})");
}

TEST_CASE("prepared options: faults of before are not the options'") {
    subject about;
    collected sink;
    trial in{about, "/tmp/scratch", 1, sink};
    in.fail("something else");
    CHECK(prepared_options(in, {}) == "{}");
    CHECK(sink.faults.size() == 1);
}

TEST_CASE("prepared options: a path begins where the options' file is") {
    constexpr const auto* schema =
        R"({"type": "object", "properties": {"file": {"type": "string", "format": "path"}}})";
    CHECK(prepare(R"({"file": "data/a.db"})", schema).text == R"({"file":"/etc/vendor/data/a.db"})");
    CHECK(prepare(R"({"file": "@scratch@/a.db"})", schema).text == R"({"file":"/tmp/scratch/a.db"})");
}

TEST_CASE("prepared options: those that do not fit the schema end the check, and it says where") {
    const auto made =
        prepare(R"({"port": "http"})", R"({"type": "object", "properties": {"port": {"type": "integer"}}})");
    CHECK(made.text.empty());
    REQUIRE(made.faults.size() == 2);
    CHECK_THAT(made.faults[0], Contains("do not fit the provider's schema") && Contains("/port"));
    CHECK_THAT(made.faults[1], Contains("--config"));
}

TEST_CASE("prepared options: the placeholder may be in any text") {
    CHECK(with_scratch("rm -rf @scratch@/a @scratch@", "/s") == "rm -rf /s/a /s");
    CHECK(with_scratch("@scratch@", "/a/@scratch@") == "/a/@scratch@"); // once, not for ever
    CHECK(with_scratch("nothing", "/s") == "nothing");
}
