// Every provider of tests/faulty-providers fails its one check and no other, and whoever is not at fault
// fails none.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/running_host.hpp"
#include "support/temp_folder.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace edgeconf::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_own_malloc = true; // whose memory the check cannot count
#else
constexpr bool has_own_malloc = false;
#endif

// Under ThreadSanitizer calls take so long that other checks meet some of these faults first. Whether the
// validator itself is clean there, the sound providers show.
#if defined(__SANITIZE_THREAD__)
constexpr bool is_too_slow = true;
#else
constexpr bool is_too_slow = false;
#endif

struct resident {
    std::string name;
    std::string check; // empty: nothing is wrong with it
    std::string device = "camera-1";
};

const std::vector<resident> zoo{
    {"administered", ""},
    {"admits_twins", "domain.case-twin"},
    {"admits_waiting", "domain.pending"},
    {"after_cancel", "completion.once"},
    {"answers_cancelled_twice", "deadline.cancel"},
    {"answers_for_first", "domain.configuration"},
    {"any_thread", ""},
    {"bad_metric", "logging.arguments"},
    {"bad_schema", "table.schema"},
    {"bad_text", "logging.text"},
    {"believes_namespace", "domain.namespace"},
    {"blocks_inline", "deadline.prompt"},
    {"borrowed_symbol", "elf.undefined-symbols"},
    {"breaks_lines", "resources.pages"},
    {"cancels_slowly", "deadline.prompt-cancel"},
    {"chatters", "logging.levels"},
    {"copied_request", "time-machine.newer-request"},
    {"crashes_unstarted", "life.destroy-unstarted"},
    {"cuts_texts", "fuzz.bodies"},
    {"endless_body", "completion.result"},
    {"endless_revision", "completion.result"},
    {"enrols_once", "domain.enrolment"},
    {"exact_host", "time-machine.newer-host"},
    {"executable_stack", "elf.executable-stack"},
    {"exports_for_ever", "resources.export"},
    {"exports_more", "elf.exports"},
    {"faultless", ""},
    {"floods_log", "logging.flood"},
    {"forged_tokens", "completion.once"},
    {"forgets_cancelled", "deadline.cancel"},
    {"forgets_expired", "deadline.expired"},
    {"forgets_imports", "resources.import"},
    {"forgets_when_reconfigured", "life.reconfigure"},
    {"garbled_refusal", "life.starts"},
    {"garbled_revision", "completion.text"},
    {"hangs", "completion.once"},
    {"hangs_in_create", "life.starts"},
    {"hangs_in_destroy", "life.stops"},
    {"hangs_in_stop", "life.stops"},
    {"hangs_in_validate", "options.accepted"},
    {"hangs_inline", "completion.once"},
    {"imports_halves", "resources.refused-import"},
    {"impure_validate", "options.pure"},
    {"incomplete", "", "good"},
    {"incomplete", "domain.configuration", "another-device"},
    {"incomplete", "domain.configuration", "no-workloads"},
    {"incomplete", "domain.configuration", "null-profile"},
    {"incomplete", "domain.playbooks", "half-playbook"},
    {"incomplete", "domain.playbooks", "null-playbook"},
    {"incomplete", "domain.registration", "bad-namespace"},
    {"incomplete", "domain.registration", "no-namespace"},
    {"large_result", ""},
    {"late", "completion.once"},
    {"lazy_binding", "elf.bind-now"},
    {"leaks_descriptors", "shutdown.grows-not"},
    {"leaks_memory", "shutdown.grows-not"},
    {"leaves_a_thread", "shutdown.threads"},
    {"leaves_traces", "load.process"},
    {"long_option", "options.hostile"},
    {"loose_extension", "table.extensions"},
    {"loses_devices_when_refusing", "life.refused-reconfigure"},
    {"loses_large_bodies", "domain.large-bodies"},
    {"loses_open_when_reconfigured", "fuzz.schedule"},
    {"loses_under_load", "concurrency.above"},
    {"malformed_start", "life.starts"},
    {"many_parts", "completion.result"},
    {"minds_flags", "time-machine.flags"},
    {"missing_function", "table.complete"},
    {"mixes_devices", "concurrency.parallel"},
    {"needs_deadline", "deadline.none"},
    {"never", "completion.once"},
    {"never_starts", "life.starts"},
    {"never_stops", "life.stops"},
    {"newer_library", "elf.floor"},
    {"no_entry", "load.opens"},
    {"no_id", "table.names"},
    {"no_library", "elf.file"},
    {"no_relro", "elf.relro"},
    {"null_parts", "completion.result"},
    {"null_result", "completion.result"},
    {"obeys_any_verb", "resources.verbs"},
    {"option_in_prose", "options.places"},
    {"other_table", "load.again"},
    {"past_host", "time-machine.older-host"},
    {"prints", "logging.streams"},
    {"reads_late", "completion.memory"},
    {"recovers", "completion.status"},
    {"refuses", "load.entry"},
    {"refuses_options", "options.accepted"},
    {"refuses_removals_silently", "resources.accept-removals"},
    {"refuses_repeats", "domain.heartbeat"},
    {"refuses_silently", "load.entry"},
    {"relative_path", "elf.search-path"},
    {"remembers_few_cancels", "deadline.storm"},
    {"remembers_first", "domain.order"},
    {"removes_forgotten", "domain.unregistered"},
    {"removes_unknown", "domain.unknown"},
    {"reserved_member", "table.dispatch"},
    {"restless", "domain.stable"},
    {"runs_out", "life.again"},
    {"sees_late", "domain.own-writes"},
    {"serves_a_fleet", ""},
    {"shared_options", "options.beside-instance"},
    {"shares_state", "life.twice"},
    {"short_ids", "domain.ids"},
    {"short_table", "table.size"},
    {"sinks_in_depth", "fuzz.bodies"},
    {"slow_load", "load.quick"},
    {"small_result", "completion.result"},
    {"speaks_after_stop", "shutdown.silent"},
    {"starts_when_cancelled", "life.starts"},
    {"stops_twice", "life.stops"},
    {"stops_with_open", "shutdown.open"},
    {"strict_create", "options.agrees"},
    {"takes_any_upload", "resources.uploads"},
    {"tells_secret", "options.secrets"},
    {"text_relocation", "elf.text-relocations"},
    {"twice", "completion.once"},
    {"undefined_symbol", "elf.undefined-symbols"},
    {"unique_symbol", "elf.unique-symbols"},
    {"unknown_status", "completion.status"},
    {"unloadable", "elf.nodelete"},
    {"untold_error", "options.verdict"},
    {"vanishes_when_written", "concurrency.one-device"},
    {"worker", ""},
    {"wrong_minor", "table.minor"},
    {"wrong_success", "completion.status"},
};

// Those with a back end, which a file takes away.
const std::vector<resident> with_back_end{
    {"back_end", ""},
    {"fails_without_back_end", "life.back-end-down"},
    {"forgets_without_back_end", "life.back-end-forgets-nobody"},
    {"stops_with_back_end", "shutdown.back-end-away"},
    {"unaware_of_outages", "logging.health"},
    {"waits_for_back_end", "deadline.back-end-away"},
};

void expect_one_fault(const resident& r, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--device", r.device, "--patience", "0.5"});
    const auto expected = r.check.empty() ? std::vector<std::string>{} : std::vector{r.check};
    auto done = check_provider(faulty_provider_file(r.name), arguments);
    // Half a second passes in vain where a machine has other things to do: then another check meets the fault
    // first. What is found a second time counts.
    if (ids_after(done.output, "FAILED") != expected)
        done = check_provider(faulty_provider_file(r.name), arguments);
    INFO(done.output << done.errors);
    CHECK(ids_after(done.output, "FAILED") == expected);
    CHECK(done.exit_code == (r.check.empty() ? 0 : 1));
}

} // namespace

TEST_CASE("provider check: every faulty provider fails its one check") {
    if (is_too_slow) return;
    const std::regex not_run{SKIPPED_CHECKS};
    for (const auto& r : zoo) {
        if (!r.check.empty() && std::regex_search(r.check, not_run)) continue;
        if (has_own_malloc && r.name == "leaks_memory") continue;
        DYNAMIC_SECTION(r.name << " with " << r.device) { expect_one_fault(r, {}); }
    }
}

TEST_CASE("provider check: every provider that goes wrong without its back end fails its one check") {
    if (is_too_slow) return;
    const temp_folder folder;
    const auto options = folder.write("options.json", R"({"away": "@scratch@/away"})");
    for (const auto& r : with_back_end) DYNAMIC_SECTION(r.name) {
            expect_one_fault(r, {"--config", options.string(), "--break", "touch @scratch@/away", "--mend",
                                 "rm -f @scratch@/away"});
        }
}

TEST_CASE("provider check: for every check there is a provider that fails it") {
    std::set<std::string> failed;
    for (const auto& all : {zoo, with_back_end})
        for (const auto& r : all) failed.insert(r.check);
    std::vector<std::string> without;
    std::istringstream lines{run({PROVIDER_CHECK, "--list"}).output};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("    ")) continue; // a group's
        std::istringstream words{line};
        std::string id;
        words >> id;
        if (failed.count(id) == 0) without.push_back(id);
    }
    CHECK(without == std::vector<std::string>{});
}
