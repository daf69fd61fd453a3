#include "fleet/device_table.hpp"

#include "support/catch.hpp"

#include <set>
#include <thread>

using namespace edgeconf::fleet;

namespace {

// Its registration begins with its id. As many entries live as `alive` has owners besides the test.
std::unique_ptr<const device_entry> entry(const std::string& id, std::string_view more = {},
                                          std::shared_ptr<const std::string> alive = nullptr) {
    auto made = std::make_unique<device_entry>();
    made->id = id;
    made->registration = std::make_shared<const std::string>(id + std::string{more});
    made->playbooks = std::move(alive);
    return made;
}

std::string numbered(int i) { return "dev-" + std::to_string(i); }

void reclaim_all(device_table& table) {
    for (int i = 0; i < 2; ++i) table.reclaim();
}

} // namespace

TEST_CASE("device table: R19 entries are found in any spelling and keep their own", "[fleet][unit]") {
    device_table table;
    CHECK_FALSE(table.find("dev"));
    table.put(entry("Dev", "1"));
    const auto devices = table.read();
    REQUIRE(devices.find("dEV"));
    CHECK(devices.find("dEV")->id == "Dev");
    CHECK(table.find("dev") == devices.find("DEV"));
    CHECK_FALSE(devices.find("deva"));
    CHECK_FALSE(devices.find(""));
}

TEST_CASE("device table: R19 an entry replaces the one that its id is a case twin of", "[fleet][unit]") {
    device_table table;
    table.put(entry("Dev", "1"));
    table.put(entry("dEV", "2"));
    CHECK(table.size() == 1);
    CHECK(*table.find("Dev")->registration == "dEV2");
    table.erase("DEV");
    CHECK(table.size() == 0);
    CHECK_FALSE(table.find("Dev"));
}

TEST_CASE("device table: it grows with its entries and finds all of them", "[fleet][unit]") {
    constexpr int count = 20'000;
    device_table table;
    for (int i = 0; i < count; ++i) table.put(entry(numbered(i)));
    CHECK(table.size() == count);
    CHECK(table.capacity() >= 2 * count);
    CHECK(table.capacity() < 6 * count + 4 * 256);
    const auto devices = table.read();
    int missed = 0;
    for (int i = 0; i < count; ++i) {
        const auto* found = devices.find(numbered(i));
        if (found == nullptr || found->id != numbered(i)) ++missed;
    }
    CHECK(missed == 0);
    CHECK_FALSE(devices.find(numbered(count)));
}

TEST_CASE("device table: an erased entry is gone, its neighbours stay, and it may come back",
          "[fleet][unit]") {
    constexpr int count = 5000;
    device_table table;
    for (int i = 0; i < count; ++i) table.put(entry(numbered(i)));
    for (int i = 0; i < count; i += 2) table.erase(numbered(i));
    table.erase("never there");
    CHECK(table.size() == count / 2);
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
        if ((table.find(numbered(i)) != nullptr) != (i % 2 == 1)) ++wrong;
    }
    CHECK(wrong == 0);
    table.put(entry(numbered(0), "again"));
    REQUIRE(table.find(numbered(0)));
    CHECK(*table.find(numbered(0))->registration == "dev-0again");
    CHECK(table.size() == count / 2 + 1);
}

TEST_CASE("device table: ids that come and go leave nothing behind", "[fleet][unit]") {
    constexpr int stay = 1000;
    device_table table;
    for (int i = 0; i < stay; ++i) table.put(entry(numbered(i)));
    for (int i = stay; i < 60 * stay; ++i) {
        table.put(entry(numbered(i)));
        table.erase(numbered(i));
    }
    CHECK(table.size() == stay);
    CHECK(table.capacity() < 6 * (stay + 256) + 4 * 256);
    int missed = 0;
    for (int i = 0; i < stay; ++i) {
        if (table.find(numbered(i)) == nullptr) ++missed;
    }
    CHECK(missed == 0);
}

TEST_CASE("device table: an array that was large becomes small again", "[fleet][unit]") {
    constexpr int many = 20'000;
    device_table table;
    for (int i = 0; i < many; ++i) table.put(entry(numbered(i)));
    for (int i = 0; i < many; ++i) table.erase(numbered(i));
    for (int i = many; i < 6 * many; ++i) {
        table.put(entry(numbered(i)));
        table.erase(numbered(i));
    }
    CHECK(table.capacity() <= 4 * 256);
}

TEST_CASE("device table: every entry is visited once", "[fleet][unit]") {
    constexpr int count = 1000;
    device_table table;
    for (int i = 0; i < count; ++i) table.put(entry(numbered(i)));
    table.erase(numbered(7));
    std::multiset<std::string> seen;
    table.for_each([&](const device_entry& each) { seen.insert(each.id); });
    CHECK(seen.size() == count - 1);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == count - 1);
    CHECK(seen.count(numbered(7)) == 0);
}

TEST_CASE("device table: a visit may replace and erase", "[fleet][unit]") {
    constexpr int count = 1000;
    device_table table;
    for (int i = 0; i < count; ++i) table.put(entry(numbered(i)));
    table.for_each([&](const device_entry& each) {
        const auto id = each.id;
        if (id.back() == '3') return table.erase(id);
        table.put(entry(id, "+"));
    });
    CHECK(table.size() == count - count / 10);
    CHECK_FALSE(table.find(numbered(13)));
    CHECK(*table.find(numbered(14))->registration == "dev-14+");
}

TEST_CASE("device table: a reading keeps what it found, whatever happens to it", "[fleet][unit]") {
    const auto alive = std::make_shared<const std::string>();
    device_table table;
    table.put(entry("replaced", "1", alive));
    table.put(entry("erased", "1", alive));
    {
        const auto devices = table.read();
        const auto* replaced = devices.find("replaced");
        const auto* erased = devices.find("erased");
        table.put(entry("replaced", "2", alive));
        table.erase("erased");
        for (int i = 0; i < 5000; ++i) table.put(entry(numbered(i))); // new arrays, too
        for (int i = 0; i < 5; ++i) table.reclaim();
        CHECK(*replaced->registration == "replaced1");
        CHECK(*erased->registration == "erased1");
        CHECK(*devices.find("replaced")->registration == "replaced2");
        CHECK_FALSE(devices.find("erased"));
        CHECK(alive.use_count() == 1 + 3);
    }
    reclaim_all(table);
    CHECK(alive.use_count() == 1 + 1);
}

TEST_CASE("device table: entries are freed with it", "[fleet][unit]") {
    const auto alive = std::make_shared<const std::string>();
    {
        device_table table;
        for (int i = 0; i < 300; ++i) table.put(entry(numbered(i), {}, alive));
        for (int i = 0; i < 100; ++i) table.put(entry(numbered(i), {}, alive));
        for (int i = 50; i < 150; ++i) table.erase(numbered(i));
    }
    CHECK(alive.use_count() == 1);
}

// Ids 0 to 31 are always there, 32 to 63 come and go, the others make the table grow.
TEST_CASE("device table: readers see whole entries while a writer replaces, erases and adds",
          "[fleet][unit]") {
    constexpr int rounds = 200;
    const auto alive = std::make_shared<const std::string>();
    device_table table;
    for (int i = 0; i < 64; ++i) table.put(entry(numbered(i), {}, alive));
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::atomic<int> started{0};
    std::vector<std::thread> readers;
    for (int thread = 0; thread < 3; ++thread) {
        readers.emplace_back([&] {
            ++started;
            while (!done) {
                const auto devices = table.read();
                for (int i = 0; i < 64; ++i) {
                    const auto* found = devices.find(numbered(i));
                    if (found == nullptr
                            ? i < 32
                            : found->id != numbered(i) || !found->registration->starts_with(found->id))
                        ++wrong;
                }
            }
        });
    }
    while (started != 3) std::this_thread::yield();
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < 32; ++i) table.put(entry(numbered(i), std::to_string(round), alive));
        for (int i = 32; i < 64; ++i) table.erase(numbered(i));
        for (int i = 32; i < 64; ++i) table.put(entry(numbered(i), std::to_string(round), alive));
        for (int i = 0; i < 20; ++i) table.put(entry(numbered(1000 + 20 * round + i), {}, alive));
    }
    done = true;
    for (auto& each : readers) each.join();
    CHECK(wrong == 0);
    CHECK(table.size() == 64 + 20 * rounds);
    reclaim_all(table);
    CHECK(alive.use_count() == 1 + static_cast<long>(table.size()));
}
