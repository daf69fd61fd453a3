#include "fleet/admission.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using Catch::Contains;
namespace json = boost::json;

namespace {

const json::object acme = json::parse(R"({
    "hostname": "Pump 7", "cpu": {"architecture": "aarch64", "count": 4}, "boot": "uefi",
    "system_vendor": {"manufacturer": "Acme Inc.", "product_name": "", "serial_number": "SN-0042"}})")
                              .get_object();
const json::object nothing;

decision judge(const admission_settings& by, std::string_view id = "pump-7", std::string_view ns = "plant-1",
               const json::object& hardware = acme, std::size_t known = 0) {
    return admission{by}.judge({id, ns, hardware}, known);
}

admission_settings with_rules(std::vector<admission_rule> rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) rules[i].name = "rule " + std::to_string(i);
    return {approval_mode::rules, std::move(rules), {}};
}

admission_rule ids_rule(id_set ids) {
    admission_rule rule;
    rule.ids = std::move(ids);
    return rule;
}

admission_rule namespace_rule(name_set names) {
    admission_rule rule;
    rule.namespaces = std::move(names);
    return rule;
}

admission_rule hardware_rule(std::string field, std::string text) {
    admission_rule rule;
    rule.hardware.push_back({std::move(field), {comparable_text(text)}});
    return rule;
}

bool holds(const std::string& field, const std::string& text, const json::object& hardware = acme) {
    return hardware_condition{field, {comparable_text(text)}}.holds(hardware);
}

} // namespace

TEST_CASE("admission: R7a approval is manual unless something else is chosen", "[fleet][unit]") {
    const auto made = admission{}.judge({"pump-7", "plant-1", acme}, 0);
    CHECK(made.is == verdict::wait);
    CHECK(made.target_set.empty());
    CHECK_THAT(made.reason, Contains("manual"));
}

TEST_CASE("admission: R5 automatic approval admits whoever asks, with hardware or without (R4)",
          "[fleet][unit]") {
    CHECK(judge({approval_mode::automatic, {}, {}}).is == verdict::admit);
    CHECK(judge({approval_mode::automatic, {}, {}}, "x", "y", nothing).is == verdict::admit);
}

TEST_CASE("admission: R3 a namespace that is not allowed is refused, whatever the mode", "[fleet][unit]") {
    for (const auto mode : {approval_mode::manual, approval_mode::automatic, approval_mode::rules}) {
        CAPTURE(static_cast<int>(mode));
        admission_settings by{mode, {ids_rule({"pump-7"})}, name_set{"plant-1", "plant-2"}};
        CHECK(judge(by, "pump-7", "plant-2").is != verdict::refuse);
        for (const auto* ns : {"plant-3", "default", "plant-", "plant-11", ""}) {
            const auto made = judge(by, "pump-7", ns);
            CHECK(made.is == verdict::refuse);
            CHECK_THAT(made.reason, Contains("allowed-namespaces"));
        }
    }
}

TEST_CASE("admission: R5 the first rule that applies decides", "[fleet][unit]") {
    auto deny = ids_rule({"stolen"});
    deny.action = verdict::refuse;
    auto in_set = ids_rule({"pump-7", "stolen"});
    in_set.target_set = "pumps";
    const auto by = with_rules({deny, in_set, namespace_rule({"plant-1"})});

    const auto refused = judge(by, "stolen");
    CHECK(refused.is == verdict::refuse);
    CHECK_THAT(refused.reason, Contains("rule 0"));
    const auto listed = judge(by, "pump-7");
    CHECK(listed.is == verdict::admit);
    CHECK(listed.target_set == "pumps");
    CHECK_THAT(listed.reason, Contains("rule 1"));
    const auto other = judge(by, "pump-8");
    CHECK(other.is == verdict::admit);
    CHECK(other.target_set.empty());
    CHECK_THAT(other.reason, Contains("rule 2"));
    CHECK(judge(by, "pump-8", "plant-2").is == verdict::wait);
}

TEST_CASE("admission: R5 all conditions of a rule have to hold", "[fleet][unit]") {
    auto rule = hardware_rule("cpu.architecture", "aarch64");
    rule.hardware.push_back({"hostname", {"pump7", "pump8"}});
    rule.namespaces = name_set{"plant-1"};
    rule.ids = id_set{"pump-7"};
    const auto by = with_rules({rule});
    CHECK(judge(by).is == verdict::admit);
    CHECK(judge(by, "pump-8").is == verdict::wait);
    CHECK(judge(by, "pump-7", "plant-2").is == verdict::wait);
    CHECK(judge(by, "pump-7", "plant-1", nothing).is == verdict::wait);
    auto other = acme;
    other["hostname"] = "pump 9";
    CHECK(judge(by, "pump-7", "plant-1", other).is == verdict::wait);
}

TEST_CASE("admission: R19 ids compare without regard to case, namespaces exactly", "[fleet][unit]") {
    const auto ids = with_rules({ids_rule({"Pump-7"})});
    for (const auto* id : {"pump-7", "PUMP-7", "Pump-7"}) CHECK(judge(ids, id).is == verdict::admit);
    for (const auto* id : {"pump-", "pump-77", ""}) CHECK(judge(ids, id).is == verdict::wait);
    CHECK(judge(with_rules({namespace_rule({"plant-1"})}), "pump-7", "Plant-1").is == verdict::wait);
}

TEST_CASE("admission: R16 hardware compares as its labels do", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> equal{
        {"system_vendor.manufacturer", "Acme Inc."},
        {"system_vendor.manufacturer", "acmeinc"},
        {"system_vendor.manufacturer", "ACME INC"},
        {"system_vendor.serial_number", "sn-0042"},
        {"cpu.architecture", "aarch64"},
        {"hostname", "pump7"},
    };
    for (const auto& [field, text] : equal) {
        CAPTURE(field, text);
        CHECK(holds(field, text));
    }
    const std::vector<std::pair<std::string, std::string>> different{
        {"system_vendor.manufacturer", "Acme"}, {"system_vendor.manufacturer", "Acme Inc. Ltd"},
        {"system_vendor.product_name", "x"},    {"system_vendor", "acmeinc"},
        {"cpu.model_name", "aarch64"},          {"cpu.count", "4"},
        {"boot.current_boot_mode", "uefi"},     {"hostname.x", "pump7"},
    };
    for (const auto& [field, text] : different) {
        CAPTURE(field, text);
        CHECK_FALSE(holds(field, text));
        CHECK_FALSE(holds(field, text, nothing));
    }
}

TEST_CASE("admission: R16 a text that makes no label compares as it is", "[fleet][unit]") {
    const auto foreign = json::parse(R"({"hostname": "\u6c34\u6cf5"})").get_object();
    CHECK(holds("hostname", "\xe6\xb0\xb4\xe6\xb3\xb5", foreign));
    CHECK_FALSE(holds("hostname", "\xe6\xb0\xb4", foreign));
    CHECK_FALSE(holds("hostname", "***", foreign));
}

TEST_CASE("admission: past the limit, devices that would be let in wait, and denied ones stay out",
          "[fleet][unit]") {
    auto deny = ids_rule({"stolen"});
    deny.action = verdict::refuse;
    auto rules = with_rules({deny, namespace_rule({"plant-1"})});
    admission_settings automatic{approval_mode::automatic, {}, {}};
    for (auto* by : {&rules, &automatic}) {
        by->automatic_limit = 3;
        CHECK(judge(*by, "pump-7", "plant-1", acme, 2).is == verdict::admit);
        const auto late = judge(*by, "pump-7", "plant-1", acme, 3);
        CHECK(late.is == verdict::wait);
        CHECK(late.target_set.empty());
        CHECK_THAT(late.reason, Contains("automatic-limit"));
    }
    CHECK(judge(rules, "stolen", "plant-1", acme, 3).is == verdict::refuse);
    automatic.automatic_limit = 0;
    CHECK(judge(automatic).is == verdict::wait);
}
