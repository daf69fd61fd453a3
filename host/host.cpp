#include "host.hpp"

#include "observe/log.hpp"
#include "prepare.hpp"
#include "process.hpp"
#include "provider/plugin_provider.hpp"
#include "running_host.hpp"

#include <cstdio>
#include <utility>

namespace edgeconf {
namespace {

void print(const config::errors& errors) {
    for (const auto& line : errors.lines) std::fprintf(stderr, "edgeconf: %s\n", line.c_str());
}

} // namespace

int serve(const std::filesystem::path& config) {
    prepare_process();
    auto ready = prepare(config);
    if (!ready) {
        print(ready.error());
        return 1;
    }
    observe::logger log{ready->settings.observe.log_level, ready->settings.observe.log_format};
    return running_host{std::move(*ready), log}.run();
}

int check(const std::filesystem::path& config) {
    prepare_process();
    const auto ready = prepare(config);
    if (!ready) {
        print(ready.error());
        return 1;
    }
    const auto judged =
        provider::judge_options(ready->library, ready->options, ready->settings.provider.deadlines.start);
    if (!judged) {
        print({{ready->settings.file.string() + ": provider: " + judged.error().detail}});
        leave_at_once();
    }
    const auto& found = *judged;
    for (const auto& f : found) std::fprintf(stderr, "edgeconf: %s\n", describe(f, ready->settings).c_str());
    if (provider::has_error(found)) return 1;
    const auto& table = ready->library.table;
    std::printf("%s: good; provider %s %s by %s\n", ready->settings.file.c_str(), table.id, table.version,
                table.vendor);
    return 0;
}

} // namespace edgeconf
