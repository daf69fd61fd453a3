// What open() refuses, and how it says so.
#include "file/database.hpp"

#include "fleet_sample.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <csignal>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace edgeconf;
using namespace edgeconf::file;

namespace {

struct stored_fleet {
    test::temp_folder folder;
    std::filesystem::path file = folder.path() / "fleet.db";

    stored_fleet() {
        database store{{file}};
        store.open();
        std::vector<std::unique_ptr<fleet::device_record>> devices;
        fleet::unsaved_changes changes;
        for (std::uint32_t i = 0; i < 1'000; ++i) {
            devices.push_back(sample_device(i));
            changes.devices.push_back({devices.back().get()});
        }
        store.save(changes);
    }

    std::string problem() const {
        return problem_in([&] {
            database store{{file}};
            store.open();
            load(store);
        });
    }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("database open: a second one, here or in another process, is kept out by name",
          "[file][database]") {
    const stored_fleet at;
    database store{{at.file}};
    store.open();
    CHECK(contains(at.problem(), "process " + std::to_string(getpid()) + " uses this database"));
    const auto child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(contains(at.problem(), "uses this database") ? 0 : 1);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("database open: a folder that is not there, or not ours to write, is refused", "[file][database]") {
    const test::temp_folder folder;
    const auto problem = [&](const std::filesystem::path& file) {
        return problem_in([&] { database{{file}}.open(); });
    };
    CHECK(contains(problem(folder.path() / "absent" / "fleet.db"), "is not a folder; make it"));
    CHECK(contains(problem(folder.write("file", "") / "fleet.db"), "is not a folder; make it"));
    if (geteuid() == 0) return; // may write anywhere
    chmod(folder.path().c_str(), 0500);
    CHECK(contains(problem(folder.path() / "fleet.db"), "give it to the user"));
    chmod(folder.path().c_str(), 0700);
}

TEST_CASE("database open: links, folders and pipes are no databases", "[file][database]") {
    const stored_fleet at;
    const auto problem = [&](const std::filesystem::path& file) {
        return problem_in([&] { database{{file}}.open(); });
    };
    std::filesystem::create_symlink(at.file, at.folder.path() / "link.db");
    CHECK(contains(problem(at.folder.path() / "link.db"), "is a link"));
    std::filesystem::create_directory(at.folder.path() / "folder.db");
    CHECK(contains(problem(at.folder.path() / "folder.db"), "is not a regular file"));
    REQUIRE(mkfifo((at.folder.path() / "pipe.db").c_str(), 0600) == 0);
    CHECK(contains(problem(at.folder.path() / "pipe.db"), "is not a regular file"));
}

TEST_CASE("database open: a database that lost its content is never taken for a new one",
          "[file][database]") {
    const stored_fleet at;
    SECTION("emptied") {
        std::filesystem::resize_file(at.file, 0);
        CHECK(contains(at.problem(), "is damaged (it is empty)"));
        CHECK(std::filesystem::file_size(at.file) == 0);
    }
    SECTION("vanished beside its WAL") {
        at.folder.write("fleet.db-wal", "x");
        std::filesystem::remove(at.file);
        CHECK(contains(at.problem(), "has vanished, and its -wal is still there"));
        CHECK_FALSE(std::filesystem::exists(at.file));
    }
    SECTION("truncated") {
        std::filesystem::resize_file(at.file, std::filesystem::file_size(at.file) / 2);
        CHECK(contains(at.problem(), "is damaged"));
    }
    SECTION("truncated to less than a page") {
        std::filesystem::resize_file(at.file, 1'000);
        CHECK(contains(at.problem(), "is damaged"));
    }
}

TEST_CASE("database open: damage in the middle is found, and not made worse", "[file][database]") {
    const stored_fleet at;
    const auto whole = test::read_file(at.file);
    const auto page = static_cast<std::size_t>(GENERATE(0, 1, 5, 30, 50));
    auto broken = whole;
    REQUIRE(broken.size() > (page + 1) * 4'096);
    for (std::size_t i = page * 4'096; i < (page + 1) * 4'096; ++i)
        broken[i] = static_cast<char>(i * 37 % 251);
    at.folder.write("fleet.db", broken);
    const auto problem = at.problem();
    INFO(problem);
    CHECK(contains(problem, at.file.string() + ": is damaged"));
    CHECK(contains(problem, "put a backup in its place"));
    CHECK(test::read_file(at.file) == broken);
}

TEST_CASE("database open: a making that was cut short is made anew", "[file][database]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "fleet.db";
    folder.write("fleet.db.new", "half a databa");
    folder.write("fleet.db.new-journal", "and its journal");
    database store{{file}};
    store.open();
    CHECK_FALSE(std::filesystem::exists(file.string() + ".new"));
    CHECK_NOTHROW(save(store, {sample_device(1).get()}));
}

TEST_CASE("database open: what was refused can be opened when it is mended, by the same object",
          "[file][database]") {
    const stored_fleet at;
    const auto whole = test::read_file(at.file);
    at.folder.write("fleet.db", whole.substr(0, 20'000));
    database store{{at.file}};
    CHECK(contains(problem_in([&] { store.open(); }), "is damaged"));
    std::filesystem::remove(at.file.string() + "-wal");
    at.folder.write("fleet.db", whole);
    store.open();
    CHECK(load(store).devices.size() == 1'000);
}
