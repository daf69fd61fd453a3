#include "fleet/render_settings.hpp"

#include "fleet/reference.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

// What the settings refer to.
std::string referred() {
    return head("Secret", "s3s") +
           "data: {AWS_ACCESS_KEY_ID: a2V5}\nstringData: {AWS_SECRET_ACCESS_KEY: secret, tls.crt: CERT}\n" +
           head("ConfigMap", "s3c") +
           "data: {BUCKET_NAME: b, BUCKET_HOST: h, BUCKET_PORT: '443', BUCKET_REGION: ''}\n" +
           head("ConfigMap", "port") +
           "data: {BUCKET_NAME: b, BUCKET_HOST: h, BUCKET_PORT: x, BUCKET_REGION: ''}\n" +
           head("ConfigMap", "list") + "data: {metrics_list.yaml: \"names:\\n- z\\n- a\\n\"}\n" +
           head("ConfigMap", "odd") +
           "data: {metrics_list.yaml: \"names: 5\", Address: a, Protocol: http}\n" + head("Secret", "ca") +
           "stringData: {ca.crt: PEM}\n" + head("Secret", "binary") + "data: {ca.crt: /w==}\n" +
           head("ConfigMap", "udp") + "data: {Address: 'a:1', Protocol: udp}\n" + head("ConfigMap", "tcp") +
           "data: {Address: 'a:1'}\n" + head("ConfigMap", "empty");
}

struct outcome_of_rendering {
    json::value configuration;
    problem_list problems;
};

outcome_of_rendering render(std::string_view spec) {
    const auto objects =
        objects_of(referred() + head("EdgeDevice", "d") + "spec: " + std::string{spec} + "\n");
    outcome_of_rendering result;
    reference_set used;
    const references refer{objects, "default", used, result.problems};
    result.configuration = render_settings(*objects.devices.at({"default", "d"})->settings, refer);
    return result;
}

} // namespace

TEST_CASE("render settings: R23 to R25 what a device must never lack is always there", "[fleet][unit]") {
    CHECK(render("{}").configuration ==
          json::parse(R"({"heartbeat":{"hardware_profile":{},"period_seconds":60},"mounts":[],
        "metrics":{"receiver":{"request_num_samples":30000,"timeout_seconds":10}}})"));
}

TEST_CASE("render settings: sections have the wire's names", "[fleet][unit]") {
    struct row {
        std::string rule;
        std::string spec;
        std::string pointer;
        std::string json;
    };
    const std::vector<row> table{
        {"R23", "{heartbeat: {periodSeconds: 5}}", "/heartbeat",
         R"({"hardware_profile":{},"period_seconds":5})"},
        {"R23", "{heartbeat: {}}", "/heartbeat", R"({"hardware_profile":{},"period_seconds":0})"},
        {"R23", "{heartbeat: {periodSeconds: 5, hardwareProfile: {include: true, scope: delta}}}",
         "/heartbeat", R"({"hardware_profile":{"include":true,"scope":"delta"},"period_seconds":5})"},
        {"R24", "{osInformation: {automaticallyUpgrade: false, commitID: c, hostedObjectsURL: u}}", "/os",
         R"({"automatically_upgrade":false,"commit_id":"c","hosted_objects_url":"u"})"},
        {"R24", "{mounts: [null, {device: z, folder: f, type: t, options: o}, {device: a}]}", "/mounts",
         R"([{"device":"z","directory":"f","options":"o","type":"t"},{"device":"a"}])"},
        {"R25", "{metrics: {retention: {maxMiB: 1, maxHours: 2}}}", "/metrics/retention",
         R"({"max_mib":1,"max_hours":2})"},
        {"R25", "{metrics: {system: {disabled: true, allowList: {name: list}}}}", "/metrics/system",
         R"({"interval":60,"disabled":true,"allow_list":{"names":["z","a"]}})"},
        {"R25", "{metrics: {dataTransfer: {interval: 5}}}", "/metrics/data-transfer", R"({"interval":5})"},
        {"R25", "{metrics: {receiverConfiguration: {url: 'https://r', caSecretName: ca}}}",
         "/metrics/receiver",
         R"({"url":"https://r","caCert":"PEM","request_num_samples":30000,"timeout_seconds":10})"},
        {"R25", "{metrics: {receiverConfiguration: {url: 'http://r', caSecretName: nowhere}}}",
         "/metrics/receiver", R"({"url":"http://r","request_num_samples":30000,"timeout_seconds":10})"},
        {"R26", "{logCollection: {s: {kind: syslog, bufferSize: 3, syslogConfig: {name: udp}}}}",
         "/log-collection",
         R"({"s":{"kind":"syslog","buffer_size":3,"syslog_config":{"address":"a:1","protocol":"udp"}}})"},
        {"R26", "{logCollection: {s: {kind: syslog, syslogConfig: {name: tcp}}}}",
         "/log-collection/s/syslog_config", R"({"address":"a:1","protocol":"tcp"})"},
        {"R27", "{storage: {s3: {configMapName: s3c, secretName: s3s, createOBC: false}}}", "/storage/s3",
         R"({"bucket_name":"b","bucket_host":"h","bucket_port":443,"bucket_region":"","aws_access_key_id":"a2V5",
             "aws_secret_access_key":"c2VjcmV0","aws_ca_bundle":"Q0VSVA=="})"},
    };
    for (const auto& each : table) {
        CAPTURE(each.rule, each.spec);
        const auto made = render(each.spec);
        CHECK(made.problems.empty());
        CHECK(made.configuration.at_pointer(each.pointer) == json::parse(each.json));
    }
}

TEST_CASE("render settings: R30 what is missing is a problem that names it", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"{metrics: {system: {allowList: {name: nowhere}}}}",
         "ConfigMap default/nowhere is missing (metrics.system.allowList"},
        {"{metrics: {system: {allowList: {name: empty}}}}",
         "ConfigMap default/empty has no key metrics_list.yaml"},
        {"{metrics: {dataTransfer: {allowList: {name: odd}}}}", "list `names`"},
        {"{metrics: {receiverConfiguration: {url: 'https://r', caSecretName: s3s}}}",
         "Secret default/s3s has no key ca.crt"},
        {"{metrics: {receiverConfiguration: {url: 'https://r', caSecretName: binary}}}", "not UTF-8"},
        {"{logCollection: {s: {kind: syslog, syslogConfig: {name: nowhere}}}}",
         "ConfigMap default/nowhere is missing (logCollection.s"},
        {"{logCollection: {s: {kind: syslog, syslogConfig: {name: empty}}}}", "no key Address"},
        {"{logCollection: {s: {kind: syslog, syslogConfig: {name: odd}}}}", "Protocol has to be tcp or udp"},
        {"{storage: {s3: {configMapName: s3c}}}", "it needs both"},
        {"{storage: {s3: {configMapName: s3c, secretName: nowhere}}}", "Secret default/nowhere is missing"},
        {"{storage: {s3: {configMapName: s3c, secretName: ca}}}",
         "Secret default/ca has no key AWS_ACCESS_KEY_ID"},
        {"{storage: {s3: {configMapName: empty, secretName: s3s}}}", "no key BUCKET_NAME"},
        {"{storage: {s3: {configMapName: port, secretName: s3s}}}", "BUCKET_PORT has to be a number"},
    };
    for (const auto& [spec, part] : table) {
        CAPTURE(spec);
        const auto problems = render(spec).problems;
        CAPTURE(problems);
        CHECK(mentions(problems, part));
    }
}
