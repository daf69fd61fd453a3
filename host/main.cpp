#include "cli/admin_verbs.hpp"
#include "cli/command_line.hpp"
#include "host.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        int exit_code = 0;
        const auto command = edgeconf::cli::parse(argc, argv, exit_code);
        if (!command) return exit_code;
        switch (command->what) {
        case edgeconf::cli::verb::serve: return edgeconf::serve(command->config);
        case edgeconf::cli::verb::check_config: return edgeconf::check(command->config);
        default: return edgeconf::cli::run_admin_verb(*command);
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "edgeconf: %s\n", e.what());
    }
    return 1;
}
