#include "ldap/device_form.hpp"

#include "sample_entries.hpp"

#include "fleet/device_document.hpp"

#include "support/catch.hpp"

#include <random>

using namespace edgeconf::ldap;
using namespace std::string_literals;
using Catch::Contains;
namespace fleet = edgeconf::fleet;

namespace {

constexpr const char* dn = "edgeDeviceId=a,ou=devices,ou=edge,dc=example,dc=com";

const modification* change_of(const write_request& request, std::string_view attribute) {
    for (const auto& each : request.changes) {
        if (each.attribute == attribute) return &each;
    }
    return nullptr;
}

// "edgeSpec=x -edgeLabel=a +edgeLabel=b"
std::string words_of(const write_request& request) {
    std::string words;
    for (const auto& each : request.changes) {
        if (!words.empty()) words += ' ';
        if (each.is == modification::kind::add) words += '+';
        if (each.is == modification::kind::remove) words += '-';
        words += each.attribute;
        for (const auto& value : each.values) words.append("=").append(value);
    }
    return words;
}

std::string changed(const given_attributes& was, const given_attributes& given) {
    write_request made{write_request::kind::modify, dn, {}, {}};
    change_given(made, was, given);
    return words_of(made);
}

std::string problem_of(const given_attributes& given) {
    try {
        (void)given_document(given);
    } catch (const unusable_entry& problem) {
        return problem.what();
    }
    return {};
}

std::string problem_of(const told_attributes& told) {
    try {
        (void)membership_of({}, told);
    } catch (const unusable_entry& problem) {
        return problem.what();
    }
    return {};
}

// Records that have, and have not, whatever a device can have, and say it in a directory's terms.
class random_devices {
public:
    explicit random_devices(unsigned seed) : random_{seed} {}

    fleet::device_record device() {
        fleet::device_record made;
        made.id = "a";
        made.state = static_cast<fleet::device_state>(number(3));
        if (chance() || made.state == fleet::device_state::known)
            made.ns = "plant-" + std::to_string(number(9));
        if (chance()) {
            made.request = std::make_unique<fleet::join_request>();
            *made.request = {text(), text(), text(), time(), time()};
        }
        for (auto many = number(5); many != 0; --many) {
            made.given_labels.set("key-" + std::to_string(number(99)), chance() ? "" : "Value_1.x");
            made.reported_labels.set(text(), text());
        }
        if (chance()) made.given = spec();
        for (auto keys = number(3); keys != 0; --keys) (void)made.pin.offer(fleet::sha256(text()));
        if (chance()) made.pin.prove();
        made.next_key_is_its_own = chance();
        made.status.phase = text();
        made.status.registered = time();
        if (chance()) made.hardware.known = fleet::compact_hardware{text()};
        made.signs = std::make_shared<fleet::liveness>();
        made.signs->heard(time());
        return made;
    }

private:
    std::size_t number(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>{0, most}(random_);
    }
    bool chance() { return number(1) == 1; }
    fleet::unix_seconds time() {
        return chance() ? 0 : static_cast<fleet::unix_seconds>(number(4'000'000'000));
    }
    std::string text() {
        static const std::vector<std::string> pieces{"",       "pump", "=",          "\"",    "\\", "\n",
                                                     "\u00fc", "\x7f", "\U0001f600", "given", "\0"s};
        return pieces[number(pieces.size() - 1)] + pieces[number(pieces.size() - 1)];
    }
    // As read from a directory, or as an administrator gave it.
    std::shared_ptr<const fleet::given_spec> spec() {
        const auto period = std::to_string(number(99) + 1);
        auto made = chance() ? "{\"heartbeat\":{\"periodSeconds\":" + period + "}}"
                             : "{ \"heartbeat\":\n { \"periodSeconds\": " + period +
                                   ", \"hardwareProfile\": {\"scope\": \"full\"}}}";
        return std::make_shared<const fleet::given_spec>(fleet::given_spec{std::move(made), {}});
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("device form: whatever a record says is what is read of its entry", "[ldap][form]") {
    random_devices all{20};
    for (int i = 0; i < 500; ++i) {
        const auto device = all.device();
        const auto made = attributes_of(device, fleet::told_status_document(device));
        const auto now = added(1, device_to_add(dn, "a", made.given, made.told, {1, 2}));
        CAPTURE(made.given_document, made.told.membership);

        CHECK(given_of(now) == made.given);
        CHECK(told_of(now) == made.told);
        CHECK(parse_revision(now.value("edgeRevision")) == revision{1, 2});
        CHECK(given_document(given_of(now)) == made.given_document);

        fleet::device_record read;
        fleet::read_membership(membership_of(made.given_document, told_of(now)), read);
        fleet::read_status(told_of(now).status, read);
        read.id = "a";
        read.hardware.known = fleet::compact_hardware{told_of(now).hardware};
        read.signs = std::make_shared<fleet::liveness>();
        read.signs->heard(told_of(now).heard);
        const auto again = attributes_of(read, fleet::told_status_document(read));
        CHECK(again.given == made.given);
        CHECK(again.given_document == made.given_document);
        CHECK(again.told == made.told);
        CHECK(read.pin == device.pin);
        CHECK(read.state == device.state);
        CHECK(read.ns == device.ns);
        CHECK(read.given_labels == device.given_labels);
    }
}

TEST_CASE("device form: an entry without an approval waits for one, and the word is read in any case",
          "[ldap][form]") {
    const auto state_of = [](const std::string& word) {
        return given_document(given_of(device_entry_of(1, "a", {{"edgeApproval", {word}}})));
    };
    CHECK_THAT(state_of(""), Contains(R"("state":"pending")"));
    CHECK_THAT(state_of("APPROVED"), Contains(R"("state":"known")"));
    CHECK_THAT(state_of("Pending"), Contains(R"("state":"pending")"));
    CHECK_THAT(state_of("declineD"), Contains(R"("state":"denied")"));
    CHECK_THAT(state_of("Removed"), Contains(R"("state":"removed")"));
    CHECK(problem_of(given_attributes{"known", "plant-1", {}, {}}) ==
          R"(edgeApproval is "known"; it has to be pending, approved, declined or removed)");
}

TEST_CASE("device form: a device that is in has a namespace, others may have none", "[ldap][form]") {
    CHECK_THAT(problem_of(given_attributes{"approved", "", {}, {}}), Contains("edgeNamespace is \"\""));
    CHECK_THAT(problem_of(given_attributes{"", "Plant_1", {}, {}}), Contains("edgeNamespace is \"Plant_1\""));
    CHECK_THAT(problem_of(given_attributes{"pending", "Plant_1", {}, {}}), Contains("edgeNamespace"));
    CHECK(problem_of(given_attributes{"pending", "", {}, {}}).empty());
    CHECK(problem_of(given_attributes{"removed", "", {}, {}}).empty());
}

TEST_CASE("device form: labels are those that Kubernetes would take", "[ldap][form]") {
    const auto with = [](std::vector<std::string> labels) {
        return given_attributes{"approved", "plant-1", std::move(labels), {}};
    };
    CHECK_THAT(given_document(with({"b=2", "example.com/a=", "c=x.y_z-1"})),
               Contains(R"("given":{"b":"2","c":"x.y_z-1","example.com/a":""})"));
    CHECK_THAT(problem_of(with({"a b=2"})), Contains("edgeLabel has \"a b\"=\"2\""));
    CHECK_THAT(problem_of(with({"a=" + std::string(64, 'x')})), Contains("edgeLabel"));
    CHECK_THAT(problem_of(with({"a=b=c"})), Contains("edgeLabel has \"a\"=\"b=c\""));
    CHECK_THAT(problem_of(with({"a"})), Contains("has to be key=value"));
    CHECK_THAT(problem_of(with({"a=1", "a=2"})), Contains("has the key \"a\" twice"));
    CHECK(problem_of(with({std::string(1'000'000, 'x') + "=1"})).size() < 500);
}

TEST_CASE("device form: the same in another order, another case or another language is the same document",
          "[ldap][form]") {
    const auto one = device_entry_of(1, "a",
                                     {{"edgeApproval", {"Pending"}},
                                      {"edgeLabel", {"b=2", "a=1"}},
                                      {"edgeSpec", {"heartbeat:\n  periodSeconds: 30\n"}}});
    const auto other = device_entry_of(1, "a",
                                       {{"edgeApproval", {""}},
                                        {"edgeLabel", {"a=1", "b=2"}},
                                        {"edgeSpec", {R"({"heartbeat": {"periodSeconds": 30}})"}}});
    CHECK(given_document(given_of(one)) == given_document(given_of(other)));
}

TEST_CASE("device form: a spec that no device can have is refused by attribute", "[ldap][form]") {
    const auto with = [](std::string spec) {
        return given_attributes{"approved", "plant-1", {}, std::move(spec)};
    };
    CHECK_THAT(problem_of(with("heartbeat: {periodSeconds: often}")),
               Contains("edgeSpec: heartbeat.periodSeconds"));
    CHECK_THAT(problem_of(with("heartbeat: [\n")), Contains("edgeSpec, line "));
    CHECK_THAT(problem_of(with("- a")), Contains("edgeSpec has to be one map"));
    CHECK_FALSE(problem_of(with("a: \xff")).empty());
    CHECK_FALSE(problem_of(with(std::string(200'000, '['))).empty());
    CHECK(problem_of(with("# later\n")).empty());
}

TEST_CASE("device form: R7a: what hosts remember lets no device in", "[ldap][form]") {
    const auto given = given_document({"declined", "plant-1", {"a=1"}, {}});
    const told_attributes told{
        R"({"state":"known","namespace":"other","given":{"role":"admin"},"spec":"{}","reported":{"x":"y"}})",
        {},
        {},
        0};
    fleet::device_record read;
    fleet::read_membership(membership_of(given, told), read);
    CHECK(read.state == fleet::device_state::denied);
    CHECK(read.ns == "plant-1");
    CHECK(read.given_labels == fleet::label_map{{"a", "1"}});
    CHECK(read.given == nullptr);
    CHECK(read.reported_labels == fleet::label_map{{"x", "y"}});

    fleet::read_membership(membership_of({}, told), read);
    CHECK(read.state == fleet::device_state::pending);
    CHECK(read.given_labels.empty());
}

TEST_CASE("device form: what no host has written is refused by attribute", "[ldap][form]") {
    const auto membership = [](std::string text) {
        return problem_of(told_attributes{std::move(text), {}, {}, 0});
    };
    CHECK_THAT(membership("none"), Contains("edgeMembership"));
    CHECK_THAT(membership("[]"), Contains("edgeMembership"));
    CHECK_THAT(membership(std::string(100'000, '[')), Contains("edgeMembership"));
    CHECK_THAT(membership("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"),
               Contains("edgeMembership"));
    CHECK_THAT(membership("{\"request\":{\"model\":\"\xff\"}}"), Contains("edgeMembership"));
    CHECK_THAT(membership("{}\0"s), Contains("edgeMembership"));
    CHECK_THAT(membership(R"({"pin":"mine"})"), Contains("edgeMembership: pin"));
    CHECK_THAT(membership(R"({"request":7})"), Contains("edgeMembership: request"));
    CHECK(membership("").empty());
    CHECK(membership("{}").empty());

    const auto status = [](std::string text) {
        return problem_of(told_attributes{{}, std::move(text), {}, 0});
    };
    CHECK_THAT(status("none"), Contains("edgeStatus"));
    CHECK_THAT(status(R"({"phase":7})"), Contains("edgeStatus: phase"));
    CHECK_THAT(status("{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}"),
               Contains("edgeStatus"));
    CHECK(status(R"({"phase":"up"})").empty());
}

TEST_CASE("device form: a revision is read as it was written, and no other way", "[ldap][form]") {
    CHECK(revision{17, 0x123456789abcdefU}.text() == "17 0123456789abcdef");
    CHECK(parse_revision("17 0123456789abcdef") == revision{17, 0x123456789abcdefU});
    CHECK(parse_revision("18446744073709551615 ffffffffffffffff") == revision{UINT64_MAX, UINT64_MAX});
    CHECK(revision{}.text().empty());
    for (const auto* text :
         {"", "1", "1 ", " 1 0123456789abcdef", "0 0123456789abcdef", "01 0123456789abcdef",
          "-1 0123456789abcdef", "+1 0123456789abcdef", "1 123456789abcdef", "1 0123456789ABCDEF",
          "1 0123456789abcdef ", "1  123456789abcdef", "1 00123456789abcdef",
          "18446744073709551616 0123456789abcdef"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_revision(text).has_value());
    }
}

TEST_CASE("device form: times are in UTC, and what is none is never", "[ldap][form]") {
    const auto heard = [](const std::string& text) {
        return told_of(device_entry_of(1, "a", {{"edgeHeard", {text}}})).heard;
    };
    CHECK(heard("20260101000000Z") == 1'767'225'600);
    CHECK(heard("20260101000000.5Z") == 1'767'225'600);
    for (const auto* text :
         {"", "never", "20260101000000", "20260101000000+0100", "20261301000000Z", "19690101000000Z"}) {
        CAPTURE(text);
        CHECK(heard(text) == 0);
    }
    const auto written = [](fleet::unix_seconds at) {
        const auto made = device_to_add(dn, "a", {}, {{}, {}, {}, at}, {1, 1});
        const auto* change = change_of(made, "edgeHeard");
        return change == nullptr ? ""s : change->values.front();
    };
    CHECK(written(0).empty());
    CHECK(written(-5).empty());
    CHECK(written(1'767'225'600) == "20260101000000Z");
    CHECK(written(INT64_MAX) == "21060207062815Z");
}

TEST_CASE("device form: only what is given otherwise is changed", "[ldap][form]") {
    const given_attributes was{"approved", "plant-1", {"a=1", "b=2"}, "heartbeat: {periodSeconds: 30}"};
    auto now = was;
    now.spec = R"({"heartbeat":{"periodSeconds":30}})";
    CHECK(changed(was, now).empty()); // spelled otherwise
    now.approval = "declined";
    CHECK(changed(was, now) == "-edgeApproval=approved +edgeApproval=declined");
    now = was;
    now.labels = {"b=2", "c=3"};
    CHECK(changed(was, now) == "-edgeLabel=a=1 +edgeLabel=c=3");
    now = was;
    now.ns = "plant-2";
    CHECK(changed(was, now) == "-edgeNamespace=plant-1 +edgeNamespace=plant-2");
    now = was;
    now.spec = R"({"heartbeat":{"periodSeconds":31}})";
    CHECK(changed(was, now) == R"(edgeSpec={"heartbeat":{"periodSeconds":31}})");
    now.spec.clear();
    CHECK(changed(was, now) == "edgeSpec");

    const given_attributes unsaid{"", "plant-1", {}, ""};
    CHECK(changed(unsaid, {"pending", "plant-1", {}, ""}).empty());
    CHECK(changed(unsaid, {"declined", "", {}, "{}"}) ==
          "+edgeApproval=declined -edgeNamespace=plant-1 edgeSpec={}");
}

TEST_CASE("device form: what is written stands upon the revision that was there", "[ldap][form]") {
    const told_attributes told{"{}", "", "h", 0};
    CHECK(words_of(device_to_modify(dn, told, {2, 7}, {3, 9}, true)) ==
          "-edgeRevision=2 0000000000000007 +edgeRevision=3 0000000000000009 edgeMembership={} edgeStatus "
          "edgeHardware=h edgeHeard");
    // Added alone: refused if it has one.
    CHECK(words_of(device_to_modify(dn, told, {}, {1, 9}, false)) ==
          "+objectClass=edgeDeviceState +edgeRevision=1 0000000000000009 edgeMembership={} edgeStatus "
          "edgeHardware=h edgeHeard");
}
