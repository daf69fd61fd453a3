// Our own providers pass everything that they can be asked.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using namespace edgeconf::test;

TEST_CASE("provider check: the memory provider passes") {
    const temp_folder folder;
    const auto options =
        folder.write("options.json", R"({"approval": "automatic", "allowed-namespaces": ["default"]})");
    const auto done = check_provider(MEMORY_PROVIDER, {"--config", options.string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
}

TEST_CASE("provider check: the file provider passes") {
    const temp_folder folder;
    const auto options = folder.write(
        "options.json",
        R"({"database": "@scratch@/edgeconf.db", "approval": "automatic", "allowed-namespaces": ["default"]})");
    const auto done = check_provider(FILE_PROVIDER, {"--config", options.string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
}
