// edgeconf-provider-check: whether a provider keeps its contract, found out without a host.
#include "check/catalogue.hpp"
#include "check/report.hpp"
#include "check/runner.hpp"
#include "check/signal_name.hpp"
#include "check/stop_signals.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/stream_parser.hpp>
#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

using namespace edgeconf::check;

namespace {

constexpr int sound = 0;
constexpr int faulty = 1;
constexpr int misused = 2;

struct wishes {
    subject about;
    std::string options_file;
    std::string quirks_file;
    std::string only;
    std::string skip;
    std::string junit_file;
    bool in_process = false;
    bool every = false;
    bool list = false;
    double patience = default_patience.count();
};

void add_options(CLI::App& app, wishes& w) {
    app.add_option("provider", w.about.library, "The provider's shared library")->check(CLI::ExistingFile);
    app.add_option("--config", w.options_file,
                   "A JSON file with the provider's options; {} without it. In texts, @scratch@ "
                   "stands for an empty folder that each check has of its own")
        ->check(CLI::ExistingFile);
    app.add_option("--device", w.about.devices, "A device that these options make known; may be repeated")
        ->allow_extra_args(false);
    app.add_option("--quirks", w.quirks_file, "A YAML file with the checks that it cannot pass, and why")
        ->check(CLI::ExistingFile);
    auto* breaks = app.add_option("--break", w.about.break_command,
                                  "A shell command that takes the back end away; @scratch@ as in options");
    auto* mends = app.add_option("--mend", w.about.mend_command,
                                 "A shell command that brings the back end back, also if it is there");
    breaks->needs(mends);
    mends->needs(breaks);
    app.add_option("--only", w.only,
                   "Run the checks whose ids match this regular expression, and what they need");
    app.add_option("--skip", w.skip, "Leave out the checks whose ids match this regular expression");
    app.add_option("--seed", w.about.seed, "Of everything random; printed with every run");
    app.add_option("--patience", w.patience, "How many seconds an operation that has to end may take")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("--junit", w.junit_file, "Write the results there as JUnit XML");
    app.add_flag("--in-process", w.in_process, "Run checks in this process, for a debugger");
    app.add_flag("-v,--verbose", w.every, "Tell of checks that pass, too");
    app.add_flag("--list", w.list, "Print the checks and what they are about");
}

int refuse(std::string_view why) {
    std::fputs(fmt::format("edgeconf-provider-check: {}\n", why).c_str(), stderr); // which may be gone
    return misused;
}

void list_checks() {
    for (const auto& g : catalogue()) {
        fmt::print("{}: {}\n", g.name, g.about);
        for (const auto& c : g.checks) fmt::print("    {:<34} {}\n", c.id, c.what);
    }
}

// What is wrong with the file; empty if nothing is.
std::string read_options(const std::string& file, subject& into) {
    into.folder = std::filesystem::absolute(file.empty() ? "." : file).parent_path();
    if (file.empty()) return {};
    std::ifstream in{file, std::ios::binary};
    into.options.assign(std::istreambuf_iterator<char>{in}, {});
    if (!in.good() && !in.eof()) return fmt::format("{}: cannot be read", file);
    boost::json::stream_parser parser;
    boost::system::error_code ec;
    const auto read = parser.write_some(into.options, ec);
    const auto line =
        1 + std::count(into.options.begin(), into.options.begin() + static_cast<std::ptrdiff_t>(read), '\n');
    if (!ec && read < into.options.size())
        return fmt::format("{}:{}: something follows the options, which are one JSON object", file, line);
    if (!ec) parser.finish(ec);
    if (ec) {
        return fmt::format("{}:{}: is no JSON: {}", file, line, ec.message());
    }
    if (!parser.release().is_object())
        return fmt::format("{}: a provider's options are one JSON object", file);
    return {};
}

std::string quoted(const std::string& text) {
    std::string made{"'"};
    for (const char c : text) made += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return made + "'";
}

// The command that does the same, the seed included.
std::string command_line(const wishes& w) {
    auto made = "edgeconf-provider-check " + quoted(w.about.library.string());
    const auto add = [&made](std::string_view option, const std::string& value) {
        if (!value.empty()) made += fmt::format(" {} {}", option, quoted(value));
    };
    add("--config", w.options_file);
    for (const auto& d : w.about.devices) add("--device", d);
    add("--quirks", w.quirks_file);
    add("--break", w.about.break_command);
    add("--mend", w.about.mend_command);
    if (w.about.patience != default_patience) made += fmt::format(" --patience {:g}", w.patience);
    return made + fmt::format(" --seed {}", w.about.seed);
}

std::optional<std::regex> pattern(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional{std::regex{text}};
}

int check_provider(wishes& w) {
    w.about.library = std::filesystem::canonical(w.about.library);
    for (auto* file : {&w.options_file, &w.quirks_file})
        if (!file->empty()) *file = std::filesystem::absolute(*file).string();
    if (std::isnan(w.patience)) return refuse("--patience is a number"); // which no range excludes
    w.about.patience = std::chrono::duration<double>{w.patience};
    if (const auto wrong = read_options(w.options_file, w.about); !wrong.empty()) return refuse(wrong);
    selection chosen;
    try {
        chosen.only = pattern(w.only);
        chosen.skip = pattern(w.skip);
    } catch (const std::regex_error& e) {
        return refuse(fmt::format("--only and --skip are regular expressions: {}", e.what()));
    }
    chosen.in_process = w.in_process;
    if (!w.quirks_file.empty()) {
        auto declared = read_quirks(w.quirks_file);
        if (!declared) return refuse(declared.error().detail);
        for (const auto& [id, quirk] : *declared)
            if (find_check(id) == nullptr)
                return refuse(fmt::format("{}: there is no check {}; --list prints all", w.quirks_file, id));
        chosen.declared = *std::move(declared);
    }

    std::ofstream junit;
    if (!w.junit_file.empty())
        junit.open(w.junit_file, std::ios::binary); // before the work that it is to hold
    if (!junit) return refuse(fmt::format("{}: cannot be written", w.junit_file));

    // A report that nobody reads any more is no reason to leave things as they are; and whoever has started
    // us may ignore how children end, which has to be known here.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);
    if (!write(stdout, fmt::format("{}, seed {}\n", w.about.library.string(), w.about.seed)))
        return refuse("the report cannot be written");
    const progress to_terminal{stdout, w.every};
    std::optional<stop_signals> stop;
    if (!w.in_process) chosen.stop = &stop.emplace();
    const auto all = run_checks(w.about, chosen, [&](const checked& done) { return to_terminal.tell(done); });
    const int signal = stop ? stop->came() : 0;
    if (all.empty() && signal == 0) return refuse("no check matches --only; --list prints all");
    if (!w.junit_file.empty()) {
        junit << as_junit(all, w.about.library.string(), w.about.seed);
        if (!junit.flush()) return refuse(fmt::format("{}: cannot be written", w.junit_file));
    }
    const bool is_written = write(stdout, summary(all, command_line(w), w.every));
    if (signal != 0) return refuse(signal_name(signal) + " came: not all checks were run");
    if (!is_written) return refuse("the report cannot be written: not all checks were run");
    if (!was_anything_run(all)) return refuse("nothing was checked");
    return is_sound(all) ? sound : faulty;
}

} // namespace

int main(int argc, char** argv) {
    wishes w;
    w.about.seed = std::random_device{}();
    CLI::App app{"Checks whether a provider keeps its contract with the edgeconf host.\n"
                 "Ends with 0 if it does, 1 if it does not, 2 if that could not be found out."};
    app.name("edgeconf-provider-check");
    app.set_version_flag("--version", EDGECONF_VERSION);
    add_options(app, w);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? sound : misused;
    }
    try {
        if (w.list) {
            list_checks();
            return sound;
        }
        if (w.about.library.empty()) return refuse("name the provider's shared library, or see --help");
        return check_provider(w);
    } catch (const std::exception& e) {
        return refuse(e.what());
    }
}
