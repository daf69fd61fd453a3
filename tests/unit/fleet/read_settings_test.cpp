#include "fleet/read_settings.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace edgeconf::fleet;

namespace {

std::string device(std::string_view spec) {
    return head("EdgeDevice", "d") + "spec: " + std::string{spec} + "\n";
}

device_settings settings_of(std::string_view spec) {
    return *objects_of(device(spec)).devices.at({"default", "d"})->settings;
}

} // namespace

TEST_CASE("read settings: R31 fills in Flotta's defaults", "[fleet][unit]") {
    const auto read =
        settings_of("{metrics: {system: {}, dataTransfer: {}}, logCollection: {a: {kind: syslog, "
                    "syslogConfig: {name: m}}}}");
    CHECK(read.metrics.system->interval == 60);
    CHECK(read.metrics.data_transfer->interval == 60);
    CHECK(read.logs.at("a").buffer_size == 12);
    CHECK(read.metrics.receiver.request_num_samples == 30000);
    CHECK(read.metrics.receiver.timeout_seconds == 10);
}

TEST_CASE("read settings: R25 only values above zero replace the receiver's defaults", "[fleet][unit]") {
    const auto read =
        settings_of("{metrics: {receiverConfiguration: {requestNumSamples: -1, timeoutSeconds: 7}}}")
            .metrics.receiver;
    CHECK(read.request_num_samples == 30000);
    CHECK(read.timeout_seconds == 7);
}

TEST_CASE("read settings: an empty or absent spec is the default one", "[fleet][unit]") {
    CHECK(settings_of("") == device_settings{});
    CHECK(settings_of("{heartbeat: null, mounts: [null], metrics: {}}") == device_settings{});
    CHECK_FALSE(settings_of("{heartbeat: {}}") == device_settings{});
}

TEST_CASE("read settings: what does not fit is an error with its field", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"{heartbeat: {periodSeconds: '5'}}",
         "spec.heartbeat.periodSeconds: has to be a whole number, not text; leave the quotes out"},
        {"{heartbeat: {periodSeconds: -1}}", "spec.heartbeat.periodSeconds: has to be between 1"},
        {"{heartbeat: {periodSeconds: 1.5}}", "has to be a whole number"},
        {"{heartbeat: 5}", "spec.heartbeat: has to be a map"},
        {"{heartbeat: {hardwareProfile: {include: 'true'}}}", "include: has to be true or false"},
        {"{mounts: {}}", "spec.mounts: has to be a list"},
        {"{mounts: [{device: 5}]}", "spec.mounts[0].device: has to be text, not a number; put it in quotes"},
        {"{logCollection: {a: {kind: syslog}}}", "spec.logCollection.a.syslogConfig: is missing"},
        {"{logCollection: {a: {kind: file}}}", "spec.logCollection.a.kind: has to be syslog"},
        {"{logCollection: {a: {bufferSize: 0}}}", "spec.logCollection.a.bufferSize: has to be between 1"},
        {"{logCollection: {a: {kind: syslog, syslogConfig: {}}}}", "syslogConfig.name: is missing"},
        {"{metrics: {system: {interval: 3000000000}}}", "spec.metrics.system.interval: has to be between"},
        {"{metrics: {system: {allowList: {}}}}", "spec.metrics.system.allowList.name: is missing"},
        {"{heartbeat: {periodSeconds: 0}}", "spec.heartbeat.periodSeconds: has to be between 1"},
        {"{metrics: {retention: {maxMiB: -1}}}", "spec.metrics.retention.maxMiB: has to be between 0"},
        {"{requestTime: 5}", "spec.requestTime: has to be text"},
    };
    for (const auto& [spec, part] : table) {
        CAPTURE(spec, part);
        const auto texts = findings_of(device(spec));
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:6: "));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("read settings: what is odd but harmless is a warning", "[fleet][unit]") {
    for (const auto* spec : {"{hearbeat: {}}", "{storage: {s3: {createOBC: true}}}",
                             "{storage: {s3: {createOBC: true, configMapName: m, secretName: s}}}",
                             "{heartbeat: {hardwareProfile: {scope: some}}}"}) {
        CAPTURE(spec);
        const auto texts = findings_of(device(spec));
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("warning: m.yaml:6: spec."));
    }
}
