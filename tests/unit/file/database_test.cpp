#include "file/database.hpp"

#include "fleet_sample.hpp"

#include "fleet/device_document.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>

#include <string>
#include <thread>

#include <sys/stat.h>

using namespace edgeconf;
using namespace edgeconf::file;
using fleet::aspect;
using fleet::object_kind;

namespace {

struct opened {
    test::temp_folder folder;
    std::filesystem::path file = folder.path() / "fleet.db";
    std::unique_ptr<database> store = std::make_unique<database>(database_options{file});

    opened() { store->open(); }

    void reopen() {
        store.reset();
        store = std::make_unique<database>(database_options{file});
        store->open();
    }
    std::int64_t number(const std::string& query) const {
        SQLite::Database reading{file.string()};
        return reading.execAndGet(query).getInt64();
    }
};

mode_t mode_of(const std::filesystem::path& file) {
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

const auto never = [] { return false; };
const auto at_once = [] { return true; };

} // namespace

TEST_CASE("database: a new one is empty, and the owner's alone", "[file][database]") {
    opened at;
    REQUIRE(at.store->remarks().size() == 1);
    CHECK(at.store->remarks()[0].find("a new database") != std::string::npos);
    const auto found = load(*at.store);
    CHECK(found.shown == 0);
    CHECK(found.events.empty());
    save(*at.store, {sample_device(1).get()});
    for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
        INFO(suffix);
        CHECK(mode_of(at.file.string() + suffix) == 0600);
    }
    at.reopen();
    CHECK(at.store->remarks().empty());
}

TEST_CASE("database: devices come back with all their parts", "[file][database]") {
    opened at;
    const auto one = sample_device(1, "up");
    const auto two = sample_device(4'000'000'000, "down");
    two->hardware.known = {};
    save(*at.store, {one.get(), two.get()});
    at.reopen();

    const auto found = load(*at.store);
    REQUIRE(found.devices.size() == 2);
    const auto& first = found.devices.at(1);
    CHECK(first.id == "device-1");
    CHECK(first.membership == fleet::membership_document(*one));
    CHECK(first.status == fleet::status_document(*one));
    CHECK(first.hardware == one->hardware.known.bytes());
    CHECK(first.heard == 0);
    CHECK_FALSE(first.stale);
    const auto& last = found.devices.at(4'000'000'000);
    CHECK(last.status == fleet::status_document(*two));
    CHECK(last.hardware.empty());
}

TEST_CASE("database: only what is unsaved of a device is written", "[file][database]") {
    opened at;
    auto device = sample_device(1, "before");
    const auto before = fleet::status_document(*device);
    save(*at.store, {device.get()});
    device->status.phase = "after";
    device->ns = "plant-2";
    device->unsaved = aspect::membership;
    save(*at.store, {device.get()});
    const auto found = load(*at.store);
    CHECK(found.devices.at(1).membership == fleet::membership_document(*device));
    CHECK(found.devices.at(1).status == before);
}

TEST_CASE("database: a device that is gone leaves no row, and its id may come back", "[file][database]") {
    opened at;
    auto device = sample_device(1);
    const auto body = sample_body("{}");
    fleet::unsaved_changes changes;
    changes.devices = {{device.get(), body.get()}};
    changes.heard = {{1, 500}};
    at.store->save(changes);

    const auto again = sample_device(2);
    again->id = device->id;
    fleet::unsaved_changes next;
    next.gone = {1};
    next.devices = {{again.get()}};
    at.store->save(next);
    const auto found = load(*at.store);
    CHECK(found.devices.size() == 1);
    CHECK(found.devices.at(2).id == device->id);
    CHECK(found.devices.at(2).heard == 0);
    for (const auto* table : {"devices", "reported", "hardware", "heard"}) {
        INFO(table);
        CHECK(at.number(std::string{"SELECT count(*) FROM "} + table) == 1);
    }
    CHECK(at.number("SELECT count(*) FROM stale") == 0);
    CHECK(at.number("SELECT count(*) FROM renderings") == 0);
}

TEST_CASE("database: R30 last good configurations are stored once, for as long as a device has them",
          "[file][database]") {
    opened at;
    const auto one = sample_device(1);
    const auto two = sample_device(2);
    const auto body = sample_body(R"({"workloads":[]})");
    const auto same = sample_body(R"({"workloads":[]})");
    fleet::unsaved_changes changes;
    changes.devices = {{one.get(), body.get()}, {two.get(), same.get()}};
    at.store->save(changes);
    CHECK(at.number("SELECT count(*) FROM renderings") == 1);
    at.reopen();

    const auto found = load(*at.store);
    const auto& back = found.devices.at(1).stale;
    REQUIRE(back);
    CHECK(back == found.devices.at(2).stale);
    CHECK(content_of(*back) == content_of(*body));
    CHECK(back->hash == body->hash);
    CHECK(back->workloads == body->workloads);

    one->unsaved = two->unsaved = aspect::configuration;
    const auto other = sample_body("{}");
    changes.devices = {{one.get(), other.get()}, {two.get()}};
    at.store->save(changes);
    CHECK(at.number("SELECT count(*) FROM renderings") == 1);
    const auto after = load(*at.store);
    REQUIRE(after.devices.at(1).stale);
    CHECK(content_of(*after.devices.at(1).stale) == "{}");
    CHECK_FALSE(after.devices.at(2).stale);
}

TEST_CASE("database: when devices were heard, the last counts", "[file][database]") {
    opened at;
    save(*at.store, {sample_device(1).get(), sample_device(2).get(), sample_device(3).get()});
    fleet::unsaved_changes changes;
    changes.heard = {{1, 100}, {2, 100}, {1, 150}};
    at.store->save(changes);
    changes.heard = {{2, 90}, {77, 100}}; // a clock that was set back; a device that is not there
    at.store->save(changes);
    at.reopen();
    const auto found = load(*at.store);
    CHECK(found.devices.size() == 3);
    CHECK(found.devices.at(1).heard == 150);
    CHECK(found.devices.at(2).heard == 90);
    CHECK(found.devices.at(3).heard == 0);
}

TEST_CASE("database: a device with the number of one that is gone was never heard", "[file][database]") {
    opened at;
    save(*at.store, {sample_device(1).get()});
    fleet::unsaved_changes changes;
    changes.heard = {{1, 4711}, {2, 4711}};
    at.store->save(changes);
    changes = {};
    changes.gone = {1};
    at.store->save(changes);
    at.reopen();
    const auto first = sample_device(1);
    const auto second = sample_device(2);
    save(*at.store, {first.get(), second.get()});
    CHECK(load(*at.store).devices.at(1).heard == 0);
    CHECK(load(*at.store).devices.at(2).heard == 0);
    changes = {};
    changes.heard = {{1, 5000}};
    at.store->save(changes);
    save(*at.store, {first.get()}); // its membership has changed
    at.reopen();
    CHECK(load(*at.store).devices.at(1).heard == 5000);
}

TEST_CASE("database: the journal of who was heard is folded bit by bit, and says the same all the while",
          "[file][database]") {
    opened at;
    constexpr std::uint32_t count = 10'000;
    std::vector<std::unique_ptr<fleet::device_record>> devices;
    fleet::unsaved_changes changes;
    for (std::uint32_t i = 0; i < count; ++i) {
        devices.push_back(sample_device(i));
        changes.devices.push_back({devices.back().get()});
    }
    at.store->save(changes);
    changes.devices.clear();
    for (fleet::unix_seconds round = 1; round <= 7; ++round) {
        changes.heard.clear();
        for (std::uint32_t i = 0; i < count; ++i) changes.heard.push_back({i, 1'000 * round + i});
        at.store->save(changes);
    }
    CHECK(at.number("SELECT count(*) FROM heard_journal") == 7);
    at.store->tend();
    CHECK(at.number("SELECT count(*) FROM heard WHERE at > 0") == 4'096);
    CHECK(at.number("SELECT count(*) FROM heard_journal") == 7);

    changes.heard = {{0, 9'000}, {9'999, 99'000}}; // while it is being folded
    at.store->save(changes);
    at.store->tend();
    CHECK(load(*at.store).devices.at(5'000).heard == 12'000);
    at.store->tend();
    CHECK(at.number("SELECT count(*) FROM heard WHERE at > 0") == count);
    CHECK(at.number("SELECT count(*) FROM heard_journal") == 1);
    at.store->tend();
    CHECK(at.number("SELECT count(*) FROM heard_journal") == 1);

    at.reopen();
    const auto found = load(*at.store);
    CHECK(found.devices.at(0).heard == 9'000);
    CHECK(found.devices.at(1).heard == 7'001);
    CHECK(found.devices.at(9'998).heard == 16'998);
    CHECK(found.devices.at(9'999).heard == 99'000);
}

TEST_CASE("database: events come back in the order in which they happened last", "[file][database]") {
    opened at;
    fleet::unsaved_changes changes;
    changes.events = {sample_event(1), sample_event(2), sample_event(3)};
    at.store->save(changes);
    changes.events = {sample_event(1, 5)};
    changes.events_gone = {2};
    at.store->save(changes);
    at.reopen();
    CHECK(load(*at.store).events == std::vector{text_of(sample_event(3)), text_of(sample_event(1, 5))});
}

TEST_CASE("database: administrators' objects are put, replaced and removed", "[file][database]") {
    opened at;
    const auto map = sample_object(object_kind::config_map, "m", R"({"a":1})");
    const auto secret = sample_object(object_kind::secret, "m", R"({"b":2})");
    const auto newer = sample_object(object_kind::config_map, "m", R"({"a":3})");
    fleet::unsaved_changes changes;
    changes.objects = {&map, &secret};
    at.store->save(changes);
    changes.objects = {&newer};
    changes.objects_gone = {secret.key, {object_kind::edge_config, {"plant-1", "never there"}}};
    at.store->save(changes);
    at.reopen();
    const auto found = load(*at.store);
    REQUIRE(found.objects.size() == 1);
    CHECK(found.objects[0].key == newer.key);
    CHECK(found.objects[0].text == newer.text);
}

TEST_CASE("database: manifests are put, replaced and removed by path", "[file][database]") {
    opened at;
    const auto a = sample_file("fleet/a.yaml", {R"({"kind":"Secret"})", R"({"kind":"EdgeDevice"})"});
    const auto b = sample_file("fleet/b.yaml", {});
    fleet::unsaved_changes changes;
    changes.manifests.put = {&a, &b};
    at.store->save(changes);
    {
        const auto all = load(*at.store).files;
        REQUIRE(all.size() == 2);
        CHECK(all[0].content == a.content);
        CHECK(all[0].objects == a.objects);
        CHECK(all[1].content == b.content);
        CHECK(all[1].objects.empty());
    }
    const auto newer = sample_file(a.path, {R"({"kind":"ConfigMap"})"});
    auto known = b;
    known.known = true;
    changes.manifests.put = {&newer, &known};
    at.store->save(changes);
    CHECK(load(*at.store).files.size() == 2);

    changes.manifests = {{}, {b.path}};
    at.store->save(changes);
    const auto all = load(*at.store).files;
    REQUIRE(all.size() == 1);
    CHECK(all[0].path == a.path);
    CHECK(all[0].content == newer.content);
    CHECK_FALSE(all[0].known);
    CHECK(all[0].objects == newer.objects);
}

TEST_CASE("database: a page goes on where the last one ended, one thing at a time too", "[file][database]") {
    opened at;
    const auto a = sample_file("a", {"1"});
    const auto b = sample_file("b", {std::string(200'000, 'b')}); // more than is fetched at once
    const auto c = sample_file("c", {});
    const auto map = sample_object(object_kind::config_map, "m", "{}");
    const auto secret = sample_object(object_kind::secret, "m", std::string(200'000, 's'));
    std::vector<std::unique_ptr<fleet::device_record>> devices;
    fleet::unsaved_changes changes;
    changes.manifests.put = {&a, &b, &c};
    changes.objects = {&map, &secret};
    for (const auto number : {0u, 7u, 4'000'000'000u}) {
        devices.push_back(sample_device(number));
        devices.back()->hardware.known = fleet::compact_hardware{std::string(70'000, 'h')};
        changes.devices.push_back({devices.back().get()});
    }
    changes.heard = {{7, 5}};
    at.store->save(changes);

    fleet_found at_a_time;
    std::string from;
    std::size_t pages = 0;
    do {
        from = at.store->page(from, at_a_time, at_once);
        ++pages;
    } while (!from.empty());
    CHECK(pages == 9); // the last one finds nothing more
    CHECK(at_a_time.shown == 8);

    fleet_found at_once_all;
    CHECK(at.store->page("", at_once_all, never).empty());
    CHECK(at_once_all.shown == 8);
    CHECK(at_once_all.files.size() == at_a_time.files.size());
    CHECK(at_a_time.files[1].objects.at(0).text == b.objects[0].text);
    CHECK(at_a_time.devices.at(7).heard == 5);
    CHECK(at_a_time.devices.at(4'000'000'000).id == "device-4000000000");

    for (const auto* nowhere : {"elsewhere", "devices:x", "devices:1x", "devices:99999999999999999999"}) {
        CHECK_THROWS_AS(at.store->page(nowhere, at_a_time, never), std::invalid_argument);
    }
}

TEST_CASE("database: a slow reader of a page lets the WAL be copied", "[file][database]") {
    opened at;
    save(*at.store, {sample_device(1).get()});
    const auto grow = [&] {
        auto device = sample_device(2);
        device->hardware.known = fleet::compact_hardware{std::string(1u << 20, 'h')};
        for (int i = 0; i < 20; ++i) {
            save(*at.store, {device.get()});
            at.store->tend();
        }
    };
    fleet_found found;
    at.store->page("", found, [&] {
        grow();
        return true;
    });
    CHECK(at.store->size() < 16u << 20);
}

TEST_CASE("database: one thread reads while the other writes", "[file][database]") {
    opened at;
    const auto file = sample_file("a", {"{}"});
    fleet::unsaved_changes changes;
    changes.manifests.put = {&file};
    at.store->save(changes);
    std::thread reader{[&] {
        for (int i = 0; i < 100; ++i) {
            fleet_found found;
            at.store->page("", found, never);
            at.store->size();
        }
    }};
    for (std::uint32_t i = 0; i < 100; ++i) {
        save(*at.store, {sample_device(i).get()});
        at.store->tend();
        if (i % 25 == 0) at.store->recover();
    }
    reader.join();
    CHECK(load(*at.store).devices.size() == 100);
}

TEST_CASE("database: SQLite's online backup works while it is open, and the copy opens", "[file][database]") {
    opened at;
    save(*at.store, {sample_device(1).get()});
    const auto copy = at.folder.path() / "copy.db";
    {
        SQLite::Database from{at.file.string()};
        SQLite::Database to{copy.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        SQLite::Backup backup{to, from};
        backup.executeStep();
        save(*at.store, {sample_device(2).get()});
    }
    database restored{{copy}};
    restored.open();
    CHECK(load(restored).devices.count(1) == 1);
    REQUIRE(restored.remarks().size() == 1);
    CHECK(restored.remarks()[0].find("chmod 600") != std::string::npos);
}

TEST_CASE("database: the sqlite3 shell may write a backup while it is open", "[file][database]") {
    opened at;
    save(*at.store, {sample_device(1).get()});
    const auto copy = at.folder.path() / "copy.db";
    REQUIRE(std::system(("sqlite3 " + at.file.string() + " '.backup " + copy.string() + "'").c_str()) == 0);
    save(*at.store, {sample_device(2).get()});
    database restored{{copy}};
    restored.open();
    CHECK(load(restored).devices.size() == 1);
}
