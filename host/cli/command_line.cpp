#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

namespace edgeconf::cli {
namespace {

constexpr int wrong_usage = 2;

CLI::App* add_verb(CLI::App& app, const char* name, const char* what, std::string& config) {
    auto* made = app.add_subcommand(name, what);
    made->add_option("-c,--config", config, "the configuration file (YAML)")->required();
    return made;
}

} // namespace

std::optional<command> parse(int argc, const char* const* argv, int& exit_code) {
    CLI::App app{"edgeconf - the remote data store for Flotta's Edge API, with providers as plugins",
                 "edgeconf"};
    app.set_version_flag("--version", EDGECONF_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 it cannot be done (the reason is on standard error), 2 wrong usage.");
    std::string config;
    const auto* serve = add_verb(app, "serve", "serve devices until SIGTERM or SIGINT", config);
    add_verb(app, "check-config", "judge a configuration, the provider's options too, and serve nothing",
             config);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = app.exit(e) == 0 ? 0 : wrong_usage;
        return std::nullopt;
    }
    return command{serve->parsed() ? verb::serve : verb::check_config, config};
}

} // namespace edgeconf::cli
