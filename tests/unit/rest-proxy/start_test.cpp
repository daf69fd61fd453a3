// What the provider has told by the time its start is answered.
#include "rest-proxy/provider.hpp"

#include "abi/fake_host.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace edgeconf;

namespace {

// Of this process, as folders of /proc.
std::set<std::filesystem::path> threads() {
    std::set<std::filesystem::path> all;
    for (const auto& each : std::filesystem::directory_iterator{"/proc/self/task"}) all.insert(each.path());
    return all;
}

// By number, from bit 0 for signal 1.
unsigned long long signals_blocked_by(const std::filesystem::path& thread) {
    std::ifstream status{thread / "status"};
    const std::string name = "SigBlk:";
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stoull(line.substr(name.size()), nullptr, 16);
    return 0;
}

} // namespace

TEST_CASE("start: its threads leave signals to the host") {
    const test::temp_folder folder;
    const auto options = fmt::format(R"({{"upstreams": [{{"url": "unix:{}"}}], "threads": 2}})",
                                     (folder.path() / "nobody.sock").string());
    fake_host::reset();
    const auto before = threads();
    ecp::diagnostics found{nullptr, nullptr};
    rest_proxy::provider one{{&fake_host::table, 1}, options, found};
    one.start(1);
    fake_host::wait_for(1);
    auto added = threads();
    for (const auto& thread : before) added.erase(thread);
    CHECK(added.size() == 4); // two that ask, and for each of them one for large answers
    for (const auto& thread : added)
        for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGCHLD, SIGALRM}) {
            INFO(signal);
            CHECK((signals_blocked_by(thread) >> (signal - 1) & 1) == 1);
        }
    one.stop(2);
    fake_host::wait_for(2);
}

// Again and again, since engines may have looked for their upstreams before start() goes on.
TEST_CASE("start: whoever is told that the provider has started knows already that its upstream is away") {
    const test::temp_folder folder;
    const auto options = fmt::format(R"({{"upstreams": [{{"url": "unix:{}"}}], "threads": 4}})",
                                     (folder.path() / "nobody.sock").string());
    for (ecp_op op = 1; op <= 400; op += 2) {
        fake_host::reset();
        ecp::diagnostics found{nullptr, nullptr};
        rest_proxy::provider one{{&fake_host::table, 1}, options, found};
        REQUIRE_FALSE(found.failed());
        one.start(op);
        CHECK(fake_host::wait_for(op).front().status == ECP_OK);
        {
            const std::lock_guard lock{fake_host::record().mutex};
            REQUIRE(fake_host::record().health.size() == 1);
            CHECK(fake_host::record().health.front().first == ECP_HEALTH_DOWN);
        }
        one.stop(op + 1);
        fake_host::wait_for(op + 1);
    }
}
