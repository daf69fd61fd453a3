#include "support/catch.hpp"

#include "observe/log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <regex>
#include <sstream>
#include <thread>
#include <vector>

using namespace edgeconf::observe;
using Catch::Contains;
namespace json = boost::json;

namespace {

std::vector<std::string> lines_of(const std::ostringstream& written) {
    std::vector<std::string> lines;
    std::istringstream in{written.str()};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The one line that `write` makes.
template <class Write>
std::string line_of(log_format format, Write&& write) {
    std::ostringstream out;
    logger log{level::trace, format, out};
    write(log);
    const auto lines = lines_of(out);
    REQUIRE(lines.size() == 1);
    CHECK(out.str().back() == '\n');
    return lines.front();
}

json::object json_of(const std::string& line) { return json::parse(line).as_object(); }

const std::string hostile = "a\nb\r\tc\"d\\e\x01\x1b[31m\x7f end";

} // namespace

TEST_CASE("log: a line of text has time, level, message and fields", "[observe][log]") {
    const auto line = line_of(log_format::text, [](logger& log) {
        log.info("listening",
                 {{"address", "127.0.0.1:80"}, {"note", "two words"}, {"empty", ""}, {"eq", "a=b"}});
    });
    CHECK(std::regex_match(line, std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info +listening .*)"}));
    CHECK_THAT(line, Contains(R"( address=127.0.0.1:80 note="two words" empty="" eq="a=b")"));
}

TEST_CASE("log: a line of JSON is one object with the same facts", "[observe][log]") {
    const auto line = line_of(log_format::json, [](logger& log) {
        log.warn("slow", {{"operation", "enrol"}, {"ms", "900"}});
    });
    const auto read = json_of(line);
    CHECK(read.at("level").as_string() == "warn");
    CHECK(read.at("message").as_string() == "slow");
    CHECK(read.at("operation").as_string() == "enrol");
    CHECK(read.at("ms").as_string() == "900");
    CHECK(std::regex_match(std::string{read.at("time").as_string()},
                           std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"}));
    CHECK(read.begin()->key() == "time");
}

TEST_CASE("log: one event is one line, whatever its message and fields hold", "[observe][log]") {
    const auto format = GENERATE(log_format::text, log_format::json);
    const auto line = line_of(format, [](logger& log) { log.error(hostile, {{"from", hostile}}); });
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
    CHECK(line.find('\x7f') == std::string::npos);
}

// A provider names the fields of its own lines.
TEST_CASE("log: the name of a field cannot break the line either", "[observe][log]") {
    const auto format = GENERATE(log_format::text, log_format::json);
    const auto line = line_of(format, [](logger& log) {
        log.info("m", {{"a\n2026-01-01T00:00:00.000Z error forged", "v"}, {"b c=\"d", "v"}, {"", "v"}});
    });
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
    if (format == log_format::text) CHECK_THAT(line, !Contains("error forged"));
}

TEST_CASE("log: hostile text survives JSON unchanged", "[observe][log]") {
    const auto line = line_of(log_format::json, [](logger& log) { log.error(hostile, {{"from", hostile}}); });
    const auto read = json_of(line);
    CHECK(read.at("message").as_string() == hostile);
    CHECK(read.at("from").as_string() == hostile);
}

TEST_CASE("log: JSON stays JSON with text that is not UTF-8", "[observe][log]") {
    const auto bad =
        GENERATE(as<std::string>{}, "\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80x");
    const auto line = line_of(log_format::json, [&](logger& log) { log.info(bad, {{"v", bad}}); });
    boost::system::error_code ec;
    const auto read = json::parse(line, ec);
    REQUIRE_FALSE(ec);
    CHECK_THAT(std::string{read.at("v").as_string()}, Contains("\xef\xbf\xbd"));
}

TEST_CASE("log: text that is UTF-8 stays as it is", "[observe][log]") {
    const std::string good = "Gr\xc3\xbc\xc3\x9f"
                             "e \xe2\x82\xac \xf0\x9f\x98\x80";
    const auto line = line_of(log_format::json, [&](logger& log) { log.info(good, {{"v", good}}); });
    CHECK(json_of(line).at("v").as_string() == good);
    CHECK_THAT(line_of(log_format::text, [&](logger& log) { log.info("m", {{"v", good}}); }), Contains(good));
}

TEST_CASE("log: a field cannot take the place of the host's own facts", "[observe][log]") {
    const auto line = line_of(log_format::json, [](logger& log) {
        log.error("real", {{"provider", "memory"},
                           {"message", "fake"},
                           {"level", "debug"},
                           {"time", "never"},
                           {"provider", "other"}});
    });
    const auto read = json_of(line);
    CHECK(read.at("message").as_string() == "real");
    CHECK(read.at("level").as_string() == "error");
    CHECK(read.at("provider").as_string() == "memory");
    CHECK(read.at("time").as_string() != "never");
    CHECK(read.size() == 8); // nothing is lost either
}

TEST_CASE("log: format signs in a message are only text", "[observe][log]") {
    const auto format = GENERATE(log_format::text, log_format::json);
    const auto line = line_of(format, [](logger& log) { log.info("100% {} %v {0}", {{"k", "%n{}"}}); });
    CHECK_THAT(line, Contains("100% {} %v {0}") && Contains("%n{}"));
}

TEST_CASE("log: lines below the level are not written", "[observe][log]") {
    std::ostringstream out;
    logger log{level::warn, log_format::text, out};
    CHECK_FALSE(log.enabled(level::info));
    CHECK(log.enabled(level::warn));
    log.debug("one");
    log.info("two");
    log.warn("three");
    log.error("four");
    const auto lines = lines_of(out);
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[0], Contains("three"));
    CHECK_THAT(lines[1], Contains("four"));
}

TEST_CASE("log: the level can be changed while it runs", "[observe][log]") {
    std::ostringstream out;
    logger log{level::error, log_format::text, out};
    log.info("one");
    log.set_level(level::trace);
    CHECK(log.enabled(level::trace));
    log.info("two");
    log.set_level(level::error);
    log.info("three");
    const auto lines = lines_of(out);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Contains("two"));
}

TEST_CASE("log: both formats call a level by the word that the configuration has", "[observe][log]") {
    const auto [l, word] = GENERATE(table<level, std::string>({{level::trace, "trace"},
                                                               {level::debug, "debug"},
                                                               {level::info, "info"},
                                                               {level::warn, "warn"},
                                                               {level::error, "error"}}));
    const auto write = [l = l](logger& log) { log.write(l, "m", {}); };
    CHECK(json_of(line_of(log_format::json, write)).at("level").as_string() == word);
    CHECK_THAT(line_of(log_format::text, write), Contains("Z " + word + " "));
}

TEST_CASE("log: threads do not tear each other's lines", "[observe][log]") {
    std::ostringstream out;
    logger log{level::info, log_format::json, out};
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t)
        writers.emplace_back([&log] {
            for (int i = 0; i < 100; ++i) log.info("line", {{"i", std::to_string(i)}});
        });
    for (auto& writer : writers) writer.join();
    const auto lines = lines_of(out);
    REQUIRE(lines.size() == 400);
    for (const auto& line : lines) CHECK(json_of(line).at("message").as_string() == "line");
}
