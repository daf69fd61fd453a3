#include "file/change_of_key.hpp"

#include "file/database.hpp"
#include "file/sealing.hpp"

#include "fleet_sample.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <utility>

#include <sys/stat.h>

using namespace edgeconf;
using namespace edgeconf::file;
using fleet::object_kind;

namespace {

// In a manifest, an object and a configuration.
const std::string password = "correct-horse-battery-staple";

struct sealed_fleet {
    test::temp_folder folder;
    std::filesystem::path file = folder.path() / "fleet.db";
    std::filesystem::path key = make_key("key", 'A');
    std::filesystem::path other_key = make_key("other", 'B');

    std::filesystem::path make_key(const char* name, char fill) const {
        const auto made = folder.write(name, std::string(43, fill) + '=');
        chmod(made.c_str(), 0600);
        return made;
    }

    std::unique_ptr<database> open(const std::filesystem::path& with,
                                   const std::filesystem::path& old = {}) const {
        auto store = std::make_unique<database>(database_options{file, with, old});
        store->open();
        return store;
    }
    std::string problem(const std::filesystem::path& with, const std::filesystem::path& old = {}) const {
        return problem_in([&] { open(with, old); });
    }

    void fill(database& store) const {
        const auto file_of_it = manifest();
        const auto secret = sample_object(object_kind::secret, "s", password);
        const auto stale = body();
        const auto device = sample_device(1);
        fleet::unsaved_changes changes;
        changes.manifests.put = {&file_of_it};
        changes.objects = {&secret};
        changes.devices = {{device.get(), stale.get()}};
        store.save(changes);
    }

    static bool is_whole(database& store) {
        const auto found = load(store);
        const auto has = [](const std::string& text) { return text.find(password) != std::string::npos; };
        return has(found.files.at(0).objects.at(1).text) && has(found.objects.at(0).text) &&
               content_of(*found.devices.at(1).stale) == content_of(*body()) &&
               found.devices.at(1).stale->hash == body()->hash && found.devices.at(1).id == "device-1";
    }

    // In what is on the disk, used or not.
    bool shows(const std::string& bytes) const {
        for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
            const auto path = file.string() + suffix;
            if (std::filesystem::exists(path) && test::read_file(path).find(bytes) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
    bool shows_password() const { return shows(password); }
    bool shows_hash() const {
        return shows(bytes_of(manifest().content.value())) || shows(bytes_of(body()->hash));
    }

    static std::string bytes_of(const fleet::digest& hash) { return {hash.begin(), hash.end()}; }
    static fleet::manifest_file manifest() {
        return sample_file("a.yaml", {"{}", R"({"kind":"Secret","data":")" + password + "\"}"});
    }
    static std::shared_ptr<const fleet::shared_body> body() {
        return sample_body(R"({"secrets":[")" + password + "\"]}");
    }
    // As version 1 kept hashes.
    void put_plain_hashes() const {
        const sealing sealed{read_key_file(key)};
        const auto hash = bytes_of(body()->hash);
        const auto content =
            sealed.seal(content_of(*body()), "rendering" + std::string(1, '\0') + hash + '\0');
        SQLite::Database connection{file.string(), SQLite::OPEN_READWRITE};
        SQLite::Statement rendering{connection, "UPDATE renderings SET hash = ?1, content = ?2"};
        rendering.bind(1, hash.data(), static_cast<int>(hash.size()));
        rendering.bind(2, content.data(), static_cast<int>(content.size()));
        REQUIRE(rendering.exec() == 1);
        const auto of_file = bytes_of(manifest().content.value());
        SQLite::Statement files{connection, "UPDATE manifest_files SET content = ?1"};
        files.bind(1, of_file.data(), static_cast<int>(of_file.size()));
        REQUIRE(files.exec() == 1);
        connection.exec("PRAGMA user_version = 1");
    }
};

} // namespace

TEST_CASE("change_of_key: with a key, no Secret is in the file in the clear", "[file][change_of_key]") {
    const sealed_fleet at;
    {
        const auto store = at.open(at.key);
        at.fill(*store);
        CHECK_FALSE(at.shows_password()); // in the WAL
        CHECK(at.is_whole(*store));
    }
    CHECK_FALSE(at.shows_password());
    CHECK(at.is_whole(*at.open(at.key)));
}

TEST_CASE("change_of_key: a first key seals what is there, without a trace in the clear",
          "[file][change_of_key]") {
    const sealed_fleet at;
    {
        const auto store = at.open({});
        at.fill(*store);
        fleet::unsaved_changes changes;
        changes.objects_gone = {{object_kind::secret, {"plant-1", "s"}}};
        store->save(changes); // its text may be in a page that nothing uses any more
        const auto secret = sample_object(object_kind::secret, "s", password);
        changes = {};
        changes.objects = {&secret};
        store->save(changes);
        CHECK(at.is_whole(*store));
    }
    CHECK(at.shows_password());
    const auto store = at.open(at.key);
    CHECK_FALSE(at.shows_password());
    CHECK(at.is_whole(*store));
}

TEST_CASE("change_of_key: sealing that was cut short is completed at the next opening",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    SQLite::Database{at.file.string(), SQLite::OPEN_READWRITE}.exec(
        "CREATE TABLE left (text); INSERT INTO left VALUES ('" + password +
        "'); PRAGMA secure_delete = OFF; DROP TABLE left; INSERT INTO meta VALUES ('compact', 1)");
    CHECK(at.shows_password());
    CHECK(at.is_whole(*at.open(at.key)));
    CHECK_FALSE(at.shows_password());
}

TEST_CASE("change_of_key: without its key, or with another one, it is refused and left as it is",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    const auto before = test::read_file(at.file);
    CHECK(at.problem({}).find("name the key file that it was sealed with") != std::string::npos);
    const auto wrong = at.problem(at.other_key);
    CHECK(wrong.find("is sealed with another key than that in " + at.other_key.string()) !=
          std::string::npos);
    CHECK(wrong.find("BBBB") == std::string::npos);
    CHECK_FALSE(at.problem(at.other_key, at.other_key).empty());
    CHECK_FALSE(at.problem({}, at.other_key).empty());
    CHECK(test::read_file(at.file) == before);
    CHECK(at.is_whole(*at.open(at.key)));
}

TEST_CASE("change_of_key: a database of an older version is not migrated under a wrong key",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    {
        SQLite::Database older{at.file.string(), SQLite::OPEN_READWRITE};
        older.exec("PRAGMA user_version = 1");
    }
    const auto before = test::read_file(at.file);
    CHECK_FALSE(at.problem(at.other_key).empty());
    CHECK_FALSE(at.problem({}).empty());
    CHECK(test::read_file(at.file) == before);
    CHECK(at.is_whole(*at.open(at.key)));
}

TEST_CASE("change_of_key: a new key takes the place of the old one", "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    CHECK(at.is_whole(*at.open(at.other_key, at.key)));
    CHECK(at.is_whole(*at.open(at.other_key, at.key))); // it is still named
    CHECK_FALSE(at.problem(at.key).empty());
    CHECK(at.is_whole(*at.open(at.other_key)));
    CHECK_FALSE(at.shows_password());
}

TEST_CASE("change_of_key: the old key alone unseals", "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    CHECK(at.is_whole(*at.open({}, at.key)));
    CHECK(at.is_whole(*at.open({})));
}

TEST_CASE("change_of_key: a text put in the clear, or in another's place, is damage",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    const auto* const forgery =
        GENERATE("UPDATE objects SET text = 'in the clear'", "UPDATE objects SET name = 'another'",
                 "UPDATE objects SET text = (SELECT content FROM renderings)",
                 "UPDATE manifest_objects SET text = x'00'");
    SQLite::Database{at.file.string(), SQLite::OPEN_READWRITE}.exec(forgery);
    const auto store = at.open(at.key);
    CHECK(problem_in([&] { load(*store); }).find("is damaged (a sealed text cannot be opened)") !=
          std::string::npos);
}

TEST_CASE("change_of_key: with a key, no hash of what holds Secrets is in the file in the clear",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open({}));
    REQUIRE(at.shows_hash());
    for (const auto& [key, old] :
         {std::pair{at.key, std::filesystem::path{}}, std::pair{at.other_key, at.key}}) {
        const auto store = at.open(key, old);
        CHECK_FALSE(at.shows_hash());
        CHECK(at.is_whole(*store));
        CHECK_FALSE(load(*store).files.at(0).content); // to be read again
        at.fill(*store);
        CHECK_FALSE(at.shows_hash());
        CHECK(load(*store).files.at(0).content == at.manifest().content);
    }
    at.fill(*at.open({}, at.other_key));
    CHECK(at.is_whole(*at.open({})));
    CHECK(at.shows_hash());
}

TEST_CASE("change_of_key: hashes that are still in the clear are sealed at the next start",
          "[file][change_of_key]") {
    const sealed_fleet at;
    at.fill(*at.open(at.key));
    at.put_plain_hashes();
    REQUIRE(at.shows_hash());
    const bool other = GENERATE(false, true);
    const auto store = other ? at.open(at.other_key, at.key) : at.open(at.key);
    CHECK_FALSE(at.shows_hash());
    CHECK(at.is_whole(*store));
}

TEST_CASE("change_of_key: a configuration is kept once, sealed or not", "[file][change_of_key]") {
    const sealed_fleet at;
    const auto store = at.open(GENERATE(true, false) ? at.key : std::filesystem::path{});
    for (std::uint32_t number = 1; number <= 3; ++number) {
        const auto device = sample_device(number);
        const auto body = at.body(); // equal, and another one each time
        fleet::unsaved_changes changes;
        changes.devices = {{device.get(), body.get()}};
        store->save(changes);
    }
    SQLite::Database connection{at.file.string(), SQLite::OPEN_READONLY};
    CHECK(connection.execAndGet("SELECT count(*) FROM renderings").getInt() == 1);
    CHECK(load(*store).devices.size() == 3);
}
