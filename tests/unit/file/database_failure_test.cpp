// What happens when the disk fails, or the process dies.
#include "file/database.hpp"

#include "failing_disk.hpp"
#include "fleet_sample.hpp"
#include "small_disk.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <charconv>
#include <csignal>
#include <random>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace edgeconf;
using namespace edgeconf::file;
using fleet::object_kind;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A device and an object, by which one sees which save was the last, and whether all of it is there.
void save_round(fleet::store& store, int round, std::size_t size = 10) {
    const auto device = sample_device(1, std::to_string(round));
    device->hardware.known = fleet::compact_hardware{std::string(size, 'h')};
    const auto object = sample_object(object_kind::config_map, "round", std::to_string(round));
    fleet::unsaved_changes changes;
    changes.devices = {{device.get()}};
    changes.objects = {&object};
    changes.heard = {{1, round}};
    store.save(changes);
}

// -1 if what is there is not of one round.
int round_in(fleet::store& store) {
    const auto found = load(store);
    if (found.objects.empty()) return found.devices.empty() ? 0 : -1;
    int round = -1;
    const auto& text = found.objects[0].text;
    std::from_chars(text.data(), text.data() + text.size(), round);
    const auto& device = found.devices.at(1);
    const bool whole = device.heard == round && contains(device.status, "\"" + text + "\"");
    return whole ? round : -1;
}

struct opened {
    test::temp_folder folder;
    std::filesystem::path file = folder.path() / "fleet.db";
    database store{{file}};

    opened() { store.open(); }
};

} // namespace

TEST_CASE("database failure: wherever the disk fails, what was acknowledged is there after recover()",
          "[file][database]") {
    test::failing_disk disk;
    opened at;
    int round = 1;
    save_round(at.store, round);
    int failures = 0;
    for (int count = 1; count < 1'000; ++count) {
        disk.fail_at(count);
        const auto problem = problem_in([&] {
            save_round(at.store, round + 1, 20'000);
            at.store.tend();
        });
        if (problem.empty()) {
            REQUIRE_FALSE(disk.has_failed());
            break;
        }
        ++failures;
        CHECK(contains(problem, "the disk that holds it fails"));
        CHECK_THROWS_AS(at.store.tend(), std::logic_error);
        disk.fail_at(0);
        at.store.recover();
        const auto found = round_in(at.store);
        CHECK((found == round || found == round + 1)); // which of them, nobody can tell
        save_round(at.store, ++round);
        CHECK(round_in(at.store) == round);
    }
    CHECK(failures > 5);
}

TEST_CASE("database failure: recover() itself may fail, and is tried again", "[file][database]") {
    test::failing_disk disk;
    opened at;
    int failures = 0;
    for (int count = 1; count < 1'000; ++count) {
        save_round(at.store, count, 20'000);
        disk.fail_at(count);
        const auto problem = problem_in([&] { at.store.recover(); });
        const bool failed = disk.has_failed();
        disk.fail_at(0);
        if (!failed) break;
        ++failures;
        CHECK_FALSE(problem.empty());
        at.store.recover();
        CHECK(round_in(at.store) == count);
    }
    CHECK(failures > 2);
}

// As after a failed sync, when the kernel has dropped what it could not write.
TEST_CASE("database failure: recover() notices that acknowledged changes are gone", "[file][database]") {
    opened at;
    save_round(at.store, 1);
    at.store.recover(); // all of it is in the database now
    save_round(at.store, 2);
    save_round(at.store, 3);
    std::filesystem::resize_file(at.file.string() + "-wal", 0);
    CHECK(contains(problem_in([&] { at.store.recover(); }),
                   "the last 2 changes that were acknowledged are lost"));
    CHECK(contains(problem_in([&] { at.store.recover(); }), "are lost"));
}

TEST_CASE("database failure: recover() starts nothing anew", "[file][database]") {
    opened at;
    save_round(at.store, 1);
    std::filesystem::rename(at.file, at.file.string() + ".away");
    CHECK(contains(problem_in([&] { at.store.recover(); }), "has vanished"));
    CHECK_FALSE(std::filesystem::exists(at.file));
    std::filesystem::rename(at.file.string() + ".away", at.file);
    at.store.recover();
    CHECK(round_in(at.store) == 1);
}

TEST_CASE("database failure: a full disk is told as such, and gets better with space", "[file][database]") {
    const test::temp_folder folder;
    const test::small_disk disk{folder.path(), 2u << 20};
    if (!disk) {
        WARN("not run: it takes the right to mount");
        return;
    }
    database store{{folder.path() / "fleet.db"}};
    store.open();
    const auto filler = folder.write("filler", std::string(1u << 20, 'x'));
    int round = 0;
    std::string problem;
    while (problem.empty()) problem = problem_in([&] { save_round(store, ++round, 30'000); });
    CHECK(round > 2);
    CHECK(contains(problem, "the disk that holds it is full; free some space"));
    std::filesystem::remove(filler);
    store.recover();
    CHECK(round_in(store) == round - 1);
    save_round(store, round);
    CHECK(round_in(store) == round);
}

TEST_CASE("database failure: a limit on the size of files is told as such", "[file][database]") {
    opened at;
    save_round(at.store, 1);
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{64u << 10, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto problem = problem_in([&] { save_round(at.store, 2, 100'000); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    INFO(problem);
    CHECK(contains(problem, "raise the limit on the size of files"));
    at.store.recover();
    CHECK(round_in(at.store) == 1);
}

TEST_CASE("database failure: a file system that has become read-only is told as such", "[file][database]") {
    const test::temp_folder folder;
    test::small_disk disk{folder.path(), 2u << 20};
    if (!disk) {
        WARN("not run: it takes the right to mount");
        return;
    }
    { database{{folder.path() / "fleet.db"}}.open(); }
    REQUIRE(disk.make_read_only());
    database store{{folder.path() / "fleet.db"}};
    const auto problem = problem_in([&] { store.open(); });
    CHECK(contains(problem, "on a file system that is not read-only"));
}

// The pipe has the numbers of the rounds that save() has acknowledged.
TEST_CASE("database failure: a process that is killed loses nothing acknowledged", "[file][database]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "fleet.db";
    std::mt19937 random{1};
    int acknowledged = 0;
    for (int attempt = 0; attempt < 30; ++attempt) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const auto child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            close(ends[0]);
            database store{{file}};
            store.open();
            for (int round = acknowledged + 1;; ++round) {
                save_round(store, round, 5'000);
                if (write(ends[1], &round, sizeof round) != sizeof round) _exit(1);
                store.tend();
            }
        }
        close(ends[1]);
        const auto rounds = 1 + random() % 10;
        int round = 0;
        for (unsigned i = 0; i < rounds && read(ends[0], &round, sizeof round) == sizeof round; ++i) {
            acknowledged = round;
        }
        kill(child, SIGKILL);
        while (read(ends[0], &round, sizeof round) == sizeof round) acknowledged = round;
        close(ends[0]);
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));

        database store{{file}};
        store.open();
        const auto found = round_in(store);
        REQUIRE((found == acknowledged || found == acknowledged + 1));
        acknowledged = found;
    }
    CHECK(acknowledged >= 30);
}
