// Our own providers pass everything that they can be asked.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::test;

namespace {

constexpr std::string_view device_and_workload = R"(
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata:
  name: press-1
  namespace: plant-1
  labels: {line: one}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata:
  name: meter
  namespace: plant-1
spec:
  deviceSelector:
    matchLabels: {line: one}
  type: pod
  pod:
    spec:
      containers:
        - name: meter
          image: example.com/meter:1
)";

// Of what devices and administrators rely on.
std::vector<std::string> not_checked(const std::string& report) {
    const auto all = ids_after(report, "skipped");
    std::vector<std::string> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), [](const std::string& id) {
        return id.starts_with("domain.") || id.starts_with("resources.");
    });
    return found;
}

} // namespace

TEST_CASE("provider check: the memory provider passes") {
    const temp_folder folder;
    const auto options =
        folder.write("options.json", R"({"approval": "automatic", "allowed-namespaces": ["default"]})");
    const auto done = check_provider(MEMORY_PROVIDER, {"--config", options.string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    // It keeps nothing that could be exported.
    CHECK(not_checked(done.output) ==
          std::vector<std::string>{"domain.pending", "resources.export", "resources.pages",
                                   "resources.import", "resources.refused-import", "resources.uploads"});
}

TEST_CASE("provider check: the memory provider passes where devices wait for approval") {
    const auto done = check_provider(MEMORY_PROVIDER, {"--only", "^domain"});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    CHECK(not_checked(done.output) ==
          std::vector<std::string>{"domain.own-writes", "domain.registration", "domain.configuration",
                                   "domain.stable", "domain.playbooks", "domain.order", "domain.heartbeat",
                                   "domain.namespace", "domain.ids"});
}

TEST_CASE("provider check: the memory provider passes with a device that runs something") {
    const temp_folder folder;
    folder.write("fleet/plant-1.yaml", device_and_workload);
    const auto options = folder.write("options.json", R"({"manifests": "fleet"})");
    const auto done = check_provider(
        MEMORY_PROVIDER, {"--config", options.string(), "--device", "press-1", "--only", "^domain"});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    CHECK(not_checked(done.output) ==
          std::vector<std::string>{"domain.own-writes", "domain.order", "domain.ids"});
}

TEST_CASE("provider check: the file provider passes") {
    const temp_folder folder;
    folder.write("fleet/plant-1.yaml", device_and_workload);
    const auto options =
        folder.write("options.json",
                     R"({"database": "@scratch@/edgeconf.db", "manifests": "fleet", "approval": "automatic",
            "allowed-namespaces": ["default"]})");
    const auto device = GENERATE(values<std::vector<std::string>>({{}, {"--device", "press-1"}}));
    std::vector<std::string> arguments{"--config", options.string()};
    arguments.insert(arguments.end(), device.begin(), device.end());
    const auto done = check_provider(FILE_PROVIDER, arguments);
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    CHECK(not_checked(done.output) == std::vector<std::string>{"domain.pending"});
}
