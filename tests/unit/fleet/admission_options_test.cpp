#include "fleet/admission_options.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using Catch::Contains;
namespace json = boost::json;

namespace {

admission_settings read(const std::string& text, option_problems& problems) {
    const auto given = json::parse(text);
    option_reader from{given.get_object(), "", problems};
    return read_admission(from);
}

admission admission_of(const std::string& text) {
    option_problems problems;
    auto settings = read(text, problems);
    for (const auto& each : problems) FAIL_CHECK(each.pointer << " " << each.what);
    return admission{std::move(settings)};
}

option_problems problems_of(const std::string& text) {
    option_problems problems;
    read(text, problems);
    return problems;
}

std::string rules(const std::string& all) {
    return R"({"approval": "rules", "approval-rules": [)" + all + "]}";
}

const json::object nothing;

decision judge(const admission& by, std::string_view id, std::string_view ns = "plant-1",
               const json::object& hardware = nothing) {
    return by.judge({id, ns, hardware}, 0);
}

json::object with_serial(std::string_view serial) {
    return {{"system_vendor", json::object{{"serial_number", serial}}}};
}

} // namespace

TEST_CASE("admission_options: R7a nothing given means manual approval and every namespace", "[fleet][unit]") {
    for (const auto* text :
         {"{}", R"({"approval": null, "approval-rules": null, "allowed-namespaces": null})",
          R"({"approval": "manual"})"}) {
        CAPTURE(text);
        CHECK(judge(admission_of(text), "pump-7").is == verdict::wait);
    }
    CHECK(judge(admission_of(R"({"approval": "automatic"})"), "pump-7").is == verdict::admit);
}

TEST_CASE("admission_options: R3 allowed-namespaces", "[fleet][unit]") {
    const auto by =
        admission_of(R"({"approval": "automatic", "allowed-namespaces": ["plant-1", "plant-2"]})");
    CHECK(judge(by, "pump-7", "plant-2").is == verdict::admit);
    CHECK(judge(by, "pump-7", "plant-3").is == verdict::refuse);
}

TEST_CASE("admission_options: automatic-limit", "[fleet][unit]") {
    const auto by = admission_of(R"({"approval": "automatic", "automatic-limit": 5})");
    CHECK(by.judge({"pump-7", "plant-1", nothing}, 4).is == verdict::admit);
    CHECK(by.judge({"pump-7", "plant-1", nothing}, 5).is == verdict::wait);
}

TEST_CASE("admission_options: R5 a rule has conditions, an action and a set", "[fleet][unit]") {
    const auto by = admission_of(rules(R"(
        {"ids": ["Stolen-1"], "action": "deny"},
        {"namespaces": ["plant-1"], "hardware": {"cpu.architecture": ["aarch64", "x86_64"],
                                                 "system_vendor.manufacturer": "Acme"}, "set": "pumps"},
        {"serial-numbers": ["SN 1"], "action": "approve"})"));
    CHECK(judge(by, "stolen-1").is == verdict::refuse);
    const auto hardware =
        json::parse(R"({"cpu": {"architecture": "x86_64"}, "system_vendor": {"manufacturer": "ACME"}})");
    const auto pump = judge(by, "pump-7", "plant-1", hardware.get_object());
    CHECK(pump.is == verdict::admit);
    CHECK(pump.target_set == "pumps");
    CHECK_THAT(pump.reason, Contains("/approval-rules/1"));
    CHECK(judge(by, "pump-7", "plant-2", hardware.get_object()).is == verdict::wait);
    CHECK(judge(by, "pump-7", "plant-2", with_serial("sn1")).is == verdict::admit);
    CHECK(judge(by, "pump-7", "plant-2", with_serial("sn2")).is == verdict::wait);
}

TEST_CASE("admission_options: R5 ids and serial numbers come from files, too", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("ids", "# pumps\nPump-1\n\npump-2 # new\n");
    folder.write("serials", "SN 1\n");
    folder.write("empty", "# none yet\n");
    const auto path = [&](const char* name) { return "\"" + (folder.path() / name).string() + "\""; };
    const auto by = admission_of(rules(R"({"ids": ["pump-3"], "ids-file": )" + path("ids") + "}, " +
                                       R"({"serial-numbers-file": )" + path("serials") + "}, " +
                                       R"({"ids-file": )" + path("empty") + R"(, "action": "deny"})"));
    for (const auto* id : {"pump-1", "PUMP-2", "pump-3"}) CHECK(judge(by, id).is == verdict::admit);
    CHECK(judge(by, "pump-4").is == verdict::wait);
    CHECK(judge(by, "pump-4", "plant-1", with_serial("SN 1")).is == verdict::admit);
}

TEST_CASE("admission_options: an entry that does not fit is named with its file and line", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("ids", "pump-1\n# x\npump 2\n");
    folder.write("serials", "SN\n" + std::string(257, 'x') + "\n");
    const auto file = (folder.path() / "ids").string();
    const auto ids = problems_of(rules(R"({"ids-file": ")" + file + "\"}"));
    REQUIRE(ids.size() == 1);
    CHECK(ids[0].pointer == "/approval-rules/0/ids-file");
    CHECK_THAT(ids[0].what, Contains(file + ":3: ") && Contains("id"));
    const auto serials =
        problems_of(rules(R"({"serial-numbers-file": ")" + (folder.path() / "serials").string() + "\"}"));
    REQUIRE(serials.size() == 1);
    CHECK(serials[0].pointer == "/approval-rules/0/serial-numbers-file");
    CHECK_THAT(serials[0].what, Contains("serials:2: "));
    const auto missing = problems_of(rules(R"({"ids-file": "/nowhere/ids"})"));
    REQUIRE(missing.size() == 1);
    CHECK_THAT(missing[0].what, Contains("/nowhere/ids: cannot be read"));
}

TEST_CASE("admission_options: what does not fit is named by its pointer", "[fleet][unit]") {
    const std::vector<std::tuple<std::string, std::string, std::string>> table{
        {R"({"approval": "yes"})", "/approval", "manual, automatic, rules"},
        {R"({"approval": 1})", "/approval", "text"},
        {R"({"approval": "rules"})", "/approval-rules", "manual"},
        {R"({"approval": "rules", "approval-rules": []})", "/approval-rules", "manual"},
        {R"({"approval": "automatic", "approval-rules": [{"ids": ["a"]}]})", "/approval-rules",
         "approval: rules"},
        {R"({"allowed-namespaces": []})", "/allowed-namespaces", "leave it out"},
        {R"({"allowed-namespaces": ["Plant"]})", "/allowed-namespaces", "a-z"},
        {R"({"automatic-limit": -1})", "/automatic-limit", "whole number"},
        {rules("1"), "/approval-rules/0", "object"},
        {rules("{}"), "/approval-rules/0", "approval: automatic"},
        {rules(R"({"set": "a"})"), "/approval-rules/0", "no condition"},
        {rules(R"({"hardware": {}})"), "/approval-rules/0", "no condition"},
        {rules(R"({"hardware": []})"), "/approval-rules/0/hardware", "object"},
        {rules(R"({"hardware": {"cpu.count": "4"}})"), "/approval-rules/0/hardware/cpu.count", "hostname"},
        {rules(R"({"hardware": {"hostname": 4}})"), "/approval-rules/0/hardware/hostname", "text"},
        {rules(R"({"namespaces": ["-"]})"), "/approval-rules/0/namespaces", "a-z"},
        {rules(R"({"ids": ["a b"]})"), "/approval-rules/0/ids", "253"},
        {rules(R"({"ids": ["a", 7]})"), "/approval-rules/0/ids", "list of texts"},
        {rules(R"({"ids": ["a"], "ids-file": 7})"), "/approval-rules/0/ids-file", "text"},
        {rules(R"({"ids": ["a"]}, {"ids": ["a"], "action": "drop"})"), "/approval-rules/1/action",
         "approve, deny"},
        {rules(R"({"ids": ["a"], "set": "A"})"), "/approval-rules/0/set", "EdgeDeviceSet"},
        {rules(R"({"ids": ["a"], "set": "a", "action": "deny"})"), "/approval-rules/0/set", "deny"},
    };
    for (const auto& [text, pointer, what] : table) {
        CAPTURE(text);
        const auto problems = problems_of(text);
        REQUIRE_FALSE(problems.empty());
        CHECK(problems.front().pointer == pointer);
        CHECK_THAT(problems.front().what, Contains(what));
    }
}

TEST_CASE("admission_options: as many as 256 rules", "[fleet][unit]") {
    std::string all = R"({"ids": ["a"]})";
    for (int i = 1; i < 256; ++i) all += R"(, {"ids": ["a"]})";
    CHECK(problems_of(rules(all)).empty());
    const auto problems = problems_of(rules(all + R"(, {"ids": ["a"]})"));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].pointer == "/approval-rules");
}
