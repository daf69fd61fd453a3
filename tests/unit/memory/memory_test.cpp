#include "loaded_provider.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

using namespace edgeconf;
namespace json = boost::json;

namespace {

constexpr auto fleet_yaml = R"(
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata:
  name: pump-7
  namespace: plant-1
  labels: {site: north, config/first: setup}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata: {name: broken, namespace: plant-2}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: web, namespace: plant-1}
spec:
  type: pod
  deviceSelector: {matchLabels: {site: north}}
  pod:
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4
        ports: [{containerPort: 80, hostPort: 8080}]
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: web, namespace: plant-2}
spec:
  type: pod
  deviceSelector: {}
  pod:
    spec:
      containers:
      - name: web
        envFrom: [{secretRef: {name: nowhere}}]
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeConfig
metadata: {name: setup, namespace: plant-1}
spec: {edgePlaybook: {playbooks: [{content: LSBob3N0czogYWxsCg==}]}}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDeviceSignedRequest
metadata: {name: intruder}
spec: {targetNamespace: plant-1}
status: {conditions: [{type: declined, status: "true"}]}
)";

// A file of manifests that goes away with this object.
class manifest_file {
public:
    explicit manifest_file(std::string_view text) {
        auto pattern = (std::filesystem::temp_directory_path() / "memory-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
        folder_ = pattern;
        std::ofstream{folder_ / "fleet.yaml"} << text;
    }
    ~manifest_file() { std::filesystem::remove_all(folder_); }
    manifest_file(const manifest_file&) = delete;
    manifest_file& operator=(const manifest_file&) = delete;

    void rewrite(std::string_view text) const { std::ofstream{folder_ / "fleet.yaml"} << text; }

    std::string options() const { return json::serialize(json::object{{"manifests", folder_.string()}}); }

private:
    std::filesystem::path folder_;
};

// A registration-info with a request for a certificate, as a device with a key of its own makes it.
class registering_device {
public:
    registering_device() : key_{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")} {}

    std::string body() const {
        const std::unique_ptr<X509_REQ, release> request{X509_REQ_new()};
        REQUIRE(X509_REQ_set_pubkey(request.get(), key_.get()) == 1);
        REQUIRE(X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) > 0);
        const std::unique_ptr<BIO, release> to{BIO_new(BIO_s_mem())};
        REQUIRE(PEM_write_bio_X509_REQ(to.get(), request.get()) == 1);
        char* text = nullptr;
        const auto length = BIO_get_mem_data(to.get(), &text);
        return json::serialize(
            json::object{{"certificate_request", json::string_view{text, static_cast<std::size_t>(length)}}});
    }

private:
    struct release {
        void operator()(BIO* bio) const { BIO_free(bio); }
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
        void operator()(X509_REQ* request) const { X509_REQ_free(request); }
    };
    std::unique_ptr<EVP_PKEY, release> key_;
};

const loaded_provider& memory() {
    static const loaded_provider loaded;
    return loaded;
}

} // namespace

TEST_CASE("memory: describes itself and its options", "[memory][unit]") {
    const auto& table = memory().table();
    CHECK(std::string{table.id} == "io.edgeconf.memory");
    CHECK(std::string{table.vendor} == "edgeconf");
    CHECK(table.dispatch == ECP_DISPATCH_NONBLOCKING);
    CHECK(table.max_concurrency == ECP_CONCURRENCY_ANY);
    const auto schema = json::parse(table.config_schema);
    CHECK(schema.at("additionalProperties") == false);
    CHECK(schema.at("properties").at("manifests").at("format") == "path");
    CHECK(schema.at("properties").at("approval").at("default") == "manual");
}

TEST_CASE("memory: a device enrols, registers, is configured and reports", "[memory][unit]") {
    const auto& table = memory().table();
    const provider_instance fleet{memory(), R"({"approval":"automatic"})"};
    REQUIRE(fleet.created == ECP_OK);
    const std::string_view id = "pump-9";
    const auto hardware = R"({"hardware":{"hostname":"Pump 9","disks":null},"certificate_request":"x"})";

    CHECK(fleet.call(table.get_registration, "default", id).status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.enrol, "plant-1", id, R"({"target_namespace":"plant-1"})").status == ECP_CREATED);
    CHECK(fleet.call(table.enrol, "plant-1", id, "{}").status == ECP_OK);
    CHECK(fleet.call(table.enrol, "plant-1", "PUMP-9", "{}").status == ECP_EXISTS);
    const auto registration = fleet.call(table.get_registration, "default", id);
    CHECK(registration.status == ECP_OK);
    CHECK(json::parse(registration.body) == json::value{{"namespace", "plant-1"}});
    CHECK(fleet.call(table.put_registration, "default", id, hardware).status == ECP_OK);
    const auto configuration = fleet.call(table.get_configuration, "plant-1", id);
    REQUIRE(configuration.status == ECP_OK);
    const auto message = json::parse(configuration.body);
    CHECK(message.at("device_id") == "pump-9");
    CHECK(message.at("version") == json::string{configuration.revision});
    CHECK(message.at("workloads") == json::array{});
    CHECK(message.at("configuration").at("heartbeat") ==
          json::value{{"hardware_profile", json::object{}}, {"period_seconds", 60}});
    CHECK(fleet.call(table.put_heartbeat, "plant-1", id, R"({"status":"up","events":null})").status ==
          ECP_OK);
    const auto playbooks = fleet.call(table.get_playbooks, "plant-1", id);
    CHECK(playbooks.status == ECP_OK);
    CHECK(playbooks.body == "[]");
}

TEST_CASE("memory: devices from manifests get their workloads and playbooks", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    REQUIRE(fleet.created == ECP_OK);

    const auto message = json::parse(fleet.call(table.get_configuration, "any", "pump-7").body);
    REQUIRE(message.at("workloads").as_array().size() == 1);
    CHECK(message.at("workloads").at(0).at("name") == "web");
    const auto playbooks = json::parse(fleet.call(table.get_playbooks, "any", "pump-7").body);
    REQUIRE(playbooks.as_array().size() == 1);
    CHECK(playbooks.at(0) ==
          json::value{{"name", "pump-7-setup"}, {"ansible_playbook_string", "- hosts: all\n"}});
}

TEST_CASE("memory: without approval a device waits and gets nothing", "[memory][unit]") {
    const auto& table = memory().table();
    const provider_instance fleet{memory(), "{}"};
    CHECK(fleet.call(table.enrol, "plant-1", "new", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.enrol, "plant-1", "new", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.get_registration, "default", "new").status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.put_registration, "default", "new", "{}").status == ECP_PRECONDITION);
    CHECK(fleet.call(table.put_registration, "default", "never-seen", "{}").status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.get_configuration, "default", "new").status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.put_heartbeat, "default", "new", "{}").status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.get_playbooks, "default", "new").status == ECP_NOT_FOUND);
}

TEST_CASE("memory: a declined device is denied", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    CHECK(fleet.call(table.enrol, "plant-1", "intruder", "{}").status == ECP_DENIED);
    CHECK(fleet.call(table.put_registration, "plant-1", "intruder", "{}").status == ECP_DENIED);
    CHECK(fleet.call(table.get_registration, "plant-1", "intruder").status == ECP_NOT_FOUND);
}

TEST_CASE("memory: a missing Secret makes a configuration unavailable, never partial", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const auto lines_before = logged().size();
    const provider_instance fleet{memory(), file.options()};
    const auto answered = fleet.call(table.get_configuration, "plant-2", "broken");
    CHECK(answered.status == ECP_UNAVAILABLE);
    CHECK(answered.body.empty());
    CHECK(answered.message.find("Secret plant-2/nowhere is missing") != std::string::npos);
    CHECK(fleet.call(table.get_registration, "plant-2", "broken").status == ECP_OK);
    CHECK(last_health() == ECP_HEALTH_DEGRADED);
    CHECK(last_metric("devices_unconfigured") == 1);
    CHECK(last_metric("objects_broken") == 1);
    const auto lines = logged();
    CHECK(std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(lines_before), lines.end(),
                      [](const std::string& line) {
                          return line.starts_with("warning EdgeWorkload plant-2/web: Secret plant-2/nowhere");
                      }));
}

TEST_CASE("memory: a body that does not fit is told where", "[memory][unit]") {
    const auto& table = memory().table();
    const provider_instance fleet{memory(), R"({"approval":"automatic"})"};
    const auto answered = fleet.call(table.enrol, "default", "d",
                                     R"({"features":{"modelName":1,"hardware":{"cpu":{"count":"4"}}}})");
    CHECK(answered.status == ECP_INVALID);
    CHECK(answered.detail_pointers == "/features/modelName /features/hardware/cpu/count");
    CHECK(fleet.call(table.enrol, "default", "d", "{").status == ECP_INVALID);
    CHECK(fleet.call(table.get_registration, "default", "d").status == ECP_NOT_FOUND);
}

TEST_CASE("memory: validate and create agree on bad manifests and name every error", "[memory][unit]") {
    const manifest_file file{
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: v1\nkind: Secret\n"};
    remarks judged;
    CHECK(memory().validate(file.options(), judged) == ECP_INVALID);
    REQUIRE(judged.size() == 2);
    CHECK(judged[0].starts_with("error /manifests: "));
    CHECK(judged[0].find("fleet.yaml:2: kind: Pod (v1)") != std::string::npos);
    CHECK(judged[1].find("fleet.yaml:5: metadata.name: is missing") != std::string::npos);
    const provider_instance fleet{memory(), file.options()};
    CHECK(fleet.created == ECP_INVALID);
    CHECK(fleet.said == judged);
}

TEST_CASE("memory: manifests that are not there stop the start", "[memory][unit]") {
    remarks judged;
    CHECK(memory().validate(R"({"manifests":"/nowhere/at/all"})", judged) == ECP_INVALID);
    REQUIRE(judged.size() == 1);
    CHECK(judged[0].starts_with("error /manifests: /nowhere/at/all: cannot be read"));
    judged.clear();
    CHECK(memory().validate("{}", judged) == ECP_OK);
    CHECK(judged.empty());
}

TEST_CASE("memory: validate names what manifests refer to and lack, as a warning", "[memory][unit]") {
    const manifest_file file{fleet_yaml};
    remarks judged;
    CHECK(memory().validate(file.options(), judged) == ECP_OK);
    REQUIRE(judged.size() == 1);
    CHECK(judged[0] == "warning /manifests: EdgeWorkload plant-2/web: Secret plant-2/nowhere is missing "
                       "(spec.pod.spec refers to it)");
}

TEST_CASE("memory: edited manifests are taken over, and devices keep what they have told", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    REQUIRE(fleet.call(table.enrol, "plant-1", "waiting", "{}").status == ECP_CREATED);
    const auto before = fleet.call(table.get_configuration, "any", "pump-7");

    file.rewrite(std::string{fleet_yaml} + R"(
---
apiVersion: v1
kind: Secret
metadata: {name: nowhere, namespace: plant-2}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata: {name: pump-8, namespace: plant-1, labels: {site: north}}
)");
    CHECK(fleet.reconfigure(file.options()).status == ECP_OK);
    CHECK(fleet.call(table.get_configuration, "any", "pump-8").status == ECP_OK);
    CHECK(fleet.call(table.get_configuration, "any", "broken").status == ECP_OK);
    CHECK(fleet.call(table.get_configuration, "any", "pump-7").body == before.body);
    CHECK(fleet.call(table.enrol, "plant-1", "waiting", "{}").status == ECP_CREATED);
    CHECK(last_metric("devices_pending") == 1);
    CHECK(last_metric("objects_broken") == 0);
    CHECK(last_health() == ECP_HEALTH_OK);
}

TEST_CASE("memory: manifests with an error are not taken over", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    file.rewrite("apiVersion: v1\nkind: Secret\n");
    const auto refused = fleet.reconfigure(file.options());
    CHECK(refused.status == ECP_INVALID);
    CHECK(refused.detail_pointers == "/manifests");
    CHECK(fleet.call(table.get_configuration, "any", "pump-7").status == ECP_OK);
    file.rewrite("");
    const auto emptied = fleet.reconfigure(file.options());
    CHECK(emptied.status == ECP_PRECONDITION);
    CHECK_THAT(emptied.message, Catch::Matchers::StartsWith(
                                    "2 of 2 EdgeDevice, 1 of 1 EdgeDeviceSignedRequest, 2 of 2 EdgeWorkload, "
                                    "1 of 1 EdgeConfig are gone from "));
    CHECK(fleet.call(table.get_configuration, "any", "pump-7").status == ECP_OK);
}

TEST_CASE("memory: a device that the manifests no longer name is forgotten", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    std::string text{fleet_yaml};
    const std::string_view broken = "metadata: {name: broken, namespace: plant-2}";
    text.replace(text.find(broken), broken.size(), "metadata: {name: other, namespace: plant-3}");
    file.rewrite(text);
    CHECK(fleet.reconfigure(file.options()).status == ECP_OK);
    CHECK(fleet.call(table.get_registration, "any", "broken").status == ECP_NOT_FOUND);
    CHECK(fleet.call(table.get_registration, "any", "other").status == ECP_OK);
}

TEST_CASE("memory: a body too large for the call's own thread is read all the same", "[memory][unit]") {
    const auto& table = memory().table();
    const provider_instance fleet{memory(), R"({"approval":"automatic"})"};
    std::string nodes;
    for (int i = 0; i < 2000; ++i) nodes += R"({"path":"/dev/node)" + std::to_string(i) + "\"},";
    nodes.pop_back();
    const auto body = R"({"features":{"hardware":{"host_devices":[)" + nodes + "]}}}";
    REQUIRE(body.size() > (32u << 10));
    CHECK(fleet.call(table.enrol, "default", "large", body).status == ECP_CREATED);
    CHECK(fleet.call(table.get_configuration, "default", "large").status == ECP_OK);
    const auto wrong = fleet.call(table.enrol, "default", "wrong", body + "}");
    CHECK(wrong.status == ECP_INVALID);
}

TEST_CASE("memory: devices read while manifests change", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                const auto answered = fleet.call(table.get_configuration, "any", "pump-7");
                if (answered.status != ECP_OK || answered.body.find(answered.revision) == std::string::npos)
                    ++wrong;
                if (fleet.call(table.put_heartbeat, "any", "pump-7", R"({"status":"up"})").status != ECP_OK)
                    ++wrong;
            }
        });
    }
    std::string edited{fleet_yaml};
    edited.replace(edited.find("web:1.4"), 7, "web:1.5");
    for (int i = 0; i < 40; ++i) {
        file.rewrite(i % 2 == 0 ? edited : std::string{fleet_yaml});
        CHECK(fleet.reconfigure(file.options()).status == ECP_OK);
    }
    done = true;
    for (auto& each : readers) each.join();
    CHECK(wrong == 0);
}

TEST_CASE("memory: what is said again is answered as before, and heard", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    const auto beat = R"({"status":"up","workloads":[{"name":"web","status":"Running"}]})";
    for (int i = 0; i < 5; ++i) {
        CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", beat).status == ECP_OK);
        CHECK(fleet.call(table.put_heartbeat, "any", "PUMP-7", beat).status == ECP_NOT_FOUND);
        CHECK(fleet.call(table.enrol, "plant-1", "pump-7", "{}").status == ECP_OK);
        CHECK(fleet.call(table.enrol, "plant-1", "Pump-7", "{}").status == ECP_EXISTS);
        CHECK(fleet.call(table.enrol, "plant-1", "new", "{}").status == ECP_CREATED);
        CHECK(fleet.call(table.enrol, "plant-1", "NEW", "{}").status == ECP_EXISTS);
        CHECK(fleet.call(table.enrol, "plant-1", "intruder", "{}").status == ECP_DENIED);
    }
    // A body that was never good is no repetition of anything.
    CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", "{").status == ECP_INVALID);
    CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", "{").status == ECP_INVALID);
    CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", beat).status == ECP_OK);
}

TEST_CASE("memory: R20 once a device has used its key, another one is denied", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const registering_device own;
    const registering_device stranger;
    const auto beat = R"({"status":"up"})";
    for (const bool by_heartbeat : {false, true}) {
        CAPTURE(by_heartbeat);
        const provider_instance fleet{memory(), file.options()};
        const auto registered = [&](const registering_device& with) {
            return fleet.call(table.put_registration, "plant-1", "pump-7", with.body());
        };
        CHECK(registered(own).status == ECP_OK);
        if (by_heartbeat) {
            CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", beat).status == ECP_OK);
        } else {
            CHECK(fleet.call(table.get_configuration, "any", "pump-7").status == ECP_OK);
        }
        const auto refused = registered(stranger);
        CHECK(refused.status == ECP_DENIED);
        CHECK(refused.message.find("reset its identity") != std::string::npos);
        CHECK(fleet.call(table.put_registration, "plant-1", "pump-7", "{}").status == ECP_DENIED);
        CHECK(registered(own).status == ECP_OK);
        CHECK(fleet.call(table.get_configuration, "any", "pump-7").status == ECP_OK);
    }
}

TEST_CASE("memory: R20 with two keys and no proof in between, none is refused", "[memory][unit]") {
    const auto& table = memory().table();
    const manifest_file file{fleet_yaml};
    const provider_instance fleet{memory(), file.options()};
    const registering_device one;
    const registering_device other;
    for (const auto* each : {&one, &other}) {
        CHECK(fleet.call(table.put_registration, "plant-1", "pump-7", each->body()).status == ECP_OK);
    }
    CHECK(fleet.call(table.put_heartbeat, "any", "pump-7", "{}").status == ECP_OK);
    for (const auto* each : {&one, &other}) {
        CHECK(fleet.call(table.put_registration, "plant-1", "pump-7", each->body()).status == ECP_OK);
    }
    const auto lines = logged();
    CHECK(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("EdgeDevice plant-1/pump-7: several keys have been registered") != line.npos;
    }));
}

TEST_CASE("memory: R3 a namespace that is not allowed is denied, and nobody waits for it", "[memory][unit]") {
    const auto& table = memory().table();
    for (const auto* approval : {"manual", "automatic"}) {
        CAPTURE(approval);
        const provider_instance fleet{
            memory(), json::serialize(json::object{{"approval", approval},
                                                   {"allowed-namespaces", {"plant-1", "plant-2"}}})};
        REQUIRE(fleet.created == ECP_OK);
        CHECK(fleet.call(table.enrol, "plant-3", "d", "{}").status == ECP_DENIED);
        CHECK(fleet.call(table.put_registration, "plant-3", "d", "{}").status == ECP_NOT_FOUND);
        CHECK(fleet.call(table.enrol, "plant-2", "d", "{}").status == ECP_CREATED);
    }
}

TEST_CASE("memory: R7a rules let in whom they name, and a later policy whoever asks again",
          "[memory][unit]") {
    const auto& table = memory().table();
    const provider_instance fleet{memory(), R"({"approval":"rules","approval-rules":[
        {"ids":["good"],"action":"approve","set":"s"},{"ids":["bad"],"action":"deny"}]})"};
    CAPTURE(fleet.said);
    REQUIRE(fleet.created == ECP_OK);
    CHECK(fleet.call(table.enrol, "plant-1", "good", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.enrol, "plant-1", "good", "{}").status == ECP_OK);
    CHECK(fleet.call(table.enrol, "plant-1", "bad", "{}").status == ECP_DENIED);
    CHECK(fleet.call(table.enrol, "plant-1", "else", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.enrol, "plant-1", "else", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.get_registration, "plant-1", "else").status == ECP_NOT_FOUND);
    CHECK(fleet.reconfigure(R"({"approval":"automatic"})").status == ECP_OK);
    CHECK(fleet.call(table.enrol, "plant-1", "else", "{}").status == ECP_CREATED);
    CHECK(fleet.call(table.enrol, "plant-1", "else", "{}").status == ECP_OK);
}
