#include "fleet/yaml_scalar.hpp"

#include "support/catch.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

TEST_CASE("yaml scalar: plain scalars mean what Kubernetes takes them for", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"yes", "true"},
        {"No", "false"},
        {"on", "true"},
        {"OFF", "false"},
        {"true", "true"},
        {"FALSE", "false"},
        {"y", "true"},
        {"n", "false"},
        {"~", "null"},
        {"null", "null"},
        {"", "null"},
        {"0", "0"},
        {"-7", "-7"},
        {"+7", "7"},
        {"0x10", "16"},
        {"010", "8"},
        {"0o10", "8"},
        {"0b101", "5"},
        {"1_000", "1000"},
        {"1.5", "1.5E0"},
        {"1e3", "1E3"},
        {"-.5", "-5E-1"},
        {"09", "9E0"},
        {"nope", "\"nope\""},
        {"1.2.3", "\"1.2.3\""},
        {"1m", "\"1m\""},
        {"-", "\"-\""},
        {"tRUE", "\"tRUE\""},
        {".", "\".\""},
        {"+", "\"+\""},
        {"1:30", "\"1:30\""},
        {"2021-09-22", "\"2021-09-22\""},
        {".inf", "\".inf\""},
        {"9223372036854775807", "9223372036854775807"},
        {"18446744073709551615", "18446744073709551615"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"--1", "\"--1\""},
        {"+-1", "\"+-1\""}};
    for (const auto& [plain, json] : table) {
        CAPTURE(plain);
        CHECK(boost::json::serialize(resolve_scalar(plain)) == json);
    }
}

TEST_CASE("yaml scalar: texts that would be read as something else do not stay strings", "[fleet][unit]") {
    for (const auto* text : {"yes",
                             "off",
                             "Y",
                             "n",
                             "null",
                             "~",
                             "",
                             "8080",
                             "0x1F",
                             "1e3",
                             "1_000",
                             "12:30:45",
                             "-1:30",
                             "+1",
                             ".5",
                             ".5_5",
                             "2021-09-22",
                             "2021-9-2",
                             "2021-09-22T08:35:25Z",
                             ".inf",
                             "-.INF",
                             "+.Inf",
                             ".nan",
                             "2024-02-29",
                             "2021-9-22t8:35:25.125+02:00",
                             "2021-09-22 8:35:25"}) {
        CAPTURE(text);
        CHECK_FALSE(stays_string(text));
    }
    for (const auto* text : {"web",
                             "yess",
                             "1.20-alpine",
                             "/dev/null",
                             "registry.example/web:1.4",
                             "x86",
                             "nullable",
                             "1.2.3",
                             "=",
                             "<<",
                             "2021-13-01",
                             "2023-02-29",
                             "2021-09-22 8:35",
                             "2021-09-22T08:35:25",
                             "2021-09-22 8:35:25Z",
                             "12:60",
                             "1:",
                             ".inF",
                             "._5",
                             "1e400"}) {
        CAPTURE(text);
        CHECK(stays_string(text));
    }
}
