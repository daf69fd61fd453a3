// What a vendor reads, and what a vendor's scripts rely on.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/running_host.hpp"
#include "support/temp_folder.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

using namespace edgeconf::test;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

// Of the report, from "FAILED id" to the empty line behind it.
std::string told_of(const std::string& report, const std::string& id) {
    const auto from = report.find("\nFAILED " + id + "\n");
    if (from == std::string::npos) return {};
    return report.substr(from + 1, report.find("\n\n", from + 1) - from);
}

std::string after(const std::string& text, const std::string& label) {
    std::smatch found;
    return std::regex_search(text, found, std::regex{"\n +" + label + " +(.*)"}) ? found.str(1) : "";
}

// The last line's figures.
struct sum_of {
    int passed = 0;
    int failed = 0;
    int all = 0;
};
sum_of sum_in(const std::string& report) {
    std::smatch found;
    const std::regex line{
        "\n(\\d+) passed, (\\d+) failed, (\\d+) not run, (\\d+) waived, (\\d+) not checked\n$"};
    sum_of made;
    if (!std::regex_search(report, found, line)) return made;
    made.passed = std::stoi(found.str(1));
    made.failed = std::stoi(found.str(2));
    for (std::size_t i = 1; i < found.size(); ++i) made.all += std::stoi(found.str(i));
    return made;
}

finished check_with(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PROVIDER_CHECK);
    return run(std::move(arguments));
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

const std::string faulty = faulty_provider_file("short_ids").string();

} // namespace

TEST_CASE("provider check: a fault is told with what was due, why it matters, where to read, and how to "
          "repeat it") {
    const auto done = check_provider(faulty, {"--patience", "0.5", "--seed", "11"});
    CHECK(done.exit_code == 1);
    CHECK_THAT(done.output, StartsWith(faulty + ", seed 11\n"));
    const auto told = told_of(done.output, "domain.ids");
    CHECK_THAT(told, Contains("    - get_configuration of check-") &&
                         Contains("/device_id does not name this device"));
    CHECK_THAT(after(told, "due"), StartsWith("Every id within the rules"));
    CHECK_THAT(after(told, "why"), Contains("another one's workloads and secrets"));
    CHECK_THAT(after(told, "see"), Contains("ecp/provider.h"));
    CHECK_THAT(done.output, Contains("\nnot checked:\n") && Contains(" 1 failed, 0 not run, "));

    // As a shell runs it, it fails in the same way.
    auto again = after(told, "again");
    REQUIRE_THAT(again, StartsWith("edgeconf-provider-check '") && EndsWith("--only '^domain\\.ids$'"));
    again.replace(0, std::string{"edgeconf-provider-check"}.size(), PROVIDER_CHECK);
    const auto repeated = run({"/bin/sh", "-c", again});
    CHECK(repeated.exit_code == 1);
    CHECK(told_of(repeated.output, "domain.ids") == told);
}

TEST_CASE("provider check: a fault of what is printed can be repeated alone") {
    const auto done = check_provider(faulty_provider_file("prints"), {"--only", "^logging\\.streams$"});
    CHECK(done.exit_code == 1);
    CHECK_THAT(told_of(done.output, "logging.streams"), Contains("\"a heartbeat of "));
}

TEST_CASE("provider check: what needs a failed check is listed with it, not told as faults") {
    const auto done = check_provider(faulty_provider_file("never_stops"), {"--patience", "0.5"});
    CHECK(done.exit_code == 1);
    CHECK(ids_after(done.output, "FAILED") == std::vector<std::string>{"life.stops"});
    CHECK(std::regex_search(done.output, std::regex{"\n\\d+ checks need life\\.stops; -v lists them\n"}));
    CHECK_THAT(done.output, !Contains("completion.once"));

    const auto told = check_provider(faulty_provider_file("never_stops"), {"--patience", "0.5", "-v"}).output;
    const auto listed = told.substr(told.find("\nnot run, because this has failed:\n"));
    CHECK(std::regex_search(listed, std::regex{"\n +completion\\.once +life\\.stops\n"}));
}

TEST_CASE("provider check: a quirk waives a failure, and only that") {
    const temp_folder folder;
    const auto quirks =
        folder.write("quirks.yaml", "quirks:\n  - {check: domain.ids, reason: ids are short here}\n");
    const auto done = check_provider(faulty, {"--quirks", quirks.string(), "--patience", "0.5"});
    INFO(done.output);
    CHECK(done.exit_code == 0);
    CHECK(ids_after(done.output, "waived") == std::vector<std::string>{"domain.ids"});
    CHECK(std::regex_search(
        done.output, std::regex{"failed as its vendor declares:\n +domain\\.ids +ids are short here\n +- "
                                "get_configuration of "}));
}

TEST_CASE("provider check: it ends with 0 where all that was found is waived") {
    const temp_folder folder;
    const auto quirks = folder.write(
        "quirks.yaml", "quirks:\n  - {check: elf.file, reason: it is no library, crash: true}\n");
    const auto done = check_with(
        {faulty_provider_file("no_library").string(), "--quirks", quirks.string(), "--only", "^elf\\.file$"});
    INFO(done.output);
    CHECK(done.exit_code == 0);
    CHECK_THAT(done.output, EndsWith("\n0 passed, 0 failed, 0 not run, 1 waived, 0 not checked\n"));
}

TEST_CASE("provider check: results as JUnit XML say what the report says") {
    const temp_folder folder;
    const auto file = folder.path() / "results.xml";
    const auto done = check_provider(faulty, {"--junit", file.string(), "--patience", "0.5"});
    CHECK(done.exit_code == 1);
    boost::property_tree::ptree document;
    read_xml(file.string(), document);
    const auto& suites = document.get_child("testsuites");
    CHECK(suites.get<std::string>("<xmlattr>.name") == faulty);
    const auto sum = sum_in(done.output);
    CHECK(sum.failed == 1);
    CHECK(suites.get<int>("<xmlattr>.failures") == sum.failed);
    CHECK(suites.get<int>("<xmlattr>.tests") == sum.all);
    CHECK(suites.get<int>("<xmlattr>.skipped") == sum.all - sum.failed - sum.passed);
}

TEST_CASE("provider check: it ends with 2 where it cannot find out, and says why") {
    const temp_folder folder;
    const auto file = [&](const std::string& content) { return folder.write("file", content).string(); };
    const auto refused = [](const finished& done) {
        CHECK(done.exit_code == 2);
        CHECK(ids_after(done.output, "FAILED").empty());
        return done.output + done.errors;
    };
    CHECK_THAT(refused(check_with({})), Contains("name the provider's shared library"));
    CHECK_THAT(refused(check_with({"/nowhere.so"})), Contains("/nowhere.so"));
    CHECK_THAT(refused(check_with({faulty, "--sed", "1"})), Contains("--sed"));
    CHECK_THAT(refused(check_with({faulty, "--only", "no-such-check"})), Contains("no check matches --only"));
    CHECK_THAT(refused(check_with({faulty, "--only", "("})), Contains("regular expressions"));
    CHECK_THAT(refused(check_with({faulty, "--config", "/nowhere.json"})), Contains("/nowhere.json"));
    CHECK_THAT(refused(check_with({faulty, "--config", file("{\n\"a\": 1,\n\"b\" 2}\n")})),
               Contains((folder.path() / "file").string() + ":3: is no JSON"));
    CHECK_THAT(refused(check_with({faulty, "--config", file("{\"a\":")})), Contains("/file:1: is no JSON"));
    CHECK_THAT(refused(check_with({faulty, "--config", file("[]")})), Contains("are one JSON object"));
    CHECK_THAT(refused(check_with({faulty, "--config", file("{}\n \n{}\n")})),
               Contains("/file:3: something follows the options"));
    for (const auto* seconds : {"0", "0.001", "3601", "inf", "nan"})
        CHECK_THAT(refused(check_with({faulty, "--patience", seconds})), Contains("--patience"));
    CHECK_THAT(refused(check_with({faulty, "--break", "true"})), Contains("--break requires --mend"));
    CHECK_THAT(refused(check_with({faulty, "--mend", "true"})), Contains("--mend requires --break"));
    CHECK_THAT(refused(check_with({faulty, "--quirks", file("quirks:\n  - check: a.b\n")})),
               Contains("/file:2: expected"));
    CHECK_THAT(
        refused(check_with({faulty, "--quirks", file("quirks:\n  - {check: domain.idz, reason: so}\n")})),
        Contains("there is no check domain.idz; --list prints all"));
    CHECK_THAT(refused(check_with({faulty, "--only", "^load", "--junit", "/nowhere/results.xml"})),
               Contains("/nowhere/results.xml: cannot be written"));
}

TEST_CASE("provider check: with nothing checked it does not say that all is well") {
    const auto done = check_with({faulty, "--only", "^load\\.opens$", "--skip", "."});
    CHECK(done.exit_code == 2);
    CHECK_THAT(done.output, Contains("0 passed, 0 failed"));
    CHECK_THAT(done.errors, Contains("nothing was checked"));
}

TEST_CASE("provider check: a device's option takes one value, and what comes next is the provider") {
    const auto done = check_with({"--device", "camera-1", faulty, "--only", "^load\\.opens$"});
    CHECK(done.exit_code == 0);
    CHECK_THAT(done.output, StartsWith(faulty + ", seed "));
}

TEST_CASE("provider check: help, version and the list of checks are no runs") {
    for (const auto* option : {"--help", "--version", "--list"}) {
        INFO(option);
        const auto done = check_with({option});
        CHECK(done.exit_code == 0);
        CHECK_FALSE(done.output.empty());
        CHECK(done.errors.empty());
    }
    CHECK_THAT(check_with({"--list"}).output, Contains("\n    domain.ids "));
}

TEST_CASE("provider check: a signal ends it in order, with what was found until then") {
    const auto number = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGQUIT);
    INFO(number);
    const temp_folder folder;
    const auto results = folder.path() / "results.xml";
    const auto mended = folder.path() / "mended";
    const auto scratches = folder.path() / "tmp";
    std::filesystem::create_directory(scratches);
    const auto begun = folder.path() / "begun";
    std::signal(number, SIG_DFL); // whatever this test was started with
    // Its first check with a back end hangs, in a command that the vendor has given.
    process checking{{PROVIDER_CHECK, faulty_provider_file("back_end").string(), "--only",
                      "^life\\.(stops|back-end-down)$", "--junit", results.string(), "--break",
                      "echo $$ > " + begun.string() + ".new; mv " + begun.string() + ".new " +
                          begun.string() + "; sleep 1000; true",
                      "--mend", "test -d @scratch@ && touch " + mended.string()},
                     {{"TMPDIR", scratches.string()}}};
    REQUIRE(eventually([&] { return std::filesystem::exists(begun); }));
    checking.signal(number);
    const auto done = checking.wait();
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 2);
    CHECK_THAT(done.errors, Contains("came: not all checks were run"));
    CHECK(sum_in(done.output).passed > 0);
    CHECK(sum_in(done.output).failed == 0);
    CHECK(std::filesystem::exists(mended));
    CHECK(std::filesystem::is_empty(scratches));
    auto hanging = read_text(begun);
    hanging.resize(hanging.find_last_not_of('\n') + 1);
    REQUIRE_FALSE(hanging.empty());
    CHECK(eventually([&] { return read_text("/proc/" + hanging + "/cmdline").empty(); })); // gone, or dead
    boost::property_tree::ptree document;
    read_xml(results.string(), document);
    CHECK(document.get<int>("testsuites.<xmlattr>.tests") == sum_in(done.output).all);
}

TEST_CASE("provider check: without a reader of its report it ends in order") {
    const temp_folder folder;
    const auto results = folder.path() / "results.xml";
    const auto script = folder.write("script", R"(cd "$1"; mkfifo gone
{ "$2" "$3" -v --only '^life.back-end-down$' --junit results.xml --break 'touch away; : > gone' \
      --mend 'rm away; touch mended' 2> errors; echo $? > code; } | { head -1; : < gone; })");
    const auto done = run({"/bin/sh", script.string(), folder.path().string(), PROVIDER_CHECK,
                           faulty_provider_file("back_end").string()});
    CHECK(done.exit_code == 0); // head's and the pipe's
    CHECK(read_text(folder.path() / "code") == "2\n");
    CHECK_THAT(read_text(folder.path() / "errors"), Contains("the report cannot be written"));
    CHECK(std::filesystem::exists(folder.path() / "mended"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "away"));
    boost::property_tree::ptree document;
    read_xml(results.string(), document);
    CHECK(document.get<int>("testsuites.<xmlattr>.tests") > 0);
}

TEST_CASE("provider check: in one process, too, its end brings the back end back") {
    const auto* signal = GENERATE("INT", "TERM", "KILL");
    INFO(signal);
    const temp_folder folder;
    const auto away = (folder.path() / "away").string();
    const auto mended = folder.path() / "mended";
    const auto done =
        check_with({faulty_provider_file("back_end").string(), "--in-process", "--only",
                    "^life\\.back-end-down$", "--break", "touch " + away + "; kill -" + signal + " $PPID",
                    "--mend", "rm " + away + " && touch " + mended.string()});
    CHECK(done.exit_code > 128);
    CHECK(eventually([&] { return std::filesystem::exists(mended); }));
    CHECK_FALSE(std::filesystem::exists(away));
}

TEST_CASE("provider check: a server that is started to bring the back end back stays") {
    const temp_folder folder;
    const auto options = folder.write("options.json", R"({"away": "@scratch@/away"})");
    const auto server = folder.path() / "server";
    const auto done =
        check_with({faulty_provider_file("back_end").string(), "--config", options.string(), "--only",
                    "^life\\.back-end-down$", "--break", "touch @scratch@/away", "--mend",
                    "rm @scratch@/away; tail -f /dev/null & echo $! > " + server.string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    auto number = read_text(server);
    number.resize(number.find_last_not_of('\n') + 1);
    REQUIRE_FALSE(number.empty());
    CHECK_FALSE(read_text("/proc/" + number + "/cmdline").empty()); // a zombie has none
    CHECK(::kill(std::stoi(number), SIGKILL) == 0);
}

#ifndef __SANITIZE_THREAD__ // the provider forgets the watcher of its first instance, and that is told first
TEST_CASE("provider check: whoever ignores how children end learns what was found") {
    const auto done = run({"/bin/sh", "-c",
                           std::string{"trap '' CHLD; exec "} + PROVIDER_CHECK + " --in-process --only " +
                               "'^life.back-end-down$' --patience 0.5 --break true --mend true " +
                               faulty_provider_file("back_end").string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 1); // nothing was taken away
    CHECK(ids_after(done.output, "FAILED") == std::vector<std::string>{"life.back-end-down"});
}
#endif

TEST_CASE("provider check: a report that is full is no success") {
    const auto done =
        run({"/bin/sh", "-c",
             std::string{"exec "} + PROVIDER_CHECK + " " + faulty + " --only '^load\\.opens$' > /dev/full"});
    CHECK(done.exit_code == 2);
    CHECK_THAT(done.errors, Contains("the report cannot be written"));
}

TEST_CASE("provider check: the command that repeats a fault names its files wherever it is run") {
    const temp_folder folder;
    folder.write("options.json", "{}");
    folder.write("quirks.yaml", "quirks: []\n");
    const auto done =
        run({"/bin/sh", "-c",
             "cd " + folder.path().string() + " && exec " + PROVIDER_CHECK + " " + faulty +
                 " --config options.json --quirks quirks.yaml --patience 0.5 --only '^domain\\.ids$'"});
    CHECK(done.exit_code == 1);
    const auto again = after(told_of(done.output, "domain.ids"), "again");
    CHECK_THAT(again, Contains("--config '" + (folder.path() / "options.json").string() + "'"));
    CHECK_THAT(again, Contains("--quirks '" + (folder.path() / "quirks.yaml").string() + "'"));
}

TEST_CASE("provider check: a crash says what becomes of a host, not of the check's promise") {
    const auto done =
        check_provider(faulty_provider_file("hangs_in_create"), {"--patience", "0.5", "--only", "^life"});
    const auto told = told_of(done.output, "life.starts");
    CHECK_THAT(after(told, "why"), StartsWith("In a host that is the end of the process"));
    CHECK_THAT(told, Contains("it was in create. ") && Contains("--patience"));
}
