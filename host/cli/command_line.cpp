#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <utility>
#include <vector>

namespace edgeconf::cli {
namespace {

constexpr int wrong_usage = 2;

// The application and what its options write to.
struct line {
    CLI::App app{"edgeconf - the remote data store for Flotta's Edge API, with providers as plugins",
                 "edgeconf"};
    std::string config;
    std::string socket = "/run/edgeconf/admin.sock";
    std::string level;
    std::string file;
    bool accept_removals = false;
    std::vector<std::pair<const CLI::App*, verb>> verbs;

    line() {
        app.set_version_flag("--version", EDGECONF_VERSION);
        app.require_subcommand(1);
        app.footer(
            "Exit codes: 0 done, 1 it cannot be done (the reason is on standard error), 2 wrong usage.");
        with_config("serve", "serve devices until SIGTERM or SIGINT", verb::serve);
        with_config("check-config", "judge a configuration, the provider's options too, and serve nothing",
                    verb::check_config);
        auto* fuse = app.add_subcommand("fuse", "the fuse that keeps a fleet from being told to wipe itself");
        fuse->require_subcommand(1);
        with_socket(*fuse, "status", "show whether it has blown, and what it counts", verb::fuse_status);
        with_socket(*fuse, "release", "close it again: those devices were meant to be removed",
                    verb::fuse_release);
        auto* log_level =
            with_socket(app, "log-level", "change the running host's log level", verb::log_level);
        log_level->add_option("level", level, "trace, debug, info, warn or error")
            ->required()
            ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
        with_socket(app, "reload", "make the running host read its configuration again", verb::reload);
        auto* provider = app.add_subcommand("provider", "what the running host's provider can be told");
        provider->require_subcommand(1);
        with_socket(*provider, "reload",
                    "make it read its options and what they name again, as edgeconf reload does",
                    verb::reload)
            ->add_flag("--accept-removals", accept_removals,
                       "Take over what the provider's options name now even if more than half of the objects "
                       "are gone. The host's own configuration is not read again by this; it has to be "
                       "good, with the provider's options as they were");
        with_socket(app, "export", "write the provider's objects and devices, Secrets in clear",
                    verb::export_bundle)
            ->add_option("-o,--output", file,
                         "The file, made for this user alone and there only once it is whole. It holds "
                         "Secrets in clear. Without it, standard output");
        with_socket(app, "import",
                    "give the provider an export, or what kubectl get -o yaml prints: all or nothing",
                    verb::import_bundle)
            ->add_option("file", file, "The file; - for standard input")
            ->required();
    }

    void with_config(const char* name, const char* what, verb v) {
        auto* made = app.add_subcommand(name, what);
        made->add_option("-c,--config", config, "the configuration file (YAML)")->required();
        verbs.emplace_back(made, v);
    }

    command command_of(verb what) const {
        if (what == verb::reload && accept_removals) what = verb::accept_removals;
        return {what, config, socket, what == verb::log_level ? level : file};
    }

    CLI::App* with_socket(CLI::App& below, const char* name, const char* what, verb v) {
        auto* made = below.add_subcommand(name, what);
        made->add_option("-s,--socket", socket, "the host's admin-api.socket")->capture_default_str();
        verbs.emplace_back(made, v);
        return made;
    }
};

} // namespace

std::optional<command> parse(int argc, const char* const* argv, int& exit_code) {
    line read;
    try {
        read.app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = read.app.exit(e) == 0 ? 0 : wrong_usage;
        return std::nullopt;
    }
    for (const auto& [app, what] : read.verbs)
        if (app->parsed()) return read.command_of(what);
    exit_code = wrong_usage;
    return std::nullopt;
}

} // namespace edgeconf::cli
