#include "file/lock_file.hpp"

#include "fleet_sample.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace edgeconf;
using namespace edgeconf::file;

namespace {

std::string problem_with(const std::filesystem::path& file) {
    return problem_in([&] { const lock_file lock{file}; });
}

} // namespace

TEST_CASE("lock_file: a second one in the process is kept out and told the pid", "[file][lock_file]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "lock";
    {
        const lock_file lock{file};
        CHECK(problem_with(file).find("process " + std::to_string(getpid())) != std::string::npos);
    }
    CHECK(problem_with(file).empty());
}

TEST_CASE("lock_file: another process is kept out until the owner dies, however it dies",
          "[file][lock_file]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "lock";
    int locked[2];
    REQUIRE(pipe(locked) == 0);
    const auto child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const lock_file lock{file};
        if (write(locked[1], "!", 1) == 1) pause();
        _exit(1);
    }
    char byte = 0;
    REQUIRE(read(locked[0], &byte, 1) == 1);
    CHECK(problem_with(file).find("process " + std::to_string(child)) != std::string::npos);
    kill(child, SIGKILL);
    REQUIRE(waitpid(child, nullptr, 0) == child);
    CHECK(problem_with(file).empty());
    close(locked[0]);
    close(locked[1]);
}

TEST_CASE("lock_file: what cannot be a lock is refused", "[file][lock_file]") {
    const test::temp_folder folder;
    CHECK(problem_with(folder.path()).find("cannot be locked") != std::string::npos);
    CHECK(problem_with(folder.path() / "absent" / "lock").find("cannot be locked") != std::string::npos);
    std::filesystem::create_symlink(folder.write("other", ""), folder.path() / "link");
    CHECK(problem_with(folder.path() / "link").find("cannot be locked") != std::string::npos);
}

TEST_CASE("lock_file: whatever the file says, the words are sound", "[file][lock_file]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "lock";
    const lock_file lock{file};
    folder.write("lock", "no pid");
    CHECK(problem_with(file).find("another process") != std::string::npos);
    folder.write("lock", std::string(1000, '7'));
    CHECK(problem_with(file).find(std::string(24, '7') + " uses") != std::string::npos);
}
