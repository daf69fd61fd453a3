#include "fleet/device_table.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace edgeconf::fleet;

namespace {

entry_ptr entry(std::string id, std::string registration = {}) {
    auto made = std::make_shared<device_entry>();
    made->id = std::move(id);
    made->registration = std::move(registration);
    return made;
}

} // namespace

TEST_CASE("device table: entries are found in any spelling and keep their own", "[fleet][unit]") {
    device_table table;
    CHECK_FALSE(table.find("dev"));
    table.put(entry("Dev", "1"));
    REQUIRE(table.find("dEV"));
    CHECK(table.find("dEV")->id == "Dev");
    table.put(entry("Dev", "2"));
    CHECK(table.find("Dev")->registration == "2");
}

TEST_CASE("device table: readers see whole entries while a writer replaces and adds", "[fleet][unit]") {
    device_table table;
    table.put(entry("d0", "d0"));
    std::atomic<bool> done{false};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                const auto seen = table.find("d0");
                if (!seen || seen->id != seen->registration) ++torn;
            }
        });
    }
    for (int i = 1; i < 3000; ++i) {
        table.put(entry("d" + std::to_string(i)));
        table.put(entry("d0", "d0"));
    }
    done = true;
    for (auto& each : readers) each.join();
    CHECK(torn == 0);
    CHECK(table.find("d2999"));
}
