#include "ldap/device_writer.hpp"

#include "sample_entries.hpp"

#include "fleet/device_document.hpp"

#include "ldap/cutting_proxy.hpp"
#include "ldap/host_connection.hpp"
#include "ldap/overlays.hpp"
#include "ldap/slapd.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::ldap;
using Catch::Contains;
using edgeconf::test::cutting_proxy;
using edgeconf::test::eventually;
using edgeconf::test::slapd;
using namespace std::chrono_literals;
namespace fleet = edgeconf::fleet;
using fleet::aspect;

namespace {

constexpr std::uint64_t theirs = 9;

using words = std::vector<std::string>;

// Hosts may not write the device `frozen`.
constexpr const char* frozen = "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n"
                               "olcAccess: {0}to dn.exact=\"edgeDeviceId=frozen,ou=devices,ou=edge,"
                               "dc=example,dc=com\" by dn.exact=\"cn=edgeconf,ou=services,dc=example,dc=com\""
                               " read by * break\n";

slapd& directory() {
    static slapd running{{.fast = true, .configuration = frozen}};
    return running;
}

connection_settings connection(const std::string& url) {
    return edgeconf::test::host_connection(directory(), {url});
}

settings settings_of(heartbeats mode, const std::string& url, std::chrono::seconds interval = 300s) {
    auto made = sample_settings();
    made.connection = connection(url);
    made.heartbeats = mode;
    made.heartbeat_interval = interval;
    return made;
}

// A host that follows nothing: it knows what it wrote, and what it is shown.
class host {
public:
    explicit host(std::uint64_t writer = 7, heartbeats mode = heartbeats::memory,
                  std::chrono::seconds interval = 300s, const std::string& url = directory().url())
        : with{settings_of(mode, url, interval)}, over{with.connection}, all{with, writer}, writes{with, all,
                                                                                                   writer} {}

    write_outcome save(const fleet::device_record& device) { return save(over, {&device}); }
    write_outcome save(session& by, const std::vector<const fleet::device_record*>& devices) {
        write_outcome out;
        std::vector<fleet::device_update> updates;
        for (const auto* each : devices) updates.push_back({each});
        writes.save(by, updates, out);
        return out;
    }
    write_outcome remove(std::uint32_t number) {
        write_outcome out;
        writes.remove(over, {number}, out);
        return out;
    }
    write_outcome tend() {
        write_outcome out;
        writes.tend(over, out);
        return out;
    }
    entry read(const std::string& id) { return over.read(dn(id), device_attribute_names()).value(); }
    bool has(const std::string& id) { return over.read(dn(id), device_attribute_names()).has_value(); }
    // As the follower would.
    words see(const std::string& id) {
        all.take(read(id), false, model);
        return model.take();
    }
    static std::string dn(const std::string& id) {
        return "edgeDeviceId=" + id + ",ou=devices," + directory().base();
    }

    settings with;
    session over;
    device_entries all;
    device_writer writes;
    told_news model;
};

void edit(const std::string& id, const std::string& change) {
    directory().modify("dn: " + host::dn(id) + "\nchangetype: modify\n" + change + "\n");
}

revision revision_of(const entry& from) {
    return parse_revision(from.value("edgeRevision")).value_or(revision{});
}

bool is_clean(const write_outcome& out) {
    return out.overtaken.empty() && out.now.empty() && out.gone.empty() && out.refused.empty();
}

// What is written arrives, as the revision of this count; its answer does not.
void lose_answer(host& one, const fleet::device_record& device, std::uint64_t count) {
    cutting_proxy network{directory().port()};
    auto impatient = connection(network.url());
    impatient.operation_timeout = 300ms;
    session cut{impatient};
    network.hold(cutting_proxy::way::out);
    CHECK_THROWS_AS(one.save(cut, {&device}), directory_problem);
    CHECK(eventually([&] { return one.has(device.id) && revision_of(one.read(device.id)).count == count; }));
}

fleet::device_record record(const std::string& id, std::uint32_t number = 1) {
    return sample_device(id, number);
}

} // namespace

TEST_CASE("device writer: a new device is added, and what it says is read again", "[ldap][writer]") {
    host one;
    const auto device = record("new");
    CHECK(is_clean(one.save(device)));
    const auto now = one.read("new");
    const auto made = attributes_of(device, fleet::lasting_status_document(device));
    CHECK(given_of(now) == made.given);
    CHECK(told_of(now) == made.told);
    CHECK(revision_of(now) == revision{1, 7});
    CHECK(one.see("new").empty()); // our own
    CHECK(is_clean(one.save(device)));
    CHECK(revision_of(one.read("new")) == revision{1, 7}); // said nothing new
}

TEST_CASE("device writer: what is new of a device is changed, and only that", "[ldap][writer]") {
    host one;
    auto device = record("changed");
    device.given = std::make_shared<const fleet::given_spec>(fleet::given_spec{"{ }", {}});
    one.save(device);
    one.see("changed");
    edit("changed", "add: edgeLabel\nedgeLabel: by=hand");
    CHECK(one.see("changed") == words{"changed given known"});
    device.given_labels.set("by", "hand");
    device.given_labels.set("line", "3");
    device.pin = fleet::identity_pin::from_text(device.pin.text()).value_or(fleet::identity_pin{});
    CHECK(is_clean(one.save(device)));
    const auto now = one.read("changed");
    CHECK(given_of(now).labels == words{"by=hand", "line=3", "site=north"});
    CHECK(revision_of(now) == revision{2, 7});
}

TEST_CASE("device writer: a device that an administrator entered becomes one that hosts know",
          "[ldap][writer]") {
    directory().add("dn: " + host::dn("entered") +
                    "\nobjectClass: edgeDevice\nedgeApproval: Approved\nedgeNamespace: plant-1\nedgeLabel: "
                    "line=2\nedgeLabel: site=north\n"
                    "edgeSpec:: aGVhcnRiZWF0OgogIHBlcmlvZFNlY29uZHM6IDMwCg==\n");
    host one;
    CHECK(one.see("entered") == words{"entered all known"});
    CHECK(is_clean(one.save(record("entered"))));
    const auto now = one.read("entered");
    CHECK(now.is_a("edgeDeviceState"));
    CHECK(now.value("edgeApproval") == "Approved"); // means the same
    CHECK_THAT(std::string{now.value("edgeSpec")}, Contains("heartbeat:\n"));
}

TEST_CASE("device writer: of two hosts the faster one has written", "[ldap][writer]") {
    host one{7};
    host other{theirs};
    auto device = record("raced");
    CHECK(is_clean(one.save(device)));
    const auto late = other.save(device);
    CHECK(late.overtaken == words{"raced"});
    REQUIRE(late.now.size() == 1);
    CHECK(late.now.front().dn() == host::dn("raced"));
    other.all.take(late.now.front(), true, other.model);

    device.reported_labels.set("x", "1");
    CHECK(is_clean(other.save(device)));
    device.reported_labels.set("x", "2");
    const auto overtaken = one.save(device);
    CHECK(overtaken.overtaken == words{"raced"});
    REQUIRE(overtaken.now.size() == 1);
    CHECK(revision_of(overtaken.now.front()) == revision{2, theirs});
    CHECK_THAT(told_of(one.read("raced")).membership, Contains(R"("x":"1")"));
    CHECK(one.writes.problems().empty());
}

TEST_CASE("device writer: an administrator's approval stands", "[ldap][writer]") {
    host one;
    auto device = record("declined");
    device.state = fleet::device_state::pending;
    one.save(device);
    one.see("declined");
    edit("declined", "replace: edgeApproval\nedgeApproval: declined");
    device.state = fleet::device_state::known; // by a rule, meanwhile
    const auto out = one.save(device);
    CHECK(out.overtaken == words{"declined"});
    REQUIRE(out.now.size() == 1);
    CHECK(out.now.front().value("edgeApproval") == "declined");
    CHECK(one.read("declined").value("edgeApproval") == "declined");

    // What hosts remember is another matter.
    one.all.take(out.now.front(), true, one.model);
    device.state = fleet::device_state::denied;
    device.reported_labels.set("x", "1");
    CHECK(is_clean(one.save(device)));
    CHECK(one.read("declined").value("edgeApproval") == "declined");
}

TEST_CASE("device writer: a device whose entry is gone is not written again", "[ldap][writer]") {
    host one;
    auto device = record("gone");
    one.save(device);
    one.see("gone");
    const auto id = one.read("gone").id();
    directory().remove(host::dn("gone"));
    device.reported_labels.set("x", "1");
    const auto out = one.save(device);
    CHECK(out.overtaken == words{"gone"});
    CHECK(out.gone == std::vector<entry_id>{id});
    CHECK_FALSE(one.has("gone"));
}

TEST_CASE("device writer: a device whose entry went before it was seen is refused", "[ldap][writer]") {
    host one;
    auto device = record("unseen");
    one.save(device);
    directory().remove(host::dn("unseen"));
    device.given_labels.set("x", "1");
    const auto out = one.save(device);
    CHECK(out.overtaken == words{"unseen"});
    CHECK(out.refused == words{"unseen"});
    CHECK(out.gone.empty());
    CHECK(is_clean(one.save(device))); // it enrols again
    CHECK(one.has("unseen"));
}

TEST_CASE("device writer: what was written and never answered is recognised", "[ldap][writer]") {
    host one;
    auto device = record("lost");
    lose_answer(one, device, 1);
    CHECK(is_clean(one.save(device)));

    device.reported_labels.set("x", "1");
    lose_answer(one, device, 3);
    CHECK(is_clean(one.save(device)));
    const auto count = revision_of(one.read("lost")).count;
    CHECK_THAT(told_of(one.read("lost")).membership, Contains(R"("x":"1")"));
    CHECK(one.see("lost").empty());
    CHECK(is_clean(one.save(device)));
    CHECK(revision_of(one.read("lost")).count == count);
}

TEST_CASE("device writer: what was answered before the time was over is not written again",
          "[ldap][writer]") {
    host one;
    std::vector<fleet::device_record> devices;
    for (std::uint32_t i = 0; i < 1000; ++i) devices.push_back(record("many-" + std::to_string(i), i + 1));
    std::vector<const fleet::device_record*> all;
    for (const auto& each : devices) all.push_back(&each);
    std::uint64_t unanswered = 0;
    for (auto time = 1ms;; time *= 2) {
        session over{one.with.connection};
        over.finish_by(after(time));
        try {
            const auto out = one.save(over, all);
            CHECK(is_clean(out));
            break;
        } catch (const directory_problem& problem) {
            CHECK(session::lost(problem));
            unanswered += 32; // as many are on their way
        }
    }
    CHECK(unanswered > 0);
    std::uint64_t again = 0;
    for (const auto& each : devices) again += revision_of(one.read(each.id)).count - 1;
    CHECK(again <= unanswered);
}

TEST_CASE("device writer: what changed behind an unanswered write is not lost", "[ldap][writer]") {
    host one;
    auto device = record("approved");
    device.state = fleet::device_state::pending;
    lose_answer(one, device, 1);
    device.state = fleet::device_state::known;
    // Whether the entry still says what was written, or what an administrator wrote since, nobody knows.
    const auto out = one.save(device);
    CHECK(out.overtaken == words{"approved"});
    REQUIRE(out.now.size() == 1);
    one.all.take(out.now.front(), true, one.model);
    CHECK(one.model.take() == words{"approved all pending"});

    CHECK(is_clean(one.save(device)));
    CHECK(one.read("approved").value("edgeApproval") == "approved");
    device.state = fleet::device_state::removed;
    host unheard{7}; // the same process, as far as entries say
    unheard.see("approved");
    CHECK(is_clean(unheard.save(device)));
    CHECK(is_clean(one.save(device))); // is what the entry says
    CHECK(one.read("approved").value("edgeApproval") == "removed");
}

TEST_CASE("device writer: what the server does not take of one device is that one's problem",
          "[ldap][writer]") {
    host one;
    const auto refused = record("frozen", 1);
    const auto added = record("beside-1", 2);
    auto out = one.save(one.over, {&refused, &added});
    CHECK(out.overtaken == words{"frozen"});
    CHECK(out.refused == words{"frozen"});
    CHECK(one.has("beside-1"));
    CHECK(one.writes.problems().size() <= 1); // of adding devices at all, unless one could be added since

    directory().add("dn: " + host::dn("frozen") + "\nobjectClass: edgeDevice\nedgeNamespace: plant-1\n");
    one.see("frozen");
    const auto beside = record("beside-2", 3);
    out = one.save(one.over, {&refused, &beside});
    CHECK(out.overtaken == words{"frozen"});
    REQUIRE(out.now.size() == 1);
    CHECK(out.now.front().dn() == host::dn("frozen"));
    CHECK(out.refused.empty());
    CHECK(one.has("beside-2"));
    REQUIRE(one.writes.problems().count(host::dn("frozen")) == 1);
    CHECK_THAT(one.writes.problems().at(host::dn("frozen")),
               Contains("cannot be written: Insufficient access (50)"));

    out = one.remove(refused.number);
    CHECK(one.has("frozen"));

    const auto id = one.read("frozen").id();
    directory().remove(host::dn("frozen"));
    one.all.take_gone(id, one.model);
    one.save(one.over, {});
    CHECK(one.writes.problems().empty());
}

TEST_CASE("device writer: what the server fails for with one device alone is that one's problem",
          "[ldap][writer]") {
    const slapd failing{{.fast = true, .configuration = edgeconf::test::failing_entries()}};
    host one{7, heartbeats::memory, 300s, failing.url()};
    auto device = record("failing", 5);
    CHECK(is_clean(one.save(device)));
    const auto operation = GENERATE("modify", "delete");
    const bool has_others = GENERATE(true, false);
    CAPTURE(operation, has_others);
    if (has_others) {
        auto other = record("other", 6);
        other.signs->heard(1'700'000'060);
        CHECK(is_clean(one.save(other)));
    }
    edgeconf::test::let_fail(failing, host::dn("failing"), operation);
    device.reported_labels.set("x", "1");
    const auto write = [&](host& by) {
        return operation == std::string{"modify"} ? by.save(device) : by.remove(5);
    };
    CHECK_THROWS_AS(write(one), directory_problem); // it may be the disk's
    const auto out = write(one);
    REQUIRE(out.now.size() == 1);
    CHECK(out.now.front().value("edgeDeviceId") == "failing");
    CHECK_THAT(one.writes.problems()[host::dn("failing")], Contains("(80): not this one"));
    if (!has_others) return;
    CHECK(one.read("other").value("edgeHeard") == "20231114221420Z");
    CHECK(revision_of(one.read("other")).count == 1);

    // Where others fail, too, it is the server's, and nothing is lost.
    edgeconf::test::let_fail(failing, host::dn("other"), "modify");
    host later{7, heartbeats::memory, 300s, failing.url()};
    later.see("failing");
    later.see("other");
    later.all.index().set_number(*later.all.index().find("failing"), 5);
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(write(later), directory_problem);
    CHECK(later.writes.problems().empty());
}

TEST_CASE("device writer: devices that are refused, however many, are one problem", "[ldap][writer]") {
    directory().add("dn: " + host::dn("Case") + "\nobjectClass: edgeDevice\nedgeApproval: declined\n");
    host one;
    for (int i = 0; i < 3; ++i) {
        const auto out = one.save(record("frozen"));
        CHECK(out.refused == words{"frozen"});
    }
    REQUIRE(one.writes.problems().size() == 1);
    CHECK_THAT(one.writes.problems().begin()->second, Contains("the device frozen cannot be added: "));
    // R19: the directory has it, in another spelling.
    const auto out = one.save(record("case"));
    CHECK(out.refused == words{"case"});
    REQUIRE(out.now.size() == 1);
    CHECK(out.now.front().value("edgeDeviceId") == "Case");
    one.save(record("taken"));
    CHECK(one.writes.problems().empty());
}

TEST_CASE("device writer: what is too large for any server is not sent", "[ldap][writer]") {
    host one{7, heartbeats::write};
    auto large = record("large", 1);
    large.status.phase = std::string(3'000'000, 'x');
    const auto small = record("small", 2);
    auto out = one.save(one.over, {&large, &small});
    CHECK(out.refused == words{"large"});
    CHECK(one.has("small"));

    one.save(record("large"));
    out = one.save(large);
    CHECK(out.overtaken == words{"large"});
    CHECK_THAT(one.writes.problems()[host::dn("large")], Contains("more than servers take"));
    large.status.phase = "up";
    CHECK(is_clean(one.save(large)));
    CHECK(one.writes.problems().empty());
}

TEST_CASE("device writer: what we would not read again is not written", "[ldap][writer]") {
    host one;
    auto device = record("unreadable");
    device.given_labels.set("flotta/member-of", "no label");
    CHECK(one.save(device).refused == words{"unreadable"});
    CHECK_FALSE(one.has("unreadable"));
    REQUIRE(one.writes.problems().size() == 1);
    CHECK_THAT(one.writes.problems().begin()->second, Contains("edgeLabel has"));
    device.given_labels.set("flotta/member-of", "label");
    CHECK(is_clean(one.save(device)));
    CHECK(one.writes.problems().empty());
}

TEST_CASE("device writer: without the entry that devices are below nothing can be written",
          "[ldap][writer]") {
    auto nowhere = settings_of(heartbeats::memory, directory().url());
    nowhere.base = "ou=missing," + directory().base();
    session over{nowhere.connection};
    device_entries all{nowhere, 7};
    device_writer writes{nowhere, all, 7};
    const auto device = record("a");
    write_outcome out;
    CHECK_THROWS_AS(writes.save(over, {{&device}}, out), directory_problem);
    CHECK(is_clean(out));
}

TEST_CASE("device writer: a device is removed unless somebody has changed it", "[ldap][writer]") {
    host one;
    const auto device = record("removed", 5);
    one.save(device);
    CHECK(is_clean(one.remove(5)));
    CHECK_FALSE(one.has("removed"));
    CHECK(one.all.index().find("removed") == nullptr);
    CHECK(is_clean(one.remove(5)));

    one.save(device);
    edit("removed", "add: edgeLabel\nedgeLabel: keep=it");
    auto out = one.remove(5);
    REQUIRE(out.now.size() == 1);
    CHECK(one.has("removed"));
    one.all.take(out.now.front(), true, one.model);
    CHECK(one.model.take() == words{"removed all known"});

    host other{theirs};
    other.see("removed");
    auto theirs_now = record("removed", 5);
    theirs_now.given_labels.set("keep", "it");
    theirs_now.reported_labels.set("x", "1");
    CHECK(is_clean(other.save(theirs_now)));
    CHECK(one.remove(5).now.size() == 1);
    CHECK(one.has("removed"));

    directory().remove(host::dn("removed"));
    CHECK(is_clean(one.remove(5)));
    CHECK(one.all.index().find("removed") == nullptr);
}

TEST_CASE("device writer: heartbeats are written as the settings have it", "[ldap][writer]") {
    const auto after_heartbeat = [](heartbeats mode, const std::string& id) {
        host one{7, mode, 0s};
        auto device = record(id);
        device.status.registered = 5;
        one.save(device);
        device.status.phase = "up";
        device.unsaved = aspect::status;
        CHECK(is_clean(one.save(device)));
        return one.read(id);
    };
    for (const auto mode : {heartbeats::ignore, heartbeats::memory}) {
        const auto now = after_heartbeat(mode, mode == heartbeats::ignore ? "ignored" : "remembered");
        CHECK(now.value("edgeStatus") == R"({"registered":5})");
        CHECK(revision_of(now).count == 1);
    }
    const auto now = after_heartbeat(heartbeats::write, "written");
    CHECK(now.value("edgeStatus") == R"({"phase":"up","registered":5})");
    CHECK(revision_of(now).count == 2);
}

TEST_CASE("device writer: what heartbeats say makes no entry", "[ldap][writer]") {
    for (const auto mode : {heartbeats::memory, heartbeats::write}) {
        host one{7, mode, 0s};
        auto device = record("silent");
        device.status.registered = 5;
        device.status.phase = "up";
        device.unsaved = aspect::status;
        CHECK(is_clean(one.save(device)));
        CHECK_FALSE(one.has("silent"));
    }
}

TEST_CASE("device writer: R7a a device whose departure may be held is not put back by its host",
          "[ldap][writer]") {
    host one;
    auto device = record("departed");
    CHECK(is_clean(one.save(device)));
    one.see("departed");
    const auto id = one.read("departed").id();
    directory().remove(host::dn("departed"));
    one.all.take_gone(id, one.model);
    device.status.registered = 9;
    CHECK(one.save(device).overtaken == words{"departed"});
    CHECK_FALSE(one.has("departed"));
    device.number += 1; // has enrolled anew
    CHECK(is_clean(one.save(device)));
    CHECK(one.has("departed"));
}

TEST_CASE("device writer: R6 that a device asks still is written now and then", "[ldap][writer]") {
    host one;
    auto device = record("asking");
    device.signs->heard(1'700'000'000);
    CHECK(is_clean(one.save(device)));
    device.signs->heard(1'700'000'060);
    CHECK(is_clean(one.save(device)));
    CHECK(revision_of(one.read("asking")).count == 1);
    device.signs->heard(1'700'007'200);
    CHECK(is_clean(one.save(device)));
    CHECK(revision_of(one.read("asking")).count == 2);
    CHECK(one.read("asking").value("edgeHeard") == "20231115001320Z");
}

TEST_CASE("device writer: what no host has ever written does not expire", "[ldap][writer]") {
    directory().add("dn: " + host::dn("prepared") +
                    "\nobjectClass: edgeDevice\nedgeApproval: pending\nedgeNamespace: plant-1\n");
    host one;
    one.see("prepared");
    one.all.index().set_number(*one.all.index().find("prepared"), 77);
    CHECK(one.remove(77).now.size() == 1);
    CHECK(one.has("prepared"));
}

TEST_CASE("device writer: heartbeats that come fast are written once per interval", "[ldap][writer]") {
    host one{7, heartbeats::write, 300s};
    auto device = record("fast");
    one.save(device);
    const auto beat = [&](const std::string& phase) {
        device.status.phase = phase;
        device.unsaved = aspect::status;
        CHECK(is_clean(one.save(device)));
    };
    const auto pass = [&] { one.all.index().find("fast")->last_written -= 300s; };
    beat("a");
    beat("b");
    CHECK(is_clean(one.tend()));
    CHECK(revision_of(one.read("fast")).count == 1);
    pass();
    CHECK(is_clean(one.tend()));
    auto now = one.read("fast");
    CHECK(now.value("edgeStatus") == R"({"phase":"b"})");
    CHECK(revision_of(now).count == 2);
    CHECK(given_of(now) == attributes_of(device, {}).given);
    pass();
    CHECK(is_clean(one.tend())); // nothing is left
    CHECK(revision_of(one.read("fast")).count == 2);

    // An approval does not wait, and takes with it what waited.
    one.all.index().find("fast")->last_written += 300s;
    beat("c");
    device.unsaved = aspect::membership;
    device.given_labels.set("line", "9");
    CHECK(is_clean(one.save(device)));
    now = one.read("fast");
    CHECK(now.value("edgeStatus") == R"({"phase":"c"})");
    CHECK(revision_of(now).count == 3);
    pass();
    one.tend();
    CHECK(revision_of(one.read("fast")).count == 3);
}

TEST_CASE("device writer: a heartbeat that waited says nothing once somebody else has written",
          "[ldap][writer]") {
    host one{7, heartbeats::write, 300s};
    host other{theirs, heartbeats::write, 0s};
    auto device = record("overtaken");
    one.save(device);
    device.status.phase = "old";
    device.unsaved = aspect::status;
    one.save(device);
    other.see("overtaken");
    device.status.phase = "new";
    CHECK(is_clean(other.save(device)));
    CHECK(one.see("overtaken") == words{"overtaken told"});
    one.all.index().find("overtaken")->last_written -= 300s;
    CHECK(is_clean(one.tend()));
    CHECK(one.read("overtaken").value("edgeStatus") == R"({"phase":"new"})");
}

TEST_CASE("device writer: of a device that the inventory has only what hosts remember is written",
          "[ldap][writer]") {
    auto with = settings_with_inventory();
    with.connection = connection(directory().url());
    session over{with.connection};
    device_entries all{with, 7};
    device_writer writes{with, all, 7};
    all.load_inventory(numbered(101, "cn=m", {{"serialNumber", {"mapped"}}}));
    auto device = record("mapped");
    write_outcome out;
    writes.save(over, {{&device}}, out);
    device.reported_labels.set("x", "1");
    device.given_labels.set("y", "1");
    writes.save(over, {{&device}}, out);
    CHECK(is_clean(out));
    const auto now = over.read(host::dn("mapped"), device_attribute_names()).value();
    CHECK(given_of(now) == given_attributes{"pending", {}, {}, {}}); // not in, without the inventory
    CHECK_THAT(told_of(now).membership, Contains(R"("x":"1")"));
    CHECK(revision_of(now).count == 2);
}
