#include "check/quirks.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <string>

using namespace edgeconf::check;
using Catch::Contains;
using edgeconf::test::temp_folder;

namespace {

std::string refusal(const std::string& content) {
    const temp_folder folder;
    const auto file = folder.write("quirks.yaml", content);
    const auto found = read_quirks(file);
    REQUIRE_FALSE(found.has_value());
    const auto said = found.error().detail;
    REQUIRE(said.starts_with(file.string() + ":"));
    return said.substr(file.string().size() + 1);
}

} // namespace

TEST_CASE("quirks: each is a check and a reason") {
    const temp_folder folder;
    const auto found =
        read_quirks(folder.write("quirks.yaml", "quirks:\n"
                                                "  - check: load.process\n"
                                                "    reason: a runtime, and its threads\n"
                                                "  - {reason: 'it is so', check: elf.relro, crash: true}\n"));
    REQUIRE(found.has_value());
    CHECK(*found ==
          quirks{{"elf.relro", {"it is so", true}}, {"load.process", {"a runtime, and its threads", false}}});
}

TEST_CASE("quirks: none is a list, too") {
    const temp_folder folder;
    const auto found = read_quirks(folder.write("quirks.yaml", "quirks: []\n"));
    REQUIRE(found.has_value());
    CHECK(found->empty());
}

TEST_CASE("quirks: what is wrong is told with its line") {
    const auto [content, line, words] = GENERATE(table<std::string, std::string, std::string>({
        {"", "1:", "expected `quirks:`"},
        {"quirks:\n", "1:", "expected `quirks:`"},
        {"- load.process\n", "1:", "expected `quirks:`"},
        {"quirks: load.process\n", "1:", "expected `quirks:`"},
        {"quirks:\n  - load.process\n", "2:", "expected `check:`"},
        {"quirks:\n  - check: a.b\n    reason: so\n  - check: c.d\n", "4:", "expected `check:`"},
        {"quirks:\n  - check: a.b\n    reason: ''\n", "2:", "expected `check:`"},
        {"quirks:\n  - check: [a.b]\n    reason: so\n", "2:", "expected `check:`"},
        {"quirks:\n  - check: a.b\n    reason: so\n    until: 2030\n", "2:", "and nothing else"},
        {"quirks:\n  - check: a.b\n    reason: so\n    crash: often\n", "2:", "`crash: true` if need be"},
        {"quirks:\n  - check: a.b\n    reason: so\n  - check: a.b\n    reason: so\n", "4:", "declared twice"},
        {"quirks:\n  - check: a.b\n  reason: [\n", "3:", ""},
    }));
    INFO(content);
    const auto said = refusal(content);
    CHECK_THAT(said, Catch::StartsWith(line) && Contains(words));
}

TEST_CASE("quirks: a file that cannot be read is named") {
    const auto found = read_quirks("/nowhere/quirks.yaml");
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().detail == "/nowhere/quirks.yaml: cannot be read");
}
