// Manifests that are half there, wrong or gone: the fleet stays as it was accepted last, through a restart,
// too, and follows by itself once they are whole.
#include "durability/durable_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"
#include "support/small_disk.hpp"

#include <unistd.h>

#include <iostream>
#include <map>
#include <set>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

constexpr const char* rejected = "edgeconf_provider_own_manifests_rejected";
constexpr const char* stale = "edgeconf_provider_own_devices_stale";
constexpr const char* held = "edgeconf_provider_own_removals_held";

std::string device_manifest(const std::string& id, const std::string& period = "30") {
    return "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\nmetadata:\n  name: " + id +
           "\n  namespace: plant-1\nspec:\n  heartbeat:\n    periodSeconds: " + period + "\n";
}

// For all devices.
std::string workload_manifest(const std::string& name, const std::string& image) {
    return "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeWorkload\nmetadata:\n  name: " +
           name +
           "\n  namespace: plant-1\nspec:\n  deviceSelector: {}\n  type: pod\n  pod:\n    spec:\n"
           "      containers:\n        - name: main\n          image: " +
           image + "\n          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: login}}]\n";
}

std::string settings_manifest(const std::string& greeting) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: plant-1}\ndata: "
           "{greeting: " +
           greeting + ", parting: " + greeting + "}\n";
}

constexpr std::string_view secret_manifest =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: plant-1}\nstringData: {password: "
    "hunter2}\n";

// Three devices of manifests and one that has enrolled by itself.
struct fleet_of_manifests {
    durable_host host;
    const std::vector<std::string> devices{"pump-1", "pump-2", "pump-3", "camera-1"};
    device_key camera_key;
    std::map<std::string, std::string> told; // configurations

    explicit fleet_of_manifests(std::vector<std::string> command_prefix = {})
        : host{{.options = {"approval: automatic"}, .command_prefix = std::move(command_prefix)}} {}

    void write_all(const std::string& folder = "fleet") const {
        for (const auto* id : {"pump-1", "pump-2", "pump-3"})
            host.folder().write(folder + "/" + id + ".yaml", device_manifest(id));
        host.folder().write(folder + "/web.yaml", workload_manifest("web", "registry.example/web:1"));
        host.folder().write(folder + "/settings.yaml", settings_manifest("hello"));
        host.folder().write(folder + "/login.yaml", secret_manifest);
    }

    void start_and_enrol() {
        host.start();
        auto edge_api = host.connect();
        REQUIRE(edge_api.enrol("plant-1", "camera-1").status == 201);
        REQUIRE(edge_api.put_registration("plant-1", "camera-1", camera_key.certificate_request("camera-1"))
                    .status == 200);
        REQUIRE(edge_api.put_heartbeat("plant-1", "camera-1", R"({"status":"up"})").status == 200);
        remember();
    }

    std::string configuration(const std::string& id) const {
        const auto answer = host.connect().get_configuration("plant-1", id);
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }

    void remember() {
        for (const auto& id : devices) {
            told[id] = configuration(id);
            REQUIRE_THAT(told[id], Contains("registry.example/web"));
        }
    }

    void check_kept() const {
        auto edge_api = host.connect();
        for (const auto& id : devices) {
            INFO(id);
            CHECK(configuration(id) == told.at(id));
            const auto registration = edge_api.get_registration(id);
            CHECK(registration.status == 200);
            CHECK_THAT(registration.body, Contains("registered") && Contains("plant-1"));
        }
        const auto other =
            edge_api.put_registration("plant-1", "camera-1", device_key{}.certificate_request("camera-1"));
        CHECK(other.status == 403);
    }

    // While it runs and after a restart, both with the manifests as they are.
    void check_kept_with(const char* metric, const std::vector<std::string>& words) {
        const auto check = [&] {
            INFO(metric << " in\n" << host.log());
            REQUIRE(eventually([&] { return host.metric(metric) >= 1; }));
            host.wait_for_log(words);
            const auto ready = host.page("/readyz");
            CHECK(ready.status == 200);
            for (const auto& word : words) CHECK_THAT(ready.body, Contains(word));
            check_kept();
        };
        check();
        host.kill();
        host.start();
        check();
    }

    // By itself, because it watches.
    void check_mended() {
        INFO(host.log());
        CHECK(eventually([&] { return host.metric(rejected) == 0 && host.metric(held) == 0; }));
        CHECK(eventually([&] { return host.page("/readyz").body == "ok\n"; }));
        check_kept();
    }

    // What is told after a change that was taken over.
    bool all_told(const std::string& text) const {
        for (const auto& id : devices)
            if (configuration(id).find(text) == std::string::npos) return false;
        return true;
    }
};

// As Kubernetes mounts a ConfigMap: files are links into `..data`, which is a link that is replaced.
void publish(const fleet_of_manifests& fleet, const std::string& version, const std::string& greeting) {
    const auto folder = fleet.host.manifests();
    fleet.write_all("fleet/.." + version);
    fleet.host.folder().write("fleet/.." + version + "/settings.yaml", settings_manifest(greeting));
    fs::create_directory_symlink(".." + version, folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");
    for (const auto& file : fs::directory_iterator{folder / (".." + version)}) {
        const auto link = folder / file.path().filename();
        if (!fs::is_symlink(link)) fs::create_symlink(fs::path{"..data"} / file.path().filename(), link);
    }
}

} // namespace

TEST_CASE("manifests: a ConfigMap that Kubernetes swaps is taken over as a whole", "[durability]") {
    fleet_of_manifests fleet;
    publish(fleet, "v1", "hello");
    fleet.start_and_enrol();
    auto edge_api = fleet.host.connect();
    for (unsigned version = 2; version <= 6; ++version) {
        const auto before = fleet.configuration("pump-1");
        const auto greeting = "hello-" + std::to_string(version);
        publish(fleet, "v" + std::to_string(version), greeting);
        fs::remove_all(fleet.host.manifests() / ("..v" + std::to_string(version - 1)));
        std::set<std::string> seen;
        INFO(fleet.host.log());
        CHECK(eventually([&] {
            seen.insert(edge_api.get_configuration("plant-1", "pump-1").body);
            return fleet.all_told("greeting: " + greeting);
        }));
        seen.insert(fleet.configuration("pump-1"));
        seen.insert(before);
        CHECK(seen.size() == 2);
        CHECK(fleet.all_told("parting: " + greeting));
    }
    fleet.remember();
    fleet.host.kill();
    fleet.host.start();
    fleet.check_kept();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a file that is written by halves, or wrong, changes nothing and is named with its line",
          "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();

    fleet.host.folder().write("fleet/pump-2.yaml", "apiVersion: management.project-flotta.io/v1alpha1\nkind: "
                                                   "EdgeDevice\nmetadata: {name: pump-2, namesp");
    fleet.check_kept_with(rejected, {"pump-2.yaml:3"});
    fleet.host.folder().write("fleet/pump-2.yaml", device_manifest("pump-2"));
    fleet.check_mended();

    fleet.host.folder().write("fleet/pump-2.yaml", device_manifest("pump-2", "soon"));
    fleet.check_kept_with(rejected, {"pump-2.yaml:8", "spec.heartbeat.periodSeconds"});
    fleet.host.folder().write("fleet/pump-2.yaml", device_manifest("pump-2"));
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: what two files define is refused, and both are named", "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    fleet.host.folder().write("fleet/twin.yaml", device_manifest("pump-1", "45"));
    fleet.check_kept_with(rejected, {"twin.yaml", "pump-1.yaml"});
    fs::remove(fleet.host.manifests() / "twin.yaml");
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: one file that goes is taken over, and the devices of others stay", "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    fs::remove(fleet.host.manifests() / "pump-3.yaml");
    const auto is_gone = [&] { return fleet.host.connect().get_registration("pump-3").status == 404; };
    CHECK(eventually(is_gone));
    for (const auto* id : {"pump-1", "pump-2", "camera-1"})
        CHECK(fleet.configuration(id) == fleet.told.at(id));
    CHECK(fleet.host.metric(held) == 0);
    fleet.host.kill();
    fleet.host.start();
    CHECK(is_gone());
    for (const auto* id : {"pump-1", "pump-2", "camera-1"})
        CHECK(fleet.configuration(id) == fleet.told.at(id));
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a directory that is emptied or moved away changes nothing", "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    const auto folder = fleet.host.manifests();
    const auto aside = fleet.host.folder().path() / "aside";

    fs::create_directory(aside);
    for (const auto& file : fs::directory_iterator{folder}) fs::rename(file, aside / file.path().filename());
    fleet.check_kept_with(held, {folder.string(), "--accept-removals"});
    for (const auto& file : fs::directory_iterator{aside}) fs::rename(file, folder / file.path().filename());
    fleet.check_mended();

    fs::remove(aside);
    fs::rename(folder, aside);
    fleet.check_kept_with(rejected, {folder.string()});
    fs::rename(aside, folder);
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

// More of the fleet's objects stay than go.
TEST_CASE("manifests: a folder within the directory that is emptied or goes takes no workload away",
          "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    const auto folder = fleet.host.manifests();
    const auto aside = fleet.host.folder().path() / "aside";
    fs::create_directory(folder / "workloads");
    fs::rename(folder / "web.yaml", folder / "workloads" / "web.yaml");
    fleet.start_and_enrol();

    fs::rename(folder / "workloads" / "web.yaml", aside);
    fleet.check_kept_with(held, {"1 of 1 EdgeWorkload", "--accept-removals"});
    fs::rename(aside, folder / "workloads" / "web.yaml");
    fleet.check_mended();

    fs::rename(folder / "workloads", aside);
    fleet.check_kept_with(held, {"1 of 1 EdgeWorkload", "--accept-removals"});
    fs::rename(aside, folder / "workloads");
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: removals that are held are taken over when an administrator accepts them",
          "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    for (const auto& file : fs::directory_iterator{fleet.host.manifests()}) fs::remove(file);
    fleet.check_kept_with(held, {"--accept-removals"});
    const auto refused = fleet.host.edgeconf({"reload"});
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.errors, Contains("--accept-removals"));
    fleet.check_kept();

    const auto accepted = fleet.host.edgeconf({"provider", "reload", "--accept-removals"});
    CHECK(accepted.errors.empty());
    CHECK(accepted.exit_code == 0);
    CHECK(fleet.host.metric(held) == 0);
    CHECK(fleet.host.page("/readyz").body == "ok\n");
    const auto check_gone = [&] {
        auto edge_api = fleet.host.connect();
        CHECK(edge_api.get_registration("pump-1").status == 404);
        CHECK(edge_api.get_registration("camera-1").status == 200);
        CHECK_THAT(fleet.configuration("camera-1"), !Contains("registry.example/web"));
    };
    check_gone();
    fleet.host.kill();
    fleet.host.start();
    check_gone();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a directory that is unmounted changes nothing", "[durability][.mount]") {
    if (const auto why = small_disk::obstacle()) {
        std::cout << "SKIPPED: " << *why << "\n";
        return;
    }
    fleet_of_manifests fleet;
    {
        small_disk disk{fleet.host.manifests(), std::size_t{1} << 20};
        fleet.write_all();
        fleet.start_and_enrol();
    }
    fleet.check_kept_with(held, {fleet.host.manifests().string(), "--accept-removals"});
    const small_disk again{fleet.host.manifests(), std::size_t{1} << 20};
    fleet.write_all();
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a directory or a file that cannot be read changes nothing",
          "[durability][.unreadable]") {
    // Root reads everything unless it gives up being able to.
    std::vector<std::string> as_reader;
    if (geteuid() == 0) as_reader = {"setpriv", "--bounding-set=-dac_override,-dac_read_search"};
    if (!as_reader.empty() && run({"setpriv", as_reader.back(), "true"}).exit_code != 0) {
        std::cout << "SKIPPED: root cannot give up reading everything\n";
        return;
    }
    fleet_of_manifests fleet{as_reader};
    fleet.write_all();
    fleet.start_and_enrol();
    for (const auto& path : {fleet.host.manifests(), fleet.host.manifests() / "pump-1.yaml"}) {
        fs::permissions(path, fs::perms::none);
        fleet.check_kept_with(rejected, {path.string()});
        fs::permissions(path, fs::perms::owner_all);
        fleet.check_mended();
    }
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a reference that breaks leaves the last good configuration, through a restart, too",
          "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    fs::remove(fleet.host.manifests() / "login.yaml");
    const auto check_stale = [&] {
        CHECK(eventually([&] { return fleet.host.metric(stale) == 4; }));
        fleet.host.wait_for_log({"Secret plant-1/login is missing", "EdgeWorkload plant-1/web"});
        CHECK_THAT(fleet.host.page("/readyz").body, Contains("4 keep an old one"));
        fleet.check_kept();
    };
    check_stale();
    for (int restart = 0; restart < 2; ++restart) {
        fleet.host.kill();
        fleet.host.start();
        check_stale();
    }
    fleet.host.folder().write("fleet/login.yaml", secret_manifest);
    fleet.check_mended();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("manifests: a second host on the same database does not start and names the first",
          "[durability]") {
    fleet_of_manifests fleet;
    fleet.write_all();
    fleet.start_and_enrol();
    const auto second = fleet.host.start_second();
    CHECK(second.exit_code != 0);
    CHECK_THAT(second.errors, Contains(std::to_string(fleet.host.id())) && Contains("fleet.db"));
    fleet.check_kept();
    CHECK(fleet.host.stop().exit_code == 0);
    // Whoever is gone keeps nobody out.
    fleet.host.start();
    fleet.check_kept();
    CHECK(fleet.host.stop().exit_code == 0);
}
