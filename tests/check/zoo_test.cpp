// Every provider of tests/faulty-providers fails its one check and no other, and whoever is not at fault
// fails none.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <map>
#include <string>
#include <vector>

using namespace edgeconf::test;

namespace {

struct resident {
    std::string name;
    std::string check; // empty: nothing is wrong with it
    std::string device = "camera-1";
};

const std::vector<resident> zoo{
    {"any_thread", ""},
    {"endless_body", "completion.result"},
    {"hangs", "completion.once"},
    {"hangs_in_create", "life.starts"},
    {"hangs_in_stop", "life.stops"},
    {"large_result", ""},
    {"malformed_start", "life.starts"},
    {"never", "completion.once"},
    {"never_stops", "life.stops"},
    {"null_result", "completion.result"},
    {"short_table", "table.size"},
    {"stops_twice", "life.stops"},
    {"twice", "completion.once"},
    {"undefined_symbol", "load.opens"},
    {"unknown_status", "completion.status"},
};

} // namespace

TEST_CASE("provider check: every faulty provider fails its one check") {
    for (const auto& r : zoo) {
        DYNAMIC_SECTION(r.name) {
            const auto done =
                check_provider(faulty_provider_file(r.name), {"--device", r.device, "--patience", "0.5"});
            INFO(done.output << done.errors);
            const auto expected = r.check.empty() ? std::vector<std::string>{} : std::vector{r.check};
            CHECK(ids_after(done.output, "FAILED") == expected);
            CHECK(done.exit_code == (r.check.empty() ? 0 : 1));
        }
    }
}
