#include "check/report.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace edgeconf::check {
namespace {

using boost::property_tree::ptree;

// XML 1.0 has no way to write the other control characters, nor U+FFFE and U+FFFF.
std::string as_xml_text(std::string_view text) {
    std::string made{text};
    std::replace_if(
        made.begin(), made.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; }, '?');
    for (const std::string_view unwritable : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
        boost::algorithm::replace_all(made, unwritable, "?");
    return made;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string made;
    for (const auto& line : lines) made += (made.empty() ? "" : "\n") + line;
    return as_xml_text(made);
}

std::string seconds(std::chrono::milliseconds t) {
    return fmt::format("{:.3f}", static_cast<double>(t.count()) / 1000);
}

ptree case_of(const checked& c) {
    ptree made;
    made.put("<xmlattr>.classname", std::string{c.what->id.substr(0, c.what->id.find('.'))});
    made.put("<xmlattr>.name", std::string{c.what->id});
    made.put("<xmlattr>.time", seconds(c.took));
    if (c.result.what == verdict::failed) {
        auto& failure = made.add("failure", joined(c.result.faults));
        failure.put("<xmlattr>.message", as_xml_text(c.what->what));
        failure.put("<xmlattr>.type", std::string{c.what->where});
    } else if (c.result.what != verdict::passed) {
        made.add("skipped", joined(c.result.faults)) // a waived one has some
            .put("<xmlattr>.message",
                 as_xml_text(fmt::format("{}: {}", name(c.result.what), c.result.reason)));
    }
    if (!c.result.notes.empty()) made.add("system-out", joined(c.result.notes));
    return made;
}

struct tally {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t skipped = 0;
    std::chrono::milliseconds took{0};

    void add(const checked& c) {
        ++tests;
        if (c.result.what == verdict::failed)
            ++failures;
        else if (c.result.what != verdict::passed)
            ++skipped;
        took += c.took;
    }
    void write(ptree& to) const {
        to.put("<xmlattr>.tests", tests);
        to.put("<xmlattr>.failures", failures);
        to.put("<xmlattr>.skipped", skipped);
        to.put("<xmlattr>.time", seconds(took));
    }
};

} // namespace

std::string as_junit(const std::vector<checked>& all, std::string_view provider, std::uint64_t seed) {
    ptree suites;
    tally whole;
    suites.put("<xmlattr>.name", as_xml_text(provider));
    for (const auto& g : catalogue()) {
        ptree suite;
        tally part;
        suite.put("<xmlattr>.name", std::string{g.name});
        ptree& property = suite.add("properties.property", "");
        property.put("<xmlattr>.name", "seed");
        property.put("<xmlattr>.value", seed);
        for (const auto& c : all) {
            if (c.what->id.substr(0, c.what->id.find('.')) != g.name) continue;
            suite.add_child("testcase", case_of(c));
            part.add(c);
            whole.add(c);
        }
        if (part.tests == 0) continue;
        part.write(suite);
        suites.add_child("testsuite", suite);
    }
    whole.write(suites);
    ptree document;
    document.add_child("testsuites", suites);
    std::ostringstream text;
    write_xml(text, document, boost::property_tree::xml_writer_make_settings<std::string>(' ', 2));
    return text.str();
}

} // namespace edgeconf::check
