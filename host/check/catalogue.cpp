#include "check/catalogue.hpp"

#include "check/groups/groups.hpp"

namespace edgeconf::check {

// What an earlier group has found sound, a later one relies on.
const std::vector<group>& catalogue() {
    static const std::vector<group> all{
        {"elf", "the file, before anything of it runs", elf_checks()},
        {"load", "what loading does to the process", load_checks()},
        {"table", "what the entry hands out", table_checks()},
        {"options", "good, bad and hostile options", options_checks()},
        {"life", "create, start, reconfigure, destroy, again and again", life_checks()},
        {"completion", "how operations end", completion_checks()},
        {"time-machine", "hosts that are older and newer than the provider", time_machine_checks()},
        {"deadline", "too little time, and none at all", deadline_checks()},
        {"concurrency", "many calls at once", concurrency_checks()},
        {"domain", "what devices and the host rely on", domain_checks()},
        {"resources", "the administration extension", resources_checks()},
        {"shutdown", "the end, also in the middle of everything", shutdown_checks()},
        {"logging", "what an operator sees", logging_checks()},
        {"fuzz", "random schedules and bodies", fuzz_checks()},
    };
    return all;
}

const check* find_check(std::string_view id) {
    for (const auto& g : catalogue())
        for (const auto& c : g.checks)
            if (c.id == id) return &c;
    return nullptr;
}

} // namespace edgeconf::check
