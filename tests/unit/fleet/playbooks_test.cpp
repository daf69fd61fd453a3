#include "fleet/playbooks.hpp"

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
        const auto choice = choose_playbooks("d", "default", each.labels, objects);
        CHECK(playbook_history{}.offer(choice.playbooks) == each.json);
        CHECK(choice.problems.size() == each.problems);
    }
}

TEST_CASE("playbooks: a name stands for one playbook", "[fleet][unit]") {
    const auto objects = objects_of(
        head("EdgeConfig", "a") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}, {content: Mg==}]}}\n" +
        head("EdgeConfig", "a-2") + "spec: {edgePlaybook: {playbooks: [{content: Mw==}]}}\n");
    const auto choice = choose_playbooks("d", "default", {{"config/x", "a"}, {"config/z", "a-2"}}, objects);
    CHECK(playbook_history{}.offer(choice.playbooks) ==
          R"([{"name":"d-a","ansible_playbook_string":"1"},{"name":"d-a-2","ansible_playbook_string":"2"}])");
    CHECK(mentions(choice.problems, "two playbooks would be named d-a-2"));
}

TEST_CASE("playbooks: R34 an edited playbook gets another name, for a device runs a name once",
          "[fleet][unit]") {
    const std::string first = "one";
    const std::string second = "two";
    playbook_history history;
    CHECK(history.offer({{"d-a", &first}}) == R"([{"name":"d-a","ansible_playbook_string":"one"}])");
    CHECK(history.offer({{"d-a", &second}}) ==
          R"([{"name":"d-a-3fc4ccfe","ansible_playbook_string":"two"}])");
    CHECK(history.offer({{"d-a", &first}}) == R"([{"name":"d-a","ansible_playbook_string":"one"}])");
}

TEST_CASE("playbooks: R34 one that has run to its end is not offered again", "[fleet][unit]") {
    const std::string text = "one";
    const std::string edited = "two";
    for (const auto* end : {"SuccessfullyCompleted", "CompletedWithError"}) {
        CAPTURE(end);
        playbook_history history;
        history.offer({{"d-a", &text}});
        CHECK(history.report("d-a", "Running"));
        CHECK_FALSE(history.report("d-a", "Running"));
        CHECK_FALSE(history.report("stranger", "Running"));
        CHECK(history.offer({{"d-a", &text}}) != "[]");
        CHECK(history.report("d-a", end));
        CHECK(history.offer({{"d-a", &text}}) == "[]");
        CHECK(history.offer({{"d-a", &edited}}) != "[]");
    }
}

TEST_CASE("playbooks: what is remembered of a device's playbooks is bounded", "[fleet][unit]") {
    playbook_history history;
    for (int i = 0; i < 500; ++i) {
        const auto text = std::to_string(i);
        history.offer({{"d-a", &text}});
    }
    CHECK(history.executions().size() == 64);
    CHECK(history.executions().contains("d-a"));
}
