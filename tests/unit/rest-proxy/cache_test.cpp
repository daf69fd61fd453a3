#include "rest-proxy/cache.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::rest_proxy;
using namespace std::chrono_literals;

namespace edgeconf::rest_proxy {

std::ostream& operator<<(std::ostream& out, freshness f) {
    switch (f) {
    case freshness::none: return out << "none";
    case freshness::fresh: return out << "fresh";
    case freshness::stale: return out << "stale";
    case freshness::old: break;
    }
    return out << "old";
}

} // namespace edgeconf::rest_proxy

namespace {

const clock::time_point start{1000s};

constexpr cache_settings usual{.bytes = 1U << 20, .ttl = 5000ms, .revalidate = 30s, .on_error = 3600s};

cache_key configuration_of(std::string_view device) { return {read::configuration, "plant-1", device}; }

std::shared_ptr<const kept_answer> answer(std::string body, std::string revision = {}) {
    return std::make_shared<kept_answer>(kept_answer{std::move(body), std::move(revision)});
}

void put(cache& into, const cache_key& key, std::string body, clock::time_point now = start) {
    into.put(key, into.ticket(key.device_id), answer(std::move(body)), now);
}

// What is kept of it, as text; "-" if nothing is.
std::string kept(cache& in, const cache_key& key, clock::time_point now = start) {
    const auto found = in.find(key, now);
    CHECK((found.how == freshness::none) == (found.what == nullptr));
    return found.what == nullptr ? "-" : found.what->body;
}

} // namespace

TEST_CASE("cache: an answer is fresh, then stale, then old, then nothing", "[rest-proxy][cache]") {
    struct row {
        std::chrono::milliseconds age;
        freshness how;
    };
    const auto c = GENERATE(values<row>({
        {0ms, freshness::fresh},
        {5s, freshness::fresh},
        {5'001ms, freshness::stale},
        {35s, freshness::stale},
        {35'001ms, freshness::old},
        {1h, freshness::old},
        {3'600'001ms, freshness::none},
    }));
    CAPTURE(c.age.count());
    cache tested{usual};
    tested.put(configuration_of("pump-7"), tested.ticket("pump-7"), answer("body", "r1"), start);
    const auto found = tested.find(configuration_of("pump-7"), start + c.age);
    CHECK(found.how == c.how);
    if (c.how == freshness::none) {
        CHECK(found.what == nullptr);
    } else {
        CHECK(found.age == c.age);
        CHECKED_IF(found.what != nullptr) {
            CHECK(found.what->body == "body");
            CHECK(found.what->revision == "r1");
        }
    }
}

TEST_CASE("cache: an answer may be served for revalidation longer than on errors", "[rest-proxy][cache]") {
    auto settings = usual;
    settings.on_error = 1s;
    cache tested{settings};
    put(tested, configuration_of("pump-7"), "body");
    CHECK(tested.find(configuration_of("pump-7"), start + 35s).how == freshness::stale);
    CHECK(tested.find(configuration_of("pump-7"), start + 35'001ms).how == freshness::none);
    tested.changed("pump-7");
    CHECK(tested.find(configuration_of("pump-7"), start + 1s).how == freshness::old);
    CHECK(tested.find(configuration_of("pump-7"), start + 1'001ms).how == freshness::none);
}

TEST_CASE("cache: a newer answer takes the older one's place", "[rest-proxy][cache]") {
    cache tested{usual};
    put(tested, configuration_of("pump-7"), "one", start);
    put(tested, configuration_of("pump-7"), "two", start + 10s);
    const auto found = tested.find(configuration_of("pump-7"), start + 15s);
    CHECK(found.how == freshness::fresh);
    CHECK(found.age == 5s);
    CHECK(kept(tested, configuration_of("pump-7"), start + 15s) == "two");
}

TEST_CASE("cache: what is read keeps living when its place is taken", "[rest-proxy][cache]") {
    cache tested{usual};
    put(tested, configuration_of("pump-7"), "one");
    const auto found = tested.find(configuration_of("pump-7"), start);
    put(tested, configuration_of("pump-7"), "two");
    tested.forget_device("pump-7");
    CHECKED_IF(found.what != nullptr) { CHECK(found.what->body == "one"); }
}

TEST_CASE("cache: calls, namespaces and devices are kept apart", "[rest-proxy][cache]") {
    cache tested{usual};
    const std::vector<cache_key> keys{
        {read::configuration, "plant-1", "pump-7"}, {read::registration, "plant-1", "pump-7"},
        {read::playbooks, "plant-1", "pump-7"},     {read::registration, "default", "pump-7"},
        {read::registration, "plant-1", "pump-8"},  {read::registration, "plant-1", "PUMP-7"},
    };
    for (std::size_t i = 0; i < keys.size(); ++i) {
        CHECK(kept(tested, keys[i]) == "-");
        put(tested, keys[i], std::to_string(i));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) CHECK(kept(tested, keys[i]) == std::to_string(i));
}

TEST_CASE("cache: many namespaces for one device do not add up", "[rest-proxy][cache]") {
    cache tested{usual};
    const auto in = [](const std::string& ns) { return cache_key{read::registration, ns, "pump-7"}; };
    std::vector<std::string> names;
    for (int i = 0; i < 9; ++i) names.push_back(fmt::format("ns-{}", i));
    for (int i = 0; i < 8; ++i) put(tested, in(names[static_cast<std::size_t>(i)]), "body");
    const auto eight = tested.bytes();
    put(tested, in(names[8]), "body");
    CHECK(tested.bytes() == eight);
    CHECK(kept(tested, in(names[0])) == "-"); // the one that was first
    for (std::size_t i = 1; i < names.size(); ++i) CHECK(kept(tested, in(names[i])) == "body");
}

TEST_CASE("cache: after a change it serves for errors alone, until it is asked for anew",
          "[rest-proxy][cache]") {
    cache tested{usual};
    const cache_key registration{read::registration, "default", "pump-7"};
    put(tested, configuration_of("pump-7"), "one");
    put(tested, registration, "one");
    put(tested, configuration_of("pump-8"), "one");
    tested.changed("pump-7");
    CHECK(tested.find(configuration_of("pump-7"), start).how == freshness::old);
    CHECK(tested.find(registration, start).how == freshness::old);
    CHECK(tested.find(configuration_of("pump-8"), start).how == freshness::fresh);
    CHECK(kept(tested, configuration_of("pump-7")) == "one");
    put(tested, configuration_of("pump-7"), "two");
    CHECK(tested.find(configuration_of("pump-7"), start).how == freshness::fresh);
    CHECK(tested.find(registration, start).how == freshness::old);
}

TEST_CASE("cache: an answer that something has overtaken is not kept", "[rest-proxy][cache]") {
    cache tested{usual};
    const auto key = configuration_of("pump-7");

    SECTION("a change of a device that is not there") {
        const auto ticket = tested.ticket("pump-7");
        tested.changed("pump-7");
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "-");
    }
    SECTION("a change of one that is") {
        put(tested, key, "one");
        const auto ticket = tested.ticket("pump-7");
        tested.changed("pump-7");
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "one");
        CHECK(tested.find(key, start).how == freshness::old);
    }
    SECTION("two changes") {
        put(tested, key, "one");
        tested.changed("pump-7");
        const auto ticket = tested.ticket("pump-7");
        tested.changed("pump-7");
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "one");
    }
    SECTION("a change, and then it was put in its place") {
        const auto ticket = tested.ticket("pump-7");
        tested.changed("pump-7");
        put(tested, key, "newer");
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "newer");
    }
    SECTION("the device went") {
        put(tested, key, "one");
        const auto ticket = tested.ticket("pump-7");
        tested.forget(key);
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "-");
    }
    SECTION("the device went and came back") {
        put(tested, key, "one");
        tested.changed("pump-7");
        const auto ticket = tested.ticket("pump-7");
        tested.forget_device("pump-7");
        put(tested, key, "newer");
        tested.put(key, ticket, answer("late"), start);
        CHECK(kept(tested, key) == "newer");
    }
    SECTION("nothing did") {
        put(tested, key, "one");
        const auto ticket = tested.ticket("pump-7");
        put(tested, {read::registration, "default", "pump-7"}, "other");
        tested.put(key, ticket, answer("two"), start);
        CHECK(kept(tested, key) == "two");
    }
}

TEST_CASE("cache: what is forgotten is not served, and nothing else is forgotten", "[rest-proxy][cache]") {
    cache tested{usual};
    const cache_key registration{read::registration, "default", "pump-7"};
    put(tested, configuration_of("pump-7"), "one");
    put(tested, registration, "two");
    tested.forget(configuration_of("pump-7"));
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    CHECK(kept(tested, registration) == "two");
    tested.forget({read::registration, "plant-1", "pump-7"}); // nothing of the kind is there
    tested.forget(configuration_of("pump-8"));
    CHECK(kept(tested, registration) == "two");
    tested.forget(registration);
    CHECK(tested.bytes() == 0);
}

TEST_CASE("cache: its bytes add up, and are none when nothing is left", "[rest-proxy][cache]") {
    cache tested{usual};
    CHECK(tested.bytes() == 0);
    put(tested, configuration_of("pump-7"), std::string(1000, 'a'));
    const auto one = tested.bytes();
    CHECK(one >= 1000);
    put(tested, configuration_of("pump-7"), std::string(1500, 'a'));
    CHECK(tested.bytes() == one + 500);
    put(tested, configuration_of("pump-7"), std::string(1000, 'b'));
    CHECK(tested.bytes() == one);
    put(tested, configuration_of("pump-8"), std::string(1000, 'a'));
    CHECK(tested.bytes() == 2 * one);
    tested.put(configuration_of("pump-8"), tested.ticket("pump-8"),
               answer(std::string(1000, 'a'), "revision"), start);
    CHECK(tested.bytes() == 2 * one + 8);
    tested.changed("pump-8");
    CHECK(tested.bytes() == 2 * one + 8);
    tested.forget(configuration_of("pump-8"));
    CHECK(tested.bytes() == one);
    tested.forget_device("pump-7");
    CHECK(tested.bytes() == 0);
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
}

TEST_CASE("cache: it never has more bytes than it may, and drops what was used longest ago",
          "[rest-proxy][cache]") {
    auto settings = usual;
    settings.bytes = 64 * 1024;
    cache tested{settings};
    put(tested, configuration_of("in-use"), "kept");
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(kept(tested, configuration_of("in-use")) == "kept");
        put(tested, configuration_of(fmt::format("pump-{}", i)), std::string(1000, 'a'));
        REQUIRE(tested.bytes() <= settings.bytes);
    }
    CHECK(tested.bytes() > settings.bytes / 2);
    CHECK(kept(tested, configuration_of("pump-0")) == "-");
    CHECK(kept(tested, configuration_of("pump-999")) != "-");
}

TEST_CASE("cache: an answer that does not fit is not kept, and takes nothing along", "[rest-proxy][cache]") {
    auto settings = usual;
    settings.bytes = 64 * 1024;
    cache tested{settings};
    put(tested, configuration_of("pump-7"), std::string(64 * 1024, 'a'));
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    CHECK(tested.bytes() == 0);
}

TEST_CASE("cache: without bytes it keeps nothing", "[rest-proxy][cache]") {
    auto settings = usual;
    settings.bytes = 0;
    cache tested{settings};
    put(tested, configuration_of("pump-7"), "");
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    CHECK(tested.bytes() == 0);
}

TEST_CASE("cache: other settings hold at once, for what is there as well", "[rest-proxy][cache]") {
    cache tested{usual};
    for (int i = 0; i < 100; ++i)
        put(tested, configuration_of(fmt::format("pump-{}", i)), std::string(1000, 'a'));
    put(tested, configuration_of("pump-7"), "body");
    auto settings = usual;
    settings.ttl = 60s;
    tested.configure(settings);
    CHECK(tested.find(configuration_of("pump-7"), start + 60s).how == freshness::fresh);
    settings.bytes = 32 * 1024;
    tested.configure(settings);
    CHECK(tested.bytes() <= settings.bytes);
    CHECK(tested.bytes() > 0);
    settings.bytes = 0;
    tested.configure(settings);
    CHECK(tested.bytes() == 0);
}

TEST_CASE("cache: an answer that does not fit takes no other device along", "[rest-proxy][cache]") {
    cache tested{usual};
    std::vector<std::string> small;
    for (int i = 0; i < 64; ++i) small.push_back(fmt::format("pump-{}", i));
    for (const auto& id : small) put(tested, configuration_of(id), "body");
    const auto before = tested.bytes();
    const std::string large(usual.bytes / 16, 'x');
    for (int i = 0; i < 64; ++i) put(tested, configuration_of(fmt::format("large-{}", i)), large);
    CHECK(tested.bytes() == before);
    for (const auto& id : small) CHECK(kept(tested, configuration_of(id)) == "body");
    // Nor does what was kept of its own device outlive it.
    put(tested, configuration_of("pump-1"), large);
    CHECK(kept(tested, configuration_of("pump-1")) == "-");
}

TEST_CASE("cache: one device's answers in many namespaces take no other device along",
          "[rest-proxy][cache]") {
    cache tested{usual};
    std::vector<std::string> small;
    for (int i = 0; i < 64; ++i) small.push_back(fmt::format("pump-{}", i));
    for (const auto& id : small) put(tested, configuration_of(id), "body");
    // Half of what a part has, over and over.
    const std::string half(usual.bytes / 32, 'x');
    for (int i = 0; i < 20; ++i) {
        const auto ns = fmt::format("plant-{}", i);
        put(tested, {read::configuration, ns, "player"}, half);
        CHECK(kept(tested, {read::configuration, ns, "player"}) == half);
    }
    CHECK(tested.bytes() < usual.bytes / 16 + 64 * 1024);
    std::size_t left = 0;
    for (const auto& id : small) left += kept(tested, configuration_of(id)) == "body" ? 1U : 0U;
    CHECK(left >= 56); // those beside whom there was no room, at most
}

TEST_CASE("cache: what happens to other devices that are not kept keeps few answers out",
          "[rest-proxy][cache]") {
    cache tested{usual};
    std::vector<std::uint64_t> tickets;
    for (int i = 0; i < 200; ++i) tickets.push_back(tested.ticket(fmt::format("pump-{}", i)));
    for (int i = 0; i < 200; ++i) tested.changed(fmt::format("other-{}", i));
    std::size_t taken = 0;
    for (int i = 0; i < 200; ++i) {
        const auto id = fmt::format("pump-{}", i);
        tested.put(configuration_of(id), tickets[static_cast<std::size_t>(i)], answer("body"), start);
        taken += kept(tested, configuration_of(id)) == "body" ? 1U : 0U;
    }
    CHECK(taken > 150);
}

TEST_CASE("cache: a device that is forgotten leaves nothing, not even what is under way",
          "[rest-proxy][cache]") {
    cache tested{usual};
    put(tested, configuration_of("pump-7"), "body");
    put(tested, {read::registration, "default", "pump-7"}, "registered");
    const auto ticket = tested.ticket("pump-7");
    tested.forget_device("pump-7");
    CHECK(tested.bytes() == 0);
    tested.put(configuration_of("pump-7"), ticket, answer("body"), start);
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    const auto absent = tested.ticket("pump-8");
    tested.forget_device("pump-8");
    tested.put(configuration_of("pump-8"), absent, answer("body"), start);
    CHECK(kept(tested, configuration_of("pump-8")) == "-");
}

TEST_CASE("cache: R19: a spelling of an id gets only what was answered to it", "[rest-proxy][cache]") {
    cache tested{usual};
    put(tested, configuration_of("Pump-7"), "one");
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    put(tested, configuration_of("pump-7"), "other");
    CHECK(kept(tested, configuration_of("Pump-7")) == "one");
    tested.forget(configuration_of("pump-7"));
    CHECK(kept(tested, configuration_of("pump-7")) == "-");
    CHECK(kept(tested, configuration_of("Pump-7")) == "one");
}

TEST_CASE("cache: R19: what happens to one spelling of an id happens to the device", "[rest-proxy][cache]") {
    cache tested{usual};
    const auto key = configuration_of("Pump-7");
    SECTION("a change") {
        put(tested, key, "one");
        tested.changed("pump-7");
        CHECK(tested.find(key, start).how == freshness::old);
    }
    SECTION("a change under way, before anything is kept") {
        const auto ticket = tested.ticket("Pump-7");
        tested.changed("pump-7");
        tested.put(key, ticket, answer("one"), start);
        CHECK(kept(tested, key) == "-");
    }
    SECTION("its removal") {
        put(tested, key, "one");
        tested.forget_device("PUMP-7");
        CHECK(kept(tested, key) == "-");
        CHECK(tested.bytes() == 0);
    }
}

TEST_CASE("cache: R19: a device that spells its id in many ways pays for it alone", "[rest-proxy][cache]") {
    cache tested{usual};
    const auto name = [](unsigned spelling) { // by the bits, of which there are as many as letters
        std::string id = "abcdefgh";
        for (auto& c : id) {
            if ((spelling & 1) != 0) c = static_cast<char>(c - 'a' + 'A');
            spelling >>= 1;
        }
        return id;
    };
    put(tested, configuration_of(name(0)), std::string(1000, 'a'));
    const auto one = tested.bytes();
    const auto other = configuration_of("pump-8");
    put(tested, other, "one");
    for (unsigned n = 1; n < 256; ++n) put(tested, configuration_of(name(n)), std::string(1000, 'a'));
    CHECK(tested.bytes() < 9 * one);
    CHECK(kept(tested, configuration_of(name(255))) == std::string(1000, 'a'));
    CHECK(kept(tested, configuration_of(name(0))) == "-");
    CHECK(kept(tested, other) == "one");
}
