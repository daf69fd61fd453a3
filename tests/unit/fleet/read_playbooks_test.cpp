#include "fleet/read_playbooks.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

namespace {

std::string config(const std::string& playbooks) {
    return head("EdgeConfig", "c") + "spec: {edgePlaybook: {user: root, playbooks: " + playbooks + "}}\n";
}

std::string execution(const std::string& spec) {
    return head("PlaybookExecution", "d-c") + "spec: " + spec + "\n";
}

} // namespace

TEST_CASE("read playbooks: R34 content is decoded, in the order of its priority", "[fleet][unit]") {
    const auto objects =
        objects_of(config("[{content: Zm9v, timeoutSeconds: 5, executionStrategy: x}, {content: YmFy}]") +
                   execution("{executionAttempt: 0, playbook: {content: Zm9v, privilegeEscalationOptions: "
                             "{becomeMethod: su}}}"));
    CHECK(objects.configs.at({"default", "c"})->playbooks == std::vector<std::string>{"foo", "bar"});
    CHECK(objects.executions.at({"default", "d-c"})->playbook == "foo");
}

TEST_CASE("read playbooks: an execution without a playbook is none", "[fleet][unit]") {
    CHECK(objects_of(execution("{}") + head("EdgeConfig", "c")).executions.empty());
}

TEST_CASE("read playbooks: what an API server refuses is an error with its field", "[fleet][unit]") {
    const std::string in_config = "spec.edgePlaybook.playbooks";
    const std::vector<std::pair<std::string, std::string>> table{
        {config("[]"), in_config + ": has to hold at least one playbook"},
        {config("[{timeoutSeconds: 1}]"), in_config + "[0].content: is missing"},
        {config("[{content: '?'}]"), in_config + "[0].content: has to be the playbook's text in base64"},
        {config("[{content: /w==}]"), in_config + "[0].content: has to be the playbook's text in base64"},
        {config("[{content: Zm9v, timeoutSeconds: '1'}]"), "timeoutSeconds: has to be a whole number"},
        {config("[{content: Zm9v, ansibleOptions: {check: 1}}]"), "check: has to be true or false"},
        {config("[{content: Zm9v, privilegeEscalationOptions: {becomeMethod: doas}}]"),
         "becomeMethod: has to be sudo or su"},
        {config("[{content: Zm9v, requiredPrivilegeLevel: {capAdd: [x]}}]"),
         "capAdd[0]: has to be a whole number"},
        {execution("{playbook: {}}"), "spec.playbook.content: is missing"},
        {execution("{executionAttempt: -1, playbook: {content: Zm9v}}"),
         "executionAttempt: has to be between 0"},
    };
    for (const auto& [yaml, part] : table) {
        CAPTURE(yaml, part);
        const auto texts = findings_of(yaml);
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:6: spec."));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("read playbooks: what a cluster would drop is a warning", "[fleet][unit]") {
    const auto texts = findings_of(config("[{content: Zm9v, timeout: 1}]"));
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with("warning: m.yaml:6: spec.edgePlaybook.playbooks[0].timeout: "));
}
