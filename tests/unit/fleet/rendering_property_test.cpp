// Rendering depends on the objects alone: whatever happened before, in whatever order and however often,
// the same objects give every device the same bytes.
#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <random>

using namespace edgeconf::fleet;

namespace {

class random_fleet {
public:
    explicit random_fleet(unsigned seed) : random_{seed} {}

    // Some of a few names of each kind, with some of a few contents.
    std::vector<std::string> documents() {
        std::vector<std::string> all;
        for (const auto* name : {"m1", "m2", "m3"}) {
            if (one_in(4)) continue;
            all.push_back(head("ConfigMap", name) + "data: {k: '" + number(3) + "'}\n");
        }
        for (const auto* name : {"s1", "s2"}) {
            if (one_in(4)) continue;
            all.push_back(head("Secret", name) + "stringData: {k: '" + number(3) + "'}\n");
        }
        for (const auto* name : {"set1", "set2"}) {
            if (one_in(3)) continue;
            all.push_back(head("EdgeDeviceSet", name) + "spec: {heartbeat: {periodSeconds: 1" + number(3) +
                          "}}\n");
        }
        for (const auto* name : {"w1", "w2", "w3", "w4"}) {
            if (one_in(4)) continue;
            all.push_back(workload(name, selection(), container()));
        }
        for (const auto* name : {"d1", "d2", "d3", "d4", "d5"}) {
            if (one_in(5)) continue;
            all.push_back(head("EdgeDevice", name) + "  labels: {site: " + pick({"north", "south"}) +
                          ", flotta/member-of: " + pick({"set1", "set2", "set3"}) + "}\nspec: {" +
                          pick({"", "heartbeat: {periodSeconds: 7}", "osInformation: {commitID: x}"}) +
                          "}\n");
        }
        return all;
    }

    std::string shuffled(std::vector<std::string> documents) {
        std::shuffle(documents.begin(), documents.end(), random_);
        std::string yaml;
        for (const auto& each : documents) yaml += each;
        return yaml;
    }

private:
    bool one_in(unsigned n) { return random_() % n == 0; }
    std::string number(unsigned below) { return std::to_string(random_() % below); }
    std::string pick(std::initializer_list<const char*> from) {
        return from.begin()[random_() % from.size()];
    }
    std::string selection() {
        return pick({"deviceSelector: {}", "device: d1", "deviceSelector: {matchLabels: {site: north}}",
                     "deviceSelector: {matchExpressions: [{key: site, operator: NotIn, values: [north]}]}",
                     ""});
    }
    std::string container() {
        return pick({"image: i", "image: j", "envFrom: [{configMapRef: {name: m1}}]",
                     "envFrom: [{configMapRef: {name: m2}}, {secretRef: {name: s1}}]",
                     "envFrom: [{configMapRef: {name: m3, optional: true}}, {secretRef: {name: s2}}]"});
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("rendering depends on the objects alone", "[fleet][unit]") {
    const auto seed = GENERATE(range(1u, 9u));
    CAPTURE(seed);
    random_fleet random{seed};
    fleet_under_test lived;
    std::map<std::string, std::string> last_good;
    for (int round = 0; round < 25; ++round) {
        CAPTURE(round);
        const auto documents = random.documents();
        lived.become(random.shuffled(documents));
        const fleet_under_test fresh{random.shuffled(documents)};
        for (const auto* id : {"d1", "d2", "d3", "d4", "d5"}) {
            CAPTURE(id);
            const auto* now = fresh.find(id);
            REQUIRE((lived.find(id) == nullptr) == (now == nullptr));
            if (now == nullptr) {
                last_good.erase(id);
                continue;
            }
            if (now->configuration) last_good[id] = fresh.message(id);
            CHECK(lived.message(id) == last_good[id]);
            CHECK((lived.find(id)->problem == nullptr) == (now->problem == nullptr));
            if (now->problem) CHECK(*lived.find(id)->problem == *now->problem);
        }
        const auto counts = lived.devices.counts();
        CHECK(counts.broken == fresh.devices.counts().broken);
        CHECK(counts.known == fresh.devices.counts().known);
        CHECK(counts.stale + counts.unconfigured == fresh.devices.counts().unconfigured);
    }
}
