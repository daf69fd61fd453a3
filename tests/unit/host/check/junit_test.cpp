#include "check/catalogue.hpp"
#include "check/report.hpp"
#include "support/catch.hpp"

#include <boost/property_tree/xml_parser.hpp>

#include <sstream>
#include <string>
#include <vector>

using namespace edgeconf::check;
using boost::property_tree::ptree;

namespace {

checked result_of(std::string_view id, verdict what, outcome rest = {}) {
    const auto* c = find_check(id);
    REQUIRE(c != nullptr);
    rest.what = what;
    return {c, std::move(rest), std::chrono::milliseconds{1500}};
}

ptree parsed(const std::string& text) {
    std::istringstream in{text};
    ptree made;
    read_xml(in, made);
    return made.get_child("testsuites");
}

std::vector<ptree> children(const ptree& of, const std::string& name) {
    std::vector<ptree> all;
    for (const auto& [key, value] : of)
        if (key == name) all.push_back(value);
    return all;
}

} // namespace

TEST_CASE("junit: a testsuite a group, with counts that agree") {
    const std::vector<checked> all{
        result_of("load.opens", verdict::passed),
        result_of("load.entry", verdict::failed, {{}, {"one", "two"}, {"a note"}, {}}),
        result_of("table.size", verdict::blocked, {{}, {}, {}, "load.entry"}),
        result_of("table.complete", verdict::waived, {{}, {"a third"}, {}, "it is so"}),
        result_of("life.starts", verdict::skipped, {{}, {}, {}, "left out with --skip"}),
    };
    const auto suites = parsed(as_junit(all, "/opt/inventory.so", 42));
    CHECK(suites.get<std::string>("<xmlattr>.name") == "/opt/inventory.so");
    CHECK(suites.get<int>("<xmlattr>.tests") == 5);
    CHECK(suites.get<int>("<xmlattr>.failures") == 1);
    CHECK(suites.get<int>("<xmlattr>.skipped") == 3);
    CHECK(suites.get<std::string>("<xmlattr>.time") == "7.500");

    const auto groups = children(suites, "testsuite");
    REQUIRE(groups.size() == 3);
    std::size_t cases = 0;
    for (const auto& g : groups) {
        const auto in_it = children(g, "testcase");
        CHECK(g.get<std::size_t>("<xmlattr>.tests") == in_it.size());
        CHECK(g.get<std::string>("properties.property.<xmlattr>.name") == "seed");
        CHECK(g.get<int>("properties.property.<xmlattr>.value") == 42);
        for (const auto& c : in_it)
            CHECK(c.get<std::string>("<xmlattr>.classname") == g.get<std::string>("<xmlattr>.name"));
        cases += in_it.size();
    }
    CHECK(cases == all.size());

    const auto load = children(groups[0], "testcase");
    CHECK(load[0].count("failure") == 0);
    CHECK(load[1].get<std::string>("<xmlattr>.name") == "load.entry");
    CHECK(load[1].get<std::string>("failure") == "one\ntwo");
    CHECK(load[1].get<std::string>("failure.<xmlattr>.message") == find_check("load.entry")->what);
    CHECK(load[1].get<std::string>("system-out") == "a note");
    const auto table = children(groups[1], "testcase");
    CHECK(table[0].get<std::string>("skipped.<xmlattr>.message") == "not run: load.entry");
    CHECK(table[1].get<std::string>("skipped.<xmlattr>.message") == "waived: it is so");
    CHECK(table[1].get<std::string>("skipped") == "a third");
}

TEST_CASE("junit: whatever a provider has printed, it is XML") {
    const std::string hostile{"<&>\"']]>\x01\x1b[31m\x00 \xc3\xa9\n\ttwo", 23};
    const auto suites =
        parsed(as_junit({result_of("load.opens", verdict::failed, {{}, {hostile}, {hostile}, {}})},
                        "a <strange> & \"quoted\" name.so", 0));
    CHECK(suites.get<std::string>("<xmlattr>.name") == "a <strange> & \"quoted\" name.so");
    const auto failed = children(children(suites, "testsuite").at(0), "testcase").at(0);
    CHECK(failed.get<std::string>("failure") == "<&>\"']]>??[31m? \xc3\xa9\n\ttwo");
    const auto noncharacters =
        as_junit({result_of("load.opens", verdict::failed, {{}, {"\xef\xbf\xbe \xef\xbf\xbf"}, {}, {}})},
                 "name.so", 0);
    CHECK_THAT(noncharacters, Catch::Contains(">? ?</failure>"));
}
