#include "fleet/device_document.hpp"

#include "support/catch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <random>
#include <string>
#include <vector>

using namespace edgeconf::fleet;

namespace {

namespace json = boost::json;

// Records that have, and have not, whatever a record can have.
class random_records {
public:
    explicit random_records(unsigned seed) : random_{seed} {}

    device_record record() {
        device_record made;
        if (chance()) made.ns = text();
        made.state = static_cast<device_state>(number(3));
        if (chance()) {
            made.request = std::make_unique<join_request>();
            *made.request = {text(), text(), text(), time(), time()};
        }
        made.given_labels = labels();
        made.reported_labels = labels();
        if (chance()) made.given = spec();
        for (auto keys = number(3); keys != 0; --keys) (void)made.pin.offer(sha256(text()));
        if (chance()) made.pin.prove();
        made.next_key_is_its_own = chance();
        made.status = status();
        if (chance()) {
            made.offer = std::make_unique<playbook_offer>();
            made.offer->history = history();
        }
        return made;
    }

private:
    std::size_t number(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>{0, most}(random_);
    }
    bool chance() { return number(1) == 1; }
    unix_seconds time() { return chance() ? 0 : static_cast<unix_seconds>(number(4'000'000'000)); }

    std::string text() {
        static const std::vector<std::string> pieces{
            "", "pump", "-7", "\"", "\\", "\n", "ü", "\x7f", "\U0001f600", std::string(1, '\0')};
        return pieces[number(pieces.size() - 1)] + pieces[number(pieces.size() - 1)];
    }

    label_map labels() {
        label_map made;
        for (auto many = number(8); many != 0; --many) made.set(text() + std::to_string(many), text());
        return made;
    }

    std::shared_ptr<const given_spec> spec() {
        if (chance()) return std::make_shared<const given_spec>(given_spec{"{}", {}});
        device_settings settings;
        settings.heartbeat = heartbeat_settings{static_cast<std::int64_t>(number(99)) + 1, {}, {}};
        auto text =
            "{ \"heartbeat\":\n {\"periodSeconds\": " + std::to_string(settings.heartbeat->period_seconds) +
            "}}";
        return std::make_shared<const given_spec>(given_spec{std::move(text), settings});
    }

    device_status status() {
        device_status made;
        if (chance()) return made;
        made.phase = text();
        made.version = text();
        made.registered = time();
        if (chance()) made.upgrade = std::make_shared<upgrade_report>(upgrade_report{text(), text(), text()});
        for (std::size_t i = 0, many = number(9); i < many; ++i) {
            made.workloads.push_back(
                {shared_text{"w" + std::to_string(i)}, shared_text{text()}, time(), shared_text{text()}});
        }
        made.connection = static_cast<connection>(number(2));
        made.not_polling = chance();
        return made;
    }

    playbook_history history() {
        playbook_history made;
        for (auto many = number(4); many != 0; --many) {
            const auto first = text();
            const auto second = text();
            made.offer({{"d-a", &first}, {text(), &second}});
            made.report("d-a", text());
        }
        return made;
    }

    std::mt19937 random_;
};

bool same(const workload_status& a, const workload_status& b) {
    return a.name == b.name && a.phase == b.phase && a.since == b.since &&
           a.last_data_upload == b.last_data_upload;
}

void check_membership(const device_record& a, const device_record& b) {
    CHECK(a.ns == b.ns);
    CHECK(a.state == b.state);
    REQUIRE(bool(a.request) == bool(b.request));
    if (a.request) {
        CHECK(a.request->ns == b.request->ns);
        CHECK(a.request->set == b.request->set);
        CHECK(a.request->model_name == b.request->model_name);
        CHECK(a.request->made == b.request->made);
        CHECK(a.request->decided == b.request->decided);
    }
    CHECK(a.given_labels == b.given_labels);
    CHECK(a.reported_labels == b.reported_labels);
    REQUIRE(bool(a.given) == bool(b.given));
    if (a.given) {
        CHECK(a.given->text == b.given->text);
        CHECK(a.given->settings == b.given->settings);
    }
    CHECK(a.pin == b.pin);
    CHECK(a.next_key_is_its_own == b.next_key_is_its_own);
}

void check_status(const device_record& a, const device_record& b) {
    CHECK(a.status.phase == b.status.phase);
    CHECK(a.status.version == b.status.version);
    CHECK(a.status.registered == b.status.registered);
    REQUIRE(bool(a.status.upgrade) == bool(b.status.upgrade));
    if (a.status.upgrade) CHECK(*a.status.upgrade == *b.status.upgrade);
    CHECK(std::equal(a.status.workloads.begin(), a.status.workloads.end(), b.status.workloads.begin(),
                     b.status.workloads.end(), same));
    CHECK(a.status.connection == b.status.connection);
    CHECK(a.status.not_polling == b.status.not_polling);
    REQUIRE(bool(a.offer) == bool(b.offer));
    if (a.offer) CHECK(a.offer->history == b.offer->history);
}

std::string damage_of_membership(std::string_view document) {
    device_record device;
    try {
        read_membership(document, device);
    } catch (const document_damaged& damaged) {
        return damaged.what();
    }
    return {};
}

std::string damage_of_status(std::string_view document) {
    device_record device;
    try {
        read_status(document, device);
    } catch (const document_damaged& damaged) {
        return damaged.what();
    }
    return {};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("device_document: what is written is read again", "[fleet][unit]") {
    random_records random{7};
    for (int i = 0; i < 2000; ++i) {
        const auto device = random.record();
        const auto membership = membership_document(device);
        const auto status = status_document(device);
        CAPTURE(membership, status);
        // Into a record that had something else.
        auto read = random.record();
        read_membership(membership, read);
        read_status(status, read);
        check_membership(device, read);
        check_status(device, read);
        CHECK(membership_document(read) == membership);
        CHECK(status_document(read) == status);
    }
}

namespace {

// R20: who is heard before a key of it is known may have one.
void check_in_use(const device_record& device, const device_record& read) {
    CHECK(read.status.in_use ==
          (device.status.connection != connection::never && device.pin.state() == pin_state::none));
}

} // namespace

TEST_CASE("device_document: a document without what hosts see for themselves has all that was told",
          "[fleet][unit]") {
    random_records random{8};
    for (int i = 0; i < 500; ++i) {
        auto device = random.record();
        const auto told = told_status_document(device);
        const auto whole = status_document(device);
        CAPTURE(told, whole);
        auto read = random.record();
        read.pin = device.pin;
        read_status(told, read);
        check_in_use(device, read);
        device.status.connection = connection::never;
        device.status.not_polling = false;
        check_status(device, read);
        CHECK(told_status_document(read) == told);
    }
}

TEST_CASE("device_document: a document without what heartbeats say has the registration and the playbooks",
          "[fleet][unit]") {
    random_records random{9};
    for (int i = 0; i < 500; ++i) {
        auto device = random.record();
        const auto lasting = lasting_status_document(device);
        CAPTURE(lasting);
        auto read = random.record();
        read.pin = device.pin;
        read_status(lasting, read);
        check_in_use(device, read);
        const auto registered = device.status.registered;
        device.status = {};
        device.status.registered = registered;
        check_status(device, read);
        CHECK(lasting_status_document(read) == lasting);
    }
}

TEST_CASE("device_document: what is empty is left out", "[fleet][unit]") {
    device_record device;
    CHECK(membership_document(device) == R"({"state":"pending"})");
    CHECK(status_document(device).empty());
    CHECK(told_status_document(device).empty());
    CHECK(lasting_status_document(device).empty());
    device.ns = "plant-1";
    device.state = device_state::known;
    device.pin.choose(sha256("key"));
    CHECK(membership_document(device) == R"({"namespace":"plant-1","state":"known","pin":"confirmed )" +
                                             hexadecimal(sha256("key"), 64) + "\"}");
    device.offer = std::make_unique<playbook_offer>();
    CHECK(status_document(device) == R"({"playbooks":{}})");
}

TEST_CASE("device_document: a member that is absent is as in a new record, whichever it is",
          "[fleet][unit]") {
    auto read = random_records{3}.record();
    read_membership("{}", read);
    read_status("{}", read);
    check_membership(device_record{}, read);
    check_status(device_record{}, read);

    random_records random{4};
    for (int i = 0; i < 100; ++i) {
        const auto device = random.record();
        for (const bool of_status : {false, true}) {
            const auto text = of_status ? status_document(device) : membership_document(device);
            const auto whole = text.empty() ? json::object{} : json::parse(text).get_object();
            for (const auto& member : whole) {
                auto less = whole;
                less.erase(member.key());
                const auto document = json::serialize(less);
                CHECK((of_status ? damage_of_status(document) : damage_of_membership(document)).empty());
            }
        }
    }
}

TEST_CASE("device_document: members of another version are passed over", "[fleet][unit]") {
    device_record read;
    read_membership(R"({"state":"known","colour":["red"],"request":{"ns":1,"namespace":"a"}})", read);
    read_status(R"({"phase":"up","mood":{},"workloads":{"w":{"phase":"Running","cpu":1}}})", read);
    CHECK(read.state == device_state::known);
    CHECK(read.request->ns == "a");
    CHECK(read.status.workload("w")->phase.get() == "Running");
}

TEST_CASE("device_document: workloads are found by name however they were written", "[fleet][unit]") {
    device_record read;
    read_status(R"({"workloads":{"b":{"phase":"2"},"a":{"phase":"1"},"b":{"phase":"3"}}})", read);
    REQUIRE(read.status.workloads.size() == 2);
    CHECK(read.status.workload("a")->phase.get() == "1");
    CHECK(read.status.workload("b")->phase.get() == "3");
}

TEST_CASE("device_document: what cannot have been written is damage, and says where", "[fleet][unit]") {
    struct row {
        std::string document;
        std::string says;
    };
    const std::vector<row> memberships{
        {"", "membership"},
        {"[]", "has to be a map"},
        {"{\"state\":\"known\"", "membership"},
        {"{\"namespace\":\"\xff\"}", "membership"},
        {R"({"namespace":7})", "namespace"},
        {R"({"state":"lost"})", "state"},
        {R"({"state":""})", "state"},
        {R"({"request":[]})", "request"},
        {R"({"request":{"made":-1}})", "request.made"},
        {R"({"request":{"made":1e300}})", "request.made"},
        {R"({"request":{"decided":18446744073709551615}})", "request.decided"},
        {R"({"given":{"a":{}}})", "given.a"},
        {R"({"reported":"x"})", "reported"},
        {R"({"spec":{}})", "spec"},
        {R"({"spec":"{"})", "spec"},
        {R"({"spec":"[]"})", "spec"},
        {R"({"spec":"{\"heartbeat\":{\"periodSeconds\":\"hidden\"}}"})", "heartbeat.periodSeconds"},
        {R"({"pin":"confirmed"})", "pin"},
        {R"({"pin":"hidden"})", "pin"},
        {R"({"nextKeyIsItsOwn":"yes"})", "nextKeyIsItsOwn"},
        {std::string(100'000, '['), "membership"},
    };
    const std::vector<row> statuses{
        {"7", "has to be a map"},
        {R"({"phase":[]})", "phase"},
        {R"({"registered":253402300800})", "registered"},
        {R"({"upgrade":"x"})", "upgrade"},
        {R"({"workloads":[]})", "workloads"},
        {R"({"workloads":{"w":[]}})", "workloads.w"},
        {R"({"workloads":{"w":{"since":true}}})", "workloads.w.since"},
        {R"({"connection":"hidden"})", "connection"},
        {R"({"notPolling":1})", "notPolling"},
        {R"({"playbooks":{"offers":-2}})", "playbooks.offers"},
        {R"({"playbooks":{"ran":{"p":{}}}})", "playbooks.ran.p.text"},
        {R"({"playbooks":{"ran":{"p":{"text":"aGlkZGVu"}}}})", "playbooks.ran.p.text"},
        {R"({"playbooks":{"offers":1,"ran":{"p":{"text":"","offered":2}}}})", "playbooks.ran.p.offered"},
    };
    for (const auto& [document, says] : memberships) {
        CAPTURE(document.substr(0, 80));
        const auto damage = damage_of_membership(document);
        CHECK(contains(damage, "membership"));
        CHECK(contains(damage, says));
        CHECK_FALSE(contains(damage, "hidden"));
    }
    for (const auto& [document, says] : statuses) {
        CAPTURE(document);
        const auto damage = damage_of_status(document);
        CHECK(contains(damage, says));
        CHECK_FALSE(contains(damage, "hidden"));
    }
}

TEST_CASE("device_document: whatever the bytes, they are read or damaged", "[fleet][unit]") {
    random_records records{11};
    std::mt19937 random{12};
    int damaged = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto device = records.record();
        auto membership = membership_document(device);
        auto status = status_document(device);
        for (auto* document : {&membership, &status}) {
            if (document->empty()) continue;
            const auto at = random() % document->size();
            if (i % 3 == 0) {
                document->resize(at);
            } else {
                (*document)[at] = static_cast<char>(random());
            }
        }
        if (!damage_of_membership(membership).empty()) ++damaged;
        if (!damage_of_status(status).empty()) ++damaged;
    }
    CHECK(damaged > 1000);
}

TEST_CASE("device_document: a long list of what does not fit ends with the first", "[fleet][unit]") {
    std::string document = R"({"workloads":{)";
    for (int i = 0; i < 200'000; ++i) document += '"' + std::to_string(i) + "\":1,";
    document.back() = '}';
    CHECK(contains(damage_of_status(document + "}"), "workloads.0"));
}
