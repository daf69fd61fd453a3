#include "fleet/playbooks.hpp"

#include "fleet/reference.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

using namespace edgeconf::fleet;

TEST_CASE("playbooks: R34 labels config/... name what a device is offered", "[fleet][unit]") {
    const auto objects = objects_of(
        head("EdgeConfig", "b") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}, {content: Mg==}]}}\n" +
        head("EdgeConfig", "a") + "spec: {edgePlaybook: {playbooks: [{content: Mw==}]}}\n" +
        head("PlaybookExecution", "d-p") + "spec: {playbook: {content: NQ==}}\n");
    struct row {
        string_map labels;
        std::string json;
        std::size_t problems;
    };
    const std::vector<row> table{
        {{}, "[]", 0},
        {{{"config", "a"}, {"configx/y", "a"}, {"app", "a"}}, "[]", 0},
        {{{"config/device-by-config", "a"}}, R"([{"name":"d-a","ansible_playbook_string":"3"}])", 0},
        {{{"config/x", "b"}, {"config/z", "a"}},
         R"([{"name":"d-a","ansible_playbook_string":"3"},{"name":"d-b","ansible_playbook_string":"1"},{"name":"d-b-2","ansible_playbook_string":"2"}])",
         0},
        {{{"config/x", "a"}, {"config/z", "a"}}, R"([{"name":"d-a","ansible_playbook_string":"3"}])", 0},
        {{{"config/x", "p"}}, R"([{"name":"d-p","ansible_playbook_string":"5"}])", 0},
        {{{"config/x", "gone"}, {"config/z", "p"}}, R"([{"name":"d-p","ansible_playbook_string":"5"}])", 1},
    };
    for (const auto& each : table) {
        CAPTURE(each.labels);
        problem_list problems;
        CHECK(render_playbooks("d", each.labels, references{objects, "default", problems}) == each.json);
        CHECK(problems.size() == each.problems);
    }
}

TEST_CASE("playbooks: a name stands for one playbook", "[fleet][unit]") {
    const auto objects = objects_of(
        head("EdgeConfig", "a") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}, {content: Mg==}]}}\n" +
        head("EdgeConfig", "a-2") + "spec: {edgePlaybook: {playbooks: [{content: Mw==}]}}\n");
    problem_list problems;
    const auto json = render_playbooks("d", {{"config/x", "a"}, {"config/z", "a-2"}},
                                       references{objects, "default", problems});
    CHECK(json ==
          R"([{"name":"d-a","ansible_playbook_string":"1"},{"name":"d-a-2","ansible_playbook_string":"2"}])");
    CHECK(mentions(problems, "two playbooks would be named d-a-2"));
}
