#include "fleet/bundle.hpp"

#include "fleet/device_document.hpp"
#include "fleet/finding.hpp"
#include "fleet/read_import.hpp"
#include "hardware_samples.hpp"
#include "manifest_folder.hpp"
#include "stored_fleet.hpp"
#include "support/catch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <random>

using namespace edgeconf::fleet;

namespace {

namespace json = boost::json;

const std::string start = "{\"bundle\":\"edgeconf\",\"version\":1}\n";

std::string end_of(int objects, int devices) {
    return "{\"end\":{\"objects\":" + std::to_string(objects) + ",\"devices\":" + std::to_string(devices) +
           "}}\n";
}

const hardware_codec& unpacking() {
    static const hardware_codec codec;
    return codec;
}

struct reading {
    imported_fleet fleet;
    std::vector<std::string> errors; // without the folder
};

reading read(std::string_view text) {
    manifest_folder folder;
    folder.write("fleet", text);
    findings found;
    reading made{read_import(folder.path() / "fleet", found), {}};
    const auto prefix = folder.path().string() + "/";
    for (const auto& each : found.all()) {
        if (each.level != severity::error) continue;
        CHECK(each.text.starts_with(prefix));
        made.errors.push_back(each.text.substr(std::min(prefix.size(), each.text.size())));
    }
    if (!made.errors.empty()) {
        CHECK(made.fleet.devices.empty());
        CHECK(made.fleet.objects.empty());
    }
    return made;
}

// Of objects and devices, one a line, that are all right.
imported_fleet fleet_of(const std::vector<std::string>& objects, const std::vector<std::string>& devices) {
    std::string text = start;
    for (const auto& each : objects) text += "{\"object\":" + each + "}\n";
    for (const auto& each : devices) text += "{\"device\":" + each + "}\n";
    auto made = read(text + end_of(static_cast<int>(objects.size()), static_cast<int>(devices.size())));
    CAPTURE(made.errors);
    REQUIRE(made.errors.empty());
    return std::move(made.fleet);
}

std::vector<std::string> errors_of(const std::string& text) { return read(text).errors; }

std::string bundle_of(store& fleet, std::size_t enough, int* pages = nullptr) {
    std::string text;
    std::string at;
    do {
        auto page = make_bundle_page(at, enough, 7, fleet, unpacking());
        CHECK(page.text.ends_with('\n'));
        text += page.text;
        at = page.next;
        if (pages != nullptr) ++*pages;
    } while (!at.empty());
    return text;
}

std::string edge_device_object(const std::string& more, const std::string& spec = "{}") {
    return R"({"apiVersion":"management.project-flotta.io/v1alpha1","kind":"EdgeDevice",)"
           R"("metadata":{"name":"pump-1","namespace":"plant-1")" +
           more + R"(},"spec":)" + spec + "}";
}

std::string request_object(const std::string& spec, const std::string& status = "{}") {
    return R"({"apiVersion":"management.project-flotta.io/v1alpha1","kind":"EdgeDeviceSignedRequest",)"
           R"("metadata":{"name":"pump-1","creationTimestamp":"2022-11-03T10:11:12Z"},)"
           R"("spec":{"targetNamespace":"plant-1")" +
           spec + R"(},"status":)" + status + "}";
}

const std::string declined = R"({"conditions":[{"type":"declined","status":"True",)"
                             R"("lastTransitionTime":"2022-11-04T00:00:00Z"}]})";

device_record only_device(const imported_fleet& fleet) {
    device_record device;
    REQUIRE(fleet.devices.size() == 1);
    read_membership(fleet.devices[0].membership, device);
    read_status(fleet.devices[0].status, device);
    return device;
}

std::string membership_of(const imported_fleet& fleet) {
    REQUIRE(fleet.devices.size() == 1);
    return fleet.devices[0].membership;
}

} // namespace

TEST_CASE("bundle: a fleet is the same after the journey", "[fleet][unit]") {
    hardware_codec codec;
    stored_fleet fleet;
    fleet.files.push_back({});
    fleet.files[0].path = "a.yaml";
    fleet.files[0].objects.push_back(
        {1, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"v"}})"});
    fleet.objects.push_back(
        {{object_kind::secret, {"plant-1", "s"}},
         "{\"apiVersion\":\"v1\",\n\"kind\":\"Secret\",\r\n"
         "\"metadata\":{\"name\":\"s\",\"namespace\":\"plant-1\"},\"data\":{\"k\":\"cGFzcw==\"}}"});
    for (int i = 0; i < 40; ++i) {
        const auto number = std::to_string(i);
        device_record device;
        device.ns = "plant-" + std::to_string(i % 3);
        device.state = static_cast<device_state>(i % 4);
        device.given_labels.set("number", number);
        device.pin.choose(sha256(number));
        device.status.phase = i % 2 == 0 ? "up" : "";
        const auto index = static_cast<std::size_t>(i);
        const auto hardware =
            i % 5 == 0 ? compact_hardware{} : codec.pack(json::serialize(sample_hardware(index)));
        fleet.devices.push_back({"Pump:" + number, membership_document(device), status_document(device),
                                 std::string{hardware.bytes()}, i});
    }

    int pages = 0;
    const auto text = bundle_of(fleet, 30'000, &pages);
    CHECK(pages > 5);
    CHECK(bundle_of(fleet, 1) == text);
    CHECK(bundle_of(fleet, text.size()) == text);
    CHECK(text.starts_with("{\"bundle\":\"edgeconf\",\"version\":1,\"made\":7}\n"));

    const auto made = read(text);
    CAPTURE(made.errors);
    REQUIRE(made.errors.empty());
    CHECK(made.fleet.notes.empty());
    REQUIRE(made.fleet.objects.size() == 2);
    CHECK(made.fleet.objects[0].key == object_key{object_kind::config_map, {"default", "c"}});
    CHECK(made.fleet.objects[0].text == fleet.files[0].objects[0].text);
    CHECK(made.fleet.objects[1].key == fleet.objects[0].key);
    CHECK(json::parse(made.fleet.objects[1].text) == json::parse(fleet.objects[0].text));
    REQUIRE(made.fleet.devices.size() == fleet.devices.size());
    for (std::size_t i = 0; i < fleet.devices.size(); ++i) {
        const auto& before = fleet.devices[i];
        const auto& after = made.fleet.devices[i];
        CHECK(after.id == before.id);
        CHECK(after.membership == before.membership);
        CHECK(after.status == before.status);
        CHECK(after.heard == before.heard);
        const auto hardware = unpacking().unpack(after.hardware).value();
        CHECK(hardware.empty() == before.hardware.empty());
        if (!hardware.empty()) CHECK(json::parse(hardware) == json::value(sample_hardware(i)));
    }
}

TEST_CASE("bundle: a fleet of nothing is a bundle", "[fleet][unit]") {
    stored_fleet none;
    const auto text = bundle_of(none, 100);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(errors_of(text).empty());
}

TEST_CASE("bundle: hardware that is damaged does not keep a fleet from moving, and is noted",
          "[fleet][unit]") {
    stored_fleet fleet;
    fleet.devices.push_back({"pump-1", R"({"namespace":"a","state":"known"})", "", "damaged", 0});
    const auto made = read(bundle_of(fleet, 100));
    CHECK(made.errors.empty());
    CHECK(mentions(made.fleet.notes, "without hardware"));
    REQUIRE(made.fleet.devices.size() == 1);
    CHECK(made.fleet.devices[0].hardware.empty());
}

TEST_CASE("bundle: only a place that a page has named can be gone on at", "[fleet][unit]") {
    stored_fleet none;
    for (const auto* place : {"x", "1", "1.", "1.2", "1.2.", "-1.2.3", "1,2.3", "99999999999999999999.1.x"}) {
        CAPTURE(place);
        CHECK_THROWS_AS(make_bundle_page(place, 100, 0, none, unpacking()), std::invalid_argument);
    }
}

TEST_CASE("bundle: what is no whole bundle of a version that is known is refused", "[fleet][unit]") {
    struct row {
        std::string text;
        std::string says;
    };
    const std::string device = R"({"device":{"id":"p","membership":{"namespace":"a","state":"known"}}})"
                               "\n";
    const std::vector<row> table{
        {start, "fleet:2: is missing: the bundle is a torso"},
        {start + device, "fleet:3: is missing: the bundle is a torso"},
        {start + device + end_of(0, 0), "fleet:3: end: says another number"},
        {start + end_of(0, 1), "fleet:2: end: says another number"},
        {start + "{\"end\":{}}\n", "fleet:2: end: says another number"},
        {start + "{\"end\":7}\n", "fleet:2: end"},
        {start + end_of(0, 0) + device, "fleet:3: comes after the end"},
        {"{\"bundle\":\"edgeconf\",\"version\":2}\n" + device, "newer edgeconf"},
        {"{\"bundle\":\"edgeconf\",\"version\":99999999999999999999}\n", "fleet:1: version"},
        {"{\"bundle\":\"edgeconf\",\"version\":\"1\"}\n", "fleet:1: version"},
        {"{\"bundle\":\"edgeconf\"}\n", "fleet:1: version: is missing"},
        {"{\"bundle\":\"other\",\"version\":1}\n", "fleet:1: is not the first line"},
        {"{\"bundle\":", "fleet:1: is no JSON"},
        {start + "\n" + end_of(0, 0), "fleet:2: is no JSON"},
        {start + "{\"device\":\xff}\n" + end_of(0, 0), "fleet:2: is no JSON"},
        {start + "[]\n" + end_of(0, 0), "fleet:2: has to be a map"},
    };
    for (const auto& [text, says] : table) {
        CAPTURE(text);
        const auto errors = errors_of(text);
        CAPTURE(errors);
        CHECK(mentions(errors, says));
    }
}

TEST_CASE("bundle: all that is wrong is told, with its line", "[fleet][unit]") {
    const auto device = [](const std::string& members) { return "{\"device\":{" + members + "}}\n"; };
    const std::string in = R"("membership":{"namespace":"a","state":"known"})";
    const auto errors = errors_of(
        start + device(R"("id":"..",)" + in) + device(in) + device(R"("id":"a")") +
        device(R"("id":"b","membership":{"state":"lost"})") +
        device(R"("id":"c","membership":{"state":"known"})") +
        device(R"("id":"d","membership":{"namespace":"A b","state":"pending"})") +
        device(R"("id":"e","membership":{"request":{"namespace":"../x"}})") +
        device(R"("id":"f","status":{"phase":1},)" + in) + device(R"("id":"g","heard":-1,)" + in) +
        device(R"("id":"h","hardware":{"cpu":7},)" + in) + device(R"("id":"i",)" + in) +
        device(R"("id":"I",)" + in) + device(R"("id":"i",)" + in) +
        "{\"object\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}}\n" +
        "{\"object\":{\"kind\":\"Event\",\"apiVersion\":\"v1\"}}\n" + "{\"object\":7}\n" +
        "{\"object\":" + edge_device_object("", R"({"heartbeat":{"periodSeconds":"x"}})") + "}\n" +
        "{\"object\":" + edge_device_object(R"(,"creationTimestamp":"x")", R"({"requestTime":"soon"})") +
        "}\n" + end_of(5, 13));
    CAPTURE(errors);
    for (const auto* says :
         {"fleet:2: device.id: has to be 1 to 253", "fleet:3: device.id",
          "fleet:4: device.membership: is missing", "fleet:5: device b: membership: state",
          "fleet:6: device.membership.namespace", "fleet:7: device.membership.namespace",
          "fleet:8: device.membership.request.namespace", "fleet:9: device f: status: phase",
          "fleet:10: device.heard", "fleet:11: device.hardware: /hardware/cpu",
          "fleet:13: device I differs from i at line 12 in case alone",
          "fleet:14: device i is at line 12 already", "fleet:15: kind: Pod", "fleet:16: is no object",
          "fleet:17: is no manifest", "fleet:18: spec.heartbeat.periodSeconds",
          "fleet:19: spec.requestTime"}) {
        CAPTURE(says);
        CHECK(mentions(errors, says));
    }
}

TEST_CASE("bundle: lines of a kind that comes later are left out, and noted", "[fleet][unit]") {
    const auto made = read(start + "{\"group\":{}}\n{\"group\":{}}\n" + end_of(0, 0));
    CHECK(made.errors.empty());
    CHECK(mentions(made.fleet.notes, "left out: 2"));
}

TEST_CASE("bundle: a manifest's device keeps its labels and its spec without the manifest", "[fleet][unit]") {
    const auto manifest = edge_device_object(
        R"(,"labels":{"site":"a","line":"b","device.hostname":"old","device.cpu-model":"x","workload/w":"true"})",
        R"({"heartbeat":{"periodSeconds":5},"requestTime":"2022-11-03T10:11:12Z"})");
    const auto device = only_device(fleet_of(
        {manifest},
        {R"({"id":"pump-1","membership":{"namespace":"plant-1","state":"known","given":{"site":"mine"},)"
         R"("reported":{"device.hostname":"new"},"spec":"{}"},"status":{"phase":"up"},"heard":9})"}));
    CHECK(device.state == device_state::known);
    CHECK(device.given_labels == label_map{{"site", "mine"}, {"line", "b"}});
    CHECK(device.reported_labels == label_map{{"device.hostname", "new"}, {"device.cpu-model", "x"}});
    REQUIRE(device.given);
    CHECK(device.given->text == R"({"heartbeat":{"periodSeconds":5}})");
    CHECK(device.given->settings->heartbeat->period_seconds == 5);
    CHECK(device.status.phase == "up");
}

TEST_CASE("bundle: R7a a device that was denied or removed stays so, whatever manifests say",
          "[fleet][unit]") {
    const auto manifest = edge_device_object(R"(,"labels":{"site":"a"})", R"({"mounts":[]})");
    const auto approved = request_object(R"(,"approved":true)");
    const std::string removed = R"({"namespace":"plant-1","state":"removed"})";
    CHECK(membership_of(fleet_of({manifest, approved},
                                 {R"({"id":"pump-1","membership":)" + removed + "}"})) == removed);
    const auto device =
        only_device(fleet_of({manifest, approved}, {R"({"id":"pump-1","membership":{"state":"denied"}})"}));
    CHECK(device.state == device_state::denied);
    CHECK(device.ns == "plant-1");
    CHECK(device.given_labels == label_map{{"site", "a"}}); // for when it is let in
}

TEST_CASE("bundle: R5 R7a what objects say of a device that has no line of its own", "[fleet][unit]") {
    struct row {
        std::vector<std::string> objects;
        std::string membership;
    };
    const std::string request = R"("request":{"namespace":"plant-1","set":"s","made":1667470272)";
    const std::vector<row> table{
        {{edge_device_object("")}, R"({"namespace":"plant-1","state":"known"})"},
        {{edge_device_object("", R"({"requestTime":"2022-11-03T10:11:12Z"})")},
         R"({"namespace":"plant-1","state":"known","request":{"namespace":"plant-1","made":1667470272,"decided":1667470272}})"},
        {{request_object(R"(,"targetSet":"s")")},
         R"({"namespace":"plant-1","state":"pending",)" + request + "}}"},
        {{request_object(R"(,"targetSet":"s","approved":true)")},
         R"({"namespace":"plant-1","state":"known",)" + request +
             R"(,"decided":1667470272},"given":{"flotta/member-of":"s"}})"},
        {{request_object(R"(,"targetSet":"s")", declined)},
         R"({"namespace":"plant-1","state":"denied",)" + request + R"(,"decided":1667520000}})"},
        {{request_object(R"(,"targetSet":"s","approved":true)", declined), edge_device_object("")},
         R"({"namespace":"plant-1","state":"denied",)" + request + R"(,"decided":1667520000}})"},
        {{request_object(R"(,"targetSet":"s")"), edge_device_object("")},
         R"({"namespace":"plant-1","state":"known",)" + request + R"(,"decided":1667470272}})"},
    };
    for (const auto& each : table) {
        CAPTURE(each.membership);
        CHECK(membership_of(fleet_of(each.objects, {})) == each.membership);
        auto turned = each.objects;
        std::reverse(turned.begin(), turned.end());
        CHECK(membership_of(fleet_of(turned, {})) == each.membership);
    }
}

TEST_CASE("bundle: R5 a request's set that no label can name is told with its place", "[fleet][unit]") {
    const std::vector<std::string> expected{
        "fleet:2: spec.targetSet: has to name an EdgeDeviceSet: at most 63 of A-Z a-z 0-9 - _ . with a "
        "letter or digit at both ends"};
    CHECK(errors_of(start + "{\"object\":" + request_object(R"(,"targetSet":"no set")") + "}\n" +
                    end_of(1, 0)) == expected);
    CHECK(errors_of(start +
                    R"({"device":{"id":"d","membership":{"request":{"namespace":"a","set":"no set"}}}})" +
                    "\n" + end_of(0, 1)) ==
          std::vector<std::string>{"fleet:2: device.membership.request.set: has to be the value of a label"});
}

TEST_CASE("bundle: R5 R7a what objects say of a device that waits", "[fleet][unit]") {
    const std::string waiting =
        R"({"id":"pump-1","membership":{"namespace":"other","request":{"namespace":"other","made":5}}})";
    const auto let_in = only_device(fleet_of({edge_device_object("")}, {waiting}));
    CHECK(let_in.state == device_state::known);
    CHECK(let_in.ns == "plant-1");
    const auto refused = only_device(fleet_of({request_object("", declined)}, {waiting}));
    CHECK(refused.state == device_state::denied);
    CHECK(refused.request->made == 5);
    CHECK(refused.request->decided == 1667520000);
    const auto still = only_device(fleet_of({request_object(R"(,"approved":true)")}, {waiting}));
    CHECK(still.state == device_state::pending);
}

TEST_CASE("bundle: R19 a manifest's device and one with a line may not differ in case alone",
          "[fleet][unit]") {
    CHECK(mentions(errors_of(start + "{\"object\":" + edge_device_object("") +
                             "}\n{\"device\":{\"id\":\"Pump-1\",\"membership\":{}}}\n" + end_of(1, 1)),
                   "fleet:2: pump-1 differs from the device Pump-1 at line 3 in case alone"));
}

TEST_CASE("bundle: whatever the bytes, they are read or refused", "[fleet][unit]") {
    const auto good =
        start + "{\"object\":" + edge_device_object(R"(,"labels":{"a":"b"})") +
        "}\n{\"object\":" + request_object("", declined) + "}\n" +
        R"({"device":{"id":"pump-1","membership":{"namespace":"a","state":"known","spec":"{}"},)"
        R"("status":{"workloads":{"w":{"phase":"Running"}}},"hardware":{"hostname":"h"},"heard":3}})"
        "\n" +
        end_of(2, 1);
    REQUIRE(errors_of(good).empty());
    std::mt19937 random{5};
    int refused = 0;
    for (int i = 0; i < 1500; ++i) {
        auto text = good;
        const auto at = start.size() + random() % (text.size() - start.size());
        if (i % 3 == 0) {
            text.resize(at);
        } else {
            text[at] = static_cast<char>(random());
        }
        if (!errors_of(text).empty()) ++refused;
    }
    CHECK(refused > 500);
}

TEST_CASE("bundle: a line that never ends is refused", "[fleet][unit]") {
    auto text = start + "{\"device\":\"";
    text.resize(bundle_line_limit + 100, 'x');
    CHECK(mentions(errors_of(text), "fleet:2: is longer than 32 MiB"));
    CHECK(mentions(errors_of(start + "{\"device\":" + std::string(1'000'000, '[') + "\n"),
                   "fleet:2: is no JSON"));
}

TEST_CASE("bundle: a file that is not there is refused", "[fleet][unit]") {
    findings found;
    CHECK(read_bundle("/nowhere/at/all", found).devices.empty());
    CHECK(found.failed());
}
