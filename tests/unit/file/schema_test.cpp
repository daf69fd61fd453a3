#include "file/schema.hpp"

#include "file/database.hpp"

#include "fleet_sample.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

using namespace edgeconf;
using namespace edgeconf::file;

namespace {

struct sample {
    test::temp_folder folder;
    std::filesystem::path file = folder.path() / "fleet.db";

    SQLite::Database connect() const {
        return SQLite::Database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    }
    std::string problem() const {
        return problem_in([&] { database{{file}}.open(); });
    }
};

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

constexpr std::array<std::string_view, 3> good{"CREATE TABLE a (x)", "INSERT INTO a VALUES (1)",
                                               "INSERT INTO a VALUES (2); INSERT INTO a VALUES (3)"};

} // namespace

TEST_CASE("schema: the steps that are missing are taken, once", "[file][schema]") {
    const sample at;
    auto database = at.connect();
    migrate(database, std::span{good}.first(2));
    CHECK(version_of(database) == 2);
    migrate(database, good);
    migrate(database, good);
    CHECK(version_of(database) == 3);
    CHECK(database.execAndGet("SELECT count(*) FROM a").getInt() == 3);
    CHECK_NOTHROW(require_ours(database, at.file, good));
}

TEST_CASE("schema: a step that fails leaves what the one before it made", "[file][schema]") {
    const sample at;
    auto database = at.connect();
    auto steps = good;
    steps[2] = "INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (3)";
    CHECK_THROWS_AS(migrate(database, steps), SQLite::Exception);
    CHECK(version_of(database) == 2);
    CHECK(database.execAndGet("SELECT count(*) FROM a").getInt() == 1);
    migrate(database, good);
    CHECK(database.execAndGet("SELECT count(*) FROM a").getInt() == 3);
}

TEST_CASE("schema: a newer version is refused in words and left as it is", "[file][schema]") {
    const sample at;
    database{{at.file}}.open();
    at.connect().exec("PRAGMA user_version = 1000");
    CHECK(at.problem().find("a newer edgeconf has written it (version 1000") != std::string::npos);
    CHECK(at.problem().find("version 1000") != std::string::npos);
}

TEST_CASE("schema: another program's database is refused and left as it is", "[file][schema]") {
    const sample at;
    at.connect().exec("CREATE TABLE theirs (x)");
    const auto before = test::read_file(at.file);
    CHECK(at.problem().find("another program") != std::string::npos);
    CHECK(test::read_file(at.file) == before);
}

// The dump was made when that version was the newest, with its journal half folded. It stays as it is.
TEST_CASE("schema: a database of version 1 opens with everything in it", "[file][schema]") {
    const sample at;
    at.connect().exec(test::read_file(EDGECONF_TEST_SAMPLES "/version_1.sql"));
    database store{{at.file}};
    store.open();
    const auto found = load(store);
    REQUIRE(found.devices.size() == 2);
    CHECK(found.devices.at(1).heard == 1'700'000'100);
    CHECK(found.devices.at(2).heard == 1'700'000'000);
    CHECK(found.devices.at(1).id == "device-1");
    CHECK_FALSE(found.devices.at(1).membership.empty());
    CHECK_FALSE(found.devices.at(1).status.empty());
    CHECK(found.devices.at(2).hardware == std::string{"packed 2\0\0\0", 11});
    REQUIRE(found.devices.at(2).stale);
    CHECK(content_of(*found.devices.at(2).stale) == R"({"workloads":[]})");
    CHECK(found.devices.at(2).stale->workloads == std::vector<std::string>{"agent", "probe"});
    REQUIRE(found.files.size() == 1);
    CHECK(found.files[0].objects.at(1).text == R"({"kind":"EdgeDevice"})");
    REQUIRE(found.objects.size() == 1);
    CHECK(found.objects[0].text == R"({"kind":"Secret"})");
    CHECK(found.events == std::vector{text_of(sample_event(1, 3))});
    CHECK_NOTHROW(save(store, {sample_device(3).get()}));
}
