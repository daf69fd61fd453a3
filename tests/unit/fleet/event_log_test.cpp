#include "fleet/event_log.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point start{1'700'000'000s};

event_object device(std::string_view name) { return {"EdgeDevice", "default", name}; }

occurrence said(std::string_view name, std::string_view message) {
    return {device(name), event_type::normal, "Started", message, "device"};
}

std::vector<std::string> messages(const std::vector<event>& events) {
    std::vector<std::string> found;
    for (const auto& each : events) found.emplace_back(each.what.message);
    return found;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("event log: R35 only a device's warn is a warning", "[fleet][unit]") {
    const std::vector<std::pair<std::string_view, event_type>> table{{"warn", event_type::warning},
                                                                     {"info", event_type::normal},
                                                                     {"", event_type::normal},
                                                                     {"Warn", event_type::normal},
                                                                     {"warning", event_type::normal}};
    for (const auto& [type, expected] : table) {
        CAPTURE(type);
        CHECK(event_type_of(type) == expected);
    }
}

TEST_CASE("event log: the same again raises count, time and sequence", "[fleet][unit]") {
    event_log log;
    CHECK(log.sequence() == 0);
    log.record(said("d", "a"), start);
    log.record(said("d", "b"), start + 1s);
    log.record(said("d", "a"), start + 2s);
    log.record(said("d", "a"), start); // a clock that runs backwards
    const auto events = log.of(device("d"));
    REQUIRE(messages(events) == texts{"b", "a"});
    CHECK(events[1].what.object == device("d"));
    CHECK(events[1].what.reason == "Started");
    CHECK(events[1].what.source == "device");
    CHECK(events[1].id == 1);
    CHECK(events[1].sequence == 4);
    CHECK(events[1].count == 3);
    CHECK(events[1].first == start);
    CHECK(events[1].last == start + 2s);
    CHECK(events[0].id == events[0].sequence);
    CHECK(log.counts().recorded == 4);
    CHECK(log.counts().dropped == 0);
}

TEST_CASE("event log: whatever differs makes another event", "[fleet][unit]") {
    event_log log;
    const auto base = said("d", "m");
    log.record(base, start);
    std::vector<occurrence> others(7, base);
    others[0].object.kind = "EdgeWorkload";
    others[1].object.ns = "plant-1";
    others[2].object.name = "D";
    others[3].type = event_type::warning;
    others[4].reason = "started";
    others[5].message = "";
    others[6].source = "edgeconf";
    for (const auto& each : others) log.record(each, start);
    CHECK(log.counts().events == 8);
    CHECK(log.counts().objects == 4);
    CHECK(log.of(device("d")).size() == 5);
    for (const auto& each : log.after(0, 100)) CHECK(each.count == 1);
}

TEST_CASE("event log: an object keeps what happened last", "[fleet][unit]") {
    event_log log{{.per_object = 3}};
    for (const auto* each : {"a", "b", "c", "a", "d"}) log.record(said("d", each), start);
    log.record(said("other", "x"), start);
    CHECK(messages(log.of(device("d"))) == texts{"c", "a", "d"});
    CHECK(messages(log.of(device("other"))) == texts{"x"});
    CHECK(log.counts().dropped == 1);
}

TEST_CASE("event log: of all objects what happened last is kept", "[fleet][unit]") {
    event_log log{{.per_object = 32, .total = 3}};
    log.record(said("1", "a"), start);
    log.record(said("2", "a"), start);
    log.record(said("1", "a"), start);
    log.record(said("3", "a"), start);
    log.record(said("4", "a"), start);
    CHECK(log.of(device("2")).empty());
    CHECK(log.of(device("1")).size() == 1);
    CHECK(log.counts().objects == 3);
    CHECK(log.counts().dropped == 1);
}

TEST_CASE("event log: its memory is bounded whatever the texts", "[fleet][unit]") {
    event_log log{{.bytes = 100'000}};
    for (int i = 0; i < 1000; ++i) {
        const auto name = std::to_string(i / 10);
        const auto message = std::to_string(i) + std::string(2000, 'x');
        log.record(said(name, message), start);
        REQUIRE(log.counts().bytes <= 100'000);
    }
    CHECK(log.counts().events > 50);
    CHECK(log.counts().events + log.counts().dropped == 1000);
}

TEST_CASE("event log: a text that many devices send is kept once", "[fleet][unit]") {
    event_log log;
    const std::string message(1000, 'x');
    for (int i = 0; i < 1000; ++i) log.record(said(std::to_string(i), message), start);
    CHECK(log.counts().events == 1000);
    CHECK(log.counts().bytes < 500'000);
}

TEST_CASE("event log: a limit of nothing keeps nothing", "[fleet][unit]") {
    for (const auto& limits :
         {event_limits{.per_object = 0}, event_limits{.total = 0}, event_limits{.bytes = 0}}) {
        event_log log{limits};
        log.record(said("d", "a"), start);
        CHECK(log.of(device("d")).empty());
        CHECK(log.counts().objects == 0);
        CHECK(log.counts().bytes == 0);
        CHECK(log.counts().dropped == 1);
    }
}

TEST_CASE("event log: long texts are cut at a character's end, and are the same then", "[fleet][unit]") {
    event_log log;
    const std::string euros = [] {
        std::string text;
        for (int i = 0; i < 1000; ++i) text += "€";
        return text;
    }();
    for (const auto* tail : {"1", "2"}) {
        const auto text = euros + tail;
        log.record({device("d"), event_type::normal, text, text, text}, start);
    }
    const auto events = log.of(device("d"));
    REQUIRE(events.size() == 1);
    CHECK(events[0].what.reason == euros.substr(0, 126));
    CHECK(events[0].what.message == euros.substr(0, 1023));
    CHECK(events[0].what.source == euros.substr(0, 255));
    CHECK(events[0].count == 2);
}

TEST_CASE("event log: forgetting an object frees what it held", "[fleet][unit]") {
    event_log log;
    log.record(said("a", "1"), start);
    const auto bytes = log.counts().bytes;
    for (const auto* each : {"1", "2", "3"}) log.record(said("b", each), start);
    log.forget(device("b"));
    log.forget(device("never seen"));
    CHECK(log.of(device("b")).empty());
    CHECK(messages(log.after(0, 10)) == texts{"1"});
    CHECK(log.counts().bytes == bytes);
    CHECK(log.counts().dropped == 0);
    log.record(said("b", "1"), start);
    CHECK(log.of(device("b"))[0].count == 1);
    CHECK(log.of(device("b"))[0].id == 5);
    log.forget(device("a"));
    log.forget(device("b"));
    CHECK(log.counts().bytes == 0);
}

TEST_CASE("event log: a watcher reads on from a sequence number", "[fleet][unit]") {
    event_log log;
    for (const auto* each : {"a", "b", "c", "a", "d"}) log.record(said("d", each), start);
    const std::vector<std::pair<std::uint64_t, texts>> table{
        {0, {"b", "c"}}, {2, {"c", "a"}}, {3, {"a", "d"}}, {4, {"d"}}, {5, {}}, {99, {}}};
    for (const auto& [sequence, expected] : table) {
        CAPTURE(sequence);
        CHECK(messages(log.after(sequence, 2)) == expected);
    }
    CHECK(log.after(0, 0).empty());
    CHECK(log.sequence() == 5);
}

namespace {

// What event_log promises, said as simply as possible: a list in order of sequence.
class naive_log {
public:
    explicit naive_log(event_limits limits) : limits_{limits} {}

    struct known {
        std::array<std::string, 7> what; // kind, ns, name, type, reason, message, source
        std::uint64_t id;
        std::uint64_t sequence;
        std::uint64_t count;

        bool operator==(const known&) const = default;
        bool is_about(const known& other) const {
            return std::equal(what.begin(), what.begin() + 3, other.what.begin());
        }
    };

    static known from(const event& read) { return {texts_of(read.what), read.id, read.sequence, read.count}; }

    void record(const occurrence& what) {
        ++sequence_;
        known next{texts_of(what), sequence_, sequence_, 1};
        const auto same = std::find_if(events.begin(), events.end(),
                                       [&](const known& each) { return each.what == next.what; });
        if (same != events.end()) {
            next.id = same->id;
            next.count = same->count + 1;
            events.erase(same);
        }
        events.push_back(next);
        const auto about = [&](const known& each) { return each.is_about(next); };
        if (std::count_if(events.begin(), events.end(), about) > static_cast<long>(limits_.per_object)) {
            events.erase(std::find_if(events.begin(), events.end(), about));
            ++dropped;
        }
        if (events.size() > limits_.total) {
            events.pop_front();
            ++dropped;
        }
    }

    void forget(const event_object& object) {
        const known gone{texts_of({object, {}, {}, {}, {}}), 0, 0, 0};
        events.remove_if([&](const known& each) { return each.is_about(gone); });
    }

    std::list<known> events;
    std::uint64_t dropped = 0;

private:
    static std::array<std::string, 7> texts_of(const occurrence& what) {
        const auto type = std::to_string(static_cast<int>(what.type));
        return {
            std::string{what.object.kind}, std::string{what.object.ns}, std::string{what.object.name}, type,
            std::string{what.reason},      std::string{what.message},   std::string{what.source}};
    }

    event_limits limits_;
    std::uint64_t sequence_ = 0;
};

} // namespace

TEST_CASE("event log: it is what a naive log is, whatever happens in whatever order", "[fleet][unit]") {
    const texts names{"a", "b", "a-name-that-is-too-long-to-lie-inside-a-string", "", "A"};
    const texts messages{"", "1", "2", "3", "4", "5", std::string(900, 'x')};
    for (unsigned seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        const auto pick = [&](std::size_t of) { return random() % of; };
        const event_limits limits{.per_object = 1 + pick(6), .total = 1 + pick(40)};
        event_log log{limits};
        naive_log naive{limits};
        for (int step = 0; step < 500; ++step) {
            const event_object object{pick(8) == 0 ? "EdgeWorkload" : "EdgeDevice",
                                      pick(4) == 0 ? "plant-1" : "default", names[pick(names.size())]};
            if (pick(25) == 0) {
                log.forget(object);
                naive.forget(object);
            } else {
                const occurrence what{object, pick(3) == 0 ? event_type::warning : event_type::normal,
                                      pick(2) == 0 ? "Started" : "Failed", messages[pick(messages.size())],
                                      pick(5) == 0 ? "edgeconf" : "device"};
                log.record(what, start);
                naive.record(what);
            }
            std::list<naive_log::known> all;
            for (const auto& each : log.after(0, 1000)) all.push_back(naive_log::from(each));
            REQUIRE(all == naive.events);
            std::list<naive_log::known> own;
            for (const auto& each : log.of(object)) own.push_back(naive_log::from(each));
            all.remove_if([&](const auto& each) {
                return event_object{each.what[0], each.what[1], each.what[2]} != object;
            });
            REQUIRE(own == all);
        }
        CHECK(log.counts().events == naive.events.size());
        CHECK(log.counts().dropped == naive.dropped);
    }
}

TEST_CASE("event log: a limit that is lowered holds from the next occurrence on", "[fleet][unit]") {
    event_log log{{.per_object = 10}};
    const event_object object{"EdgeDevice", "n", "d"};
    const auto record = [&](int i) {
        const auto message = std::to_string(i);
        log.record({object, event_type::normal, "Reason", message, "device"}, {});
    };
    for (int i = 0; i < 10; ++i) record(i);
    log.set_limits({.per_object = 3});
    CHECK(log.of(object).size() == 10);
    record(10);
    CHECK(log.of(object).size() == 3);
    log.set_limits({.per_object = 0});
    record(11);
    CHECK(log.of(object).empty());
    CHECK(log.counts().objects == 0);
}

TEST_CASE("event log: an event that is restored too late takes nobody's place", "[fleet][unit]") {
    event_log log;
    event kept;
    kept.what = said("pump-7", "before");
    kept.id = kept.sequence = kept.count = 1;
    log.restore(kept);
    log.record(said("pump-7", "now"), start);
    kept.what = said("pump-8", "late");
    kept.id = kept.sequence = 2;
    log.restore(kept);
    CHECK(messages(log.of(device("pump-7"))) == texts{"before", "now"});
    CHECK(log.of(device("pump-8")).empty());
    log.forget(device("pump-7"));
    CHECK(log.counts().events == 0);
}
