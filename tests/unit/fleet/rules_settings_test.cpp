// R21 to R27 on whole messages: what a device is told about itself.
#include "fleet/render_settings.hpp"

#include "manifest_folder.hpp"
#include "rendered.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

const asking_device member{"d", {{"flotta/member-of", "s"}}};

// Objects that settings refer to.
std::string referred() {
    return head("ConfigMap", "list") + "data: {metrics_list.yaml: \"names:\\n- z_total\\n- a_total\\n\"}\n" +
           head("Secret", "ca") + "data: {ca.crt: UEVN}\n" + head("Secret", "empty") +
           head("ConfigMap", "tcp") + "data: {Address: 'a:1'}\n" + head("ConfigMap", "udp") +
           "data: {Address: 'a:1', Protocol: udp}\n" + head("ConfigMap", "http") +
           "data: {Address: 'a:1', Protocol: http}\n" + head("ConfigMap", "none") +
           head("ConfigMap", "bucket") +
           "data: {BUCKET_NAME: b, BUCKET_HOST: h, BUCKET_PORT: '443', BUCKET_REGION: r}\n" +
           head("Secret", "keys") + "stringData: {AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key}\n" +
           head("Secret", "keys-and-ca") +
           "stringData: {AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, tls.crt: CA}\n";
}

std::string configured(std::string_view spec) { return device_with(spec) + referred(); }

void check_problems(const std::vector<std::pair<std::string, std::string>>& table) {
    for (const auto& [spec, part] : table) {
        CAPTURE(spec, part);
        const auto problems = problems_of(configured(spec));
        CAPTURE(problems);
        REQUIRE(problems.size() == 1);
        CHECK(mentions(problems, part));
    }
}

} // namespace

TEST_CASE("R21: a message names the device, and its version what it says", "[fleet][unit]") {
    const auto plain = configuration_of("", {"Dev_1"});
    CHECK(plain.at("device_id") == "Dev_1");
    CHECK(plain.at("version").as_string().size() == 32);
    const auto version = [](std::string_view yaml, const asking_device& device = {}) {
        return configuration_of(yaml, device).at("version");
    };
    const auto yaml = device_with("{heartbeat: {periodSeconds: 5}}") + workload_with("image: i");
    CHECK(version(yaml) == version(yaml));
    CHECK(version("", {"d"}) != version("", {"e"}));
    CHECK(version(yaml) !=
          version(device_with("{heartbeat: {periodSeconds: 6}}") + workload_with("image: i")));
    CHECK(version(yaml) !=
          version(device_with("{heartbeat: {periodSeconds: 5}}") + workload_with("image: j")));
    // What a cluster counts up at every write says nothing.
    const auto written = [&](const std::string& number) {
        return version(head("EdgeDevice", "d") + "  resourceVersion: '" + number + "'\nstatus: {phase: p" +
                       number + "}\n");
    };
    CHECK(written("1") == written("2"));
}

TEST_CASE("R22: each section comes wholly from the set, even if the set leaves it out", "[fleet][unit]") {
    const auto own = device_with(R"({heartbeat: {periodSeconds: 5, hardwareProfile: {include: true}},
        osInformation: {commitID: own}, mounts: [{device: own}],
        storage: {s3: {configMapName: bucket, secretName: keys}},
        metrics: {system: {interval: 7}, retention: {maxMiB: 1}, receiverConfiguration: {url: 'http://own'}},
        logCollection: {own: {kind: syslog, syslogConfig: {name: tcp}}}})") +
                     referred();
    const auto given = R"({"heartbeat":{"hardware_profile":{},"period_seconds":60},"mounts":[],
        "metrics":{"receiver":{"request_num_samples":30000,"timeout_seconds":10}}})";
    check_cases({
        {"an empty set leaves defaults", own + set_with("{}"), "/configuration", given, member},
        {"sections do not mix", own + set_with("{heartbeat: {hardwareProfile: {scope: full}}}"),
         "/configuration/heartbeat", R"({"hardware_profile":{"scope":"full"},"period_seconds":0})", member},
        {"os", own + set_with("{osInformation: {hostedObjectsURL: u}}"), "/configuration/os",
         R"({"hosted_objects_url":"u"})", member},
        {"mounts", own + set_with("{mounts: [{folder: f}]}"), "/configuration/mounts",
         R"([{"directory":"f"}])", member},
        {"metrics", own + set_with("{metrics: {dataTransfer: {}}}"), "/configuration/metrics",
         R"({"data-transfer":{"interval":60},"receiver":{"request_num_samples":30000,"timeout_seconds":10}})",
         member},
        {"logs", own + set_with("{logCollection: {set: {kind: syslog, syslogConfig: {name: udp}}}}"),
         "/configuration/log-collection/own", "", member},
        {"no label", own + set_with("{}"), "/configuration/os/commit_id", R"("own")"},
        {"no such set", own, "/configuration/os/commit_id", R"("own")", member},
        {"a set elsewhere", own + head("EdgeDeviceSet", "s") + "  namespace: plant\n",
         "/configuration/os/commit_id", R"("own")", member},
    });
}

TEST_CASE("R23: a heartbeat is always there, with its hardware profile", "[fleet][unit]") {
    const std::string at = "/configuration/heartbeat";
    check_cases({
        {"none", device_with("{}"), at, R"({"hardware_profile":{},"period_seconds":60})"},
        {"no manifest", "", at, R"({"hardware_profile":{},"period_seconds":60})"},
        {"empty", device_with("{heartbeat: {}}"), at, R"({"hardware_profile":{},"period_seconds":0})"},
        {"period", device_with("{heartbeat: {periodSeconds: 5}}"), at,
         R"({"hardware_profile":{},"period_seconds":5})"},
        {"profile", device_with("{heartbeat: {hardwareProfile: {include: true, scope: delta}}}"), at,
         R"({"hardware_profile":{"include":true,"scope":"delta"},"period_seconds":0})"},
        {"empty profile", device_with("{heartbeat: {periodSeconds: 1, hardwareProfile: null}}"), at,
         R"({"hardware_profile":{},"period_seconds":1})"},
    });
}

TEST_CASE("R24: os is copied or absent, mounts are always a list", "[fleet][unit]") {
    const std::string mounts = "/configuration/mounts";
    check_cases({
        {"no os", device_with("{}"), "/configuration/os", ""},
        {"os", device_with("{osInformation: {automaticallyUpgrade: true, commitID: c, hostedObjectsURL: u}}"),
         "/configuration/os", R"({"automatically_upgrade":true,"commit_id":"c","hosted_objects_url":"u"})"},
        {"some os", device_with("{osInformation: {commitID: c}}"), "/configuration/os",
         R"({"commit_id":"c"})"},
        {"no mounts", device_with("{}"), mounts, "[]"},
        {"null mounts", device_with("{mounts: [null]}"), mounts, "[]"},
        {"their order stays",
         device_with("{mounts: [{device: z, folder: /z, type: ext4, options: rw}, {device: a}]}"), mounts,
         R"([{"device":"z","directory":"/z","options":"rw","type":"ext4"},{"device":"a"}])"},
    });
}

TEST_CASE("R25: metrics always have a receiver", "[fleet][unit]") {
    const std::string receiver = "/configuration/metrics/receiver";
    const std::string https = "{metrics: {receiverConfiguration: {url: 'https://r', caSecretName: ";
    check_cases({
        {"none", device_with("{}"), "/configuration/metrics",
         R"({"receiver":{"request_num_samples":30000,"timeout_seconds":10}})"},
        {"above zero",
         device_with("{metrics: {receiverConfiguration: {requestNumSamples: 1, timeoutSeconds: 2}}}"),
         receiver, R"({"request_num_samples":1,"timeout_seconds":2})"},
        {"zero and less",
         device_with("{metrics: {receiverConfiguration: {requestNumSamples: 0, timeoutSeconds: -2}}}"),
         receiver, R"({"request_num_samples":30000,"timeout_seconds":10})"},
        {"https with a CA", configured(https + "ca}}}"), receiver,
         R"({"url":"https://r","request_num_samples":30000,"timeout_seconds":10,"caCert":"PEM"})"},
        {"http needs none",
         configured("{metrics: {receiverConfiguration: {url: 'http://r', caSecretName: nowhere}}}"), receiver,
         R"({"url":"http://r","request_num_samples":30000,"timeout_seconds":10})"},
        {"retention", device_with("{metrics: {retention: {maxHours: 2, maxMiB: 3}}}"),
         "/configuration/metrics/retention", R"({"max_mib":3,"max_hours":2})"},
        {"system", configured("{metrics: {system: {interval: 5, disabled: true, allowList: {name: list}}}}"),
         "/configuration/metrics/system",
         R"({"interval":5,"disabled":true,"allow_list":{"names":["z_total","a_total"]}})"},
        {"data transfer", configured("{metrics: {dataTransfer: {allowList: {name: list}}}}"),
         "/configuration/metrics/data-transfer",
         R"({"interval":60,"allow_list":{"names":["z_total","a_total"]}})"},
    });
    check_problems({
        {https + "nowhere}}}", "Secret default/nowhere is missing"},
        {https + "empty}}}", "Secret default/empty has no key ca.crt"},
        {"{metrics: {system: {allowList: {name: nowhere}}}}", "ConfigMap default/nowhere is missing"},
        {"{metrics: {dataTransfer: {allowList: {name: none}}}}",
         "ConfigMap default/none has no key metrics_list.yaml"},
    });
}

TEST_CASE("R26: logs go to the syslog server that a ConfigMap names", "[fleet][unit]") {
    const std::string at = "/configuration/log-collection";
    check_cases({
        {"none", device_with("{}"), at, ""},
        {"tcp unless it says otherwise",
         configured("{logCollection: {l: {kind: syslog, syslogConfig: {name: tcp}}}}"), at,
         R"({"l":{"kind":"syslog","buffer_size":12,"syslog_config":{"address":"a:1","protocol":"tcp"}}})"},
        {"udp", configured("{logCollection: {l: {kind: syslog, bufferSize: 3, syslogConfig: {name: udp}}}}"),
         at, R"({"l":{"kind":"syslog","buffer_size":3,"syslog_config":{"address":"a:1","protocol":"udp"}}})"},
        {"a target without a kind", device_with("{logCollection: {l: {}, gone: null}}"), at,
         R"({"l":{"buffer_size":12}})"},
    });
    check_problems({
        {"{logCollection: {l: {kind: syslog, syslogConfig: {name: http}}}}",
         "ConfigMap default/http: Protocol has to be tcp or udp"},
        {"{logCollection: {l: {kind: syslog, syslogConfig: {name: none}}}}",
         "ConfigMap default/none has no key Address"},
        {"{logCollection: {l: {kind: syslog, syslogConfig: {name: nowhere}}}}",
         "ConfigMap default/nowhere is missing"},
    });
    CHECK(mentions(findings_of(device_with("{logCollection: {l: {kind: syslog}}}")),
                   "error: m.yaml:7: spec.logCollection.l.syslogConfig: is missing"));
}

TEST_CASE("R27: storage is a bucket's address and its keys, in base64 again", "[fleet][unit]") {
    const std::string at = "/configuration/storage";
    check_cases({
        {"none", device_with("{}"), at, ""},
        {"nothing named", device_with("{storage: {s3: {createOBC: false}}}"), at, ""},
        {"a claim", device_with("{storage: {s3: {createOBC: true}}}"), at, ""},
        {"keys", configured("{storage: {s3: {configMapName: bucket, secretName: keys}}}"), at,
         R"({"s3":{"bucket_name":"b","bucket_host":"h","bucket_region":"r","bucket_port":443,
             "aws_access_key_id":"aWQ=","aws_secret_access_key":"a2V5"}})"},
        {"a CA",
         configured("{storage: {s3: {configMapName: bucket, secretName: keys-and-ca, createOBC: true}}}"),
         at + "/s3/aws_ca_bundle", R"("Q0E=")"},
    });
    check_problems({
        {"{storage: {s3: {configMapName: bucket}}}", "it needs both"},
        {"{storage: {s3: {configMapName: bucket, secretName: nowhere}}}",
         "Secret default/nowhere is missing"},
        {"{storage: {s3: {configMapName: nowhere, secretName: keys}}}",
         "ConfigMap default/nowhere is missing"},
    });
}
