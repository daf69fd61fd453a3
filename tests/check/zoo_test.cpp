// Every provider of tests/faulty-providers fails its one check and no other, and whoever is not at fault
// fails none.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <regex>
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
    {"bad_schema", "table.schema"},
    {"borrowed_symbol", "elf.undefined-symbols"},
    {"copied_request", "time-machine.newer-request"},
    {"endless_body", "completion.result"},
    {"exact_host", "time-machine.newer-host"},
    {"executable_stack", "elf.executable-stack"},
    {"exports_more", "elf.exports"},
    {"faultless", ""},
    {"hangs", "completion.once"},
    {"hangs_in_create", "life.starts"},
    {"hangs_in_stop", "life.stops"},
    {"hangs_in_validate", "options.accepted"},
    {"impure_validate", "options.pure"},
    {"large_result", ""},
    {"lazy_binding", "elf.bind-now"},
    {"leaves_traces", "load.process"},
    {"long_option", "options.hostile"},
    {"loose_extension", "table.extensions"},
    {"malformed_start", "life.starts"},
    {"minds_flags", "time-machine.flags"},
    {"missing_function", "table.complete"},
    {"never", "completion.once"},
    {"never_stops", "life.stops"},
    {"newer_library", "elf.floor"},
    {"no_entry", "load.opens"},
    {"no_id", "table.names"},
    {"no_library", "elf.file"},
    {"no_relro", "elf.relro"},
    {"null_result", "completion.result"},
    {"option_in_prose", "options.places"},
    {"other_table", "load.again"},
    {"past_host", "time-machine.older-host"},
    {"refuses", "load.entry"},
    {"refuses_options", "options.accepted"},
    {"refuses_silently", "load.entry"},
    {"relative_path", "elf.search-path"},
    {"reserved_member", "table.dispatch"},
    {"shared_options", "options.beside-instance"},
    {"short_table", "table.size"},
    {"slow_load", "load.quick"},
    {"stops_twice", "life.stops"},
    {"strict_create", "options.agrees"},
    {"tells_secret", "options.secrets"},
    {"text_relocation", "elf.text-relocations"},
    {"twice", "completion.once"},
    {"undefined_symbol", "elf.undefined-symbols"},
    {"unique_symbol", "elf.unique-symbols"},
    {"unknown_status", "completion.status"},
    {"unloadable", "elf.nodelete"},
    {"untold_error", "options.verdict"},
    {"wrong_minor", "table.minor"},
};

} // namespace

TEST_CASE("provider check: every faulty provider fails its one check") {
    const std::regex not_run{SKIPPED_CHECKS};
    for (const auto& r : zoo) {
        if (!r.check.empty() && std::regex_search(r.check, not_run)) continue;
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
