#include "fleet/object_changes.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

using namespace edgeconf::fleet;

namespace {

std::vector<std::string> told(const std::string& before, const std::string& after) {
    const auto changes = changes_between(objects_of(before), objects_of(after));
    std::vector<std::string> texts;
    for (const auto& each : changes.removed) texts.push_back("- " + to_string(each));
    for (const auto& each : changes.put) {
        texts.push_back("+ " + std::visit(
                                   [](const auto& object) {
                                       using kind_of = typename std::decay_t<decltype(object)>::element_type;
                                       return to_string(object_key{kind_of::kind, object->name});
                                   },
                                   each));
    }
    return texts;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("object changes: what came, changed and went, for each kind", "[fleet][unit]") {
    for (const auto& [kind, spec] : std::vector<std::pair<std::string, std::string>>{
             {"EdgeDevice", "spec: {osInformation: {commitID: x}}\n"},
             {"EdgeDeviceSignedRequest", "spec: {targetNamespace: a}\n"},
             {"EdgeDeviceSet", "spec: {osInformation: {commitID: x}}\n"},
             {"EdgeWorkload", "spec: {device: d, pod: {spec: {containers: [{name: c, image: x}]}}}\n"},
             {"EdgeConfig", "spec: {edgePlaybook: {playbooks: [{content: eA==}]}}\n"},
             {"PlaybookExecution", "spec: {playbook: {content: eA==}}\n"},
             {"ConfigMap", "data: {k: x}\n"},
             {"Secret", "stringData: {k: x}\n"}}) {
        CAPTURE(kind);
        const auto object = head(kind, "o") + spec;
        const auto labelled = head(kind, "o") + "  labels: {l: v}\n" + spec;
        const auto name = kind + " default/o";
        CHECK(told("", object) == texts{"+ " + name});
        CHECK(told(object, "") == texts{"- " + name});
        CHECK(told(object, object).empty());
        CHECK(told(object, labelled) == texts{"+ " + name});
        CHECK(told(object, object + head(kind, "another") + spec) == texts{"+ " + kind + " default/another"});
        CHECK(told(object, head(kind, "z") + spec) == texts{"- " + name, "+ " + kind + " default/z"});
    }
}

TEST_CASE("object changes: a change of content is a change", "[fleet][unit]") {
    CHECK(told(head("ConfigMap", "c") + "data: {k: one}\n", head("ConfigMap", "c") + "data: {k: two}\n") ==
          texts{"+ ConfigMap default/c"});
    CHECK(told(head("ConfigMap", "c") + "data: {a: one, b: two}\n",
               head("ConfigMap", "c") + "data: {b: two, a: one}\n")
              .empty());
}
