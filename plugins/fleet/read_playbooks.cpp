#include "fleet/read_playbooks.hpp"

#include "fleet/encoding.hpp"
#include "fleet/field.hpp"

#include <boost/json/value.hpp>

#include <limits>
#include <utility>

namespace edgeconf::fleet {

namespace {

// Checked although no part of Flotta heeds them: an operator who misspells one would rely on it.
void check_options(const field& from) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    from.expect_members({"ansibleOptions", "content", "executionStrategy", "privilegeEscalationOptions",
                         "requiredPrivilegeLevel", "timeoutSeconds"});
    from["ansibleOptions"].expect_members({"check"});
    from["ansibleOptions"]["check"].boolean();
    from["executionStrategy"].text();
    const field escalation = from["privilegeEscalationOptions"];
    escalation.expect_members({"become", "becomeMethod", "becomeUser"});
    escalation["become"].boolean();
    escalation["becomeUser"].text();
    if (const auto method = escalation["becomeMethod"].text();
        method && *method != "sudo" && *method != "su") {
        escalation["becomeMethod"].error("has to be sudo or su");
    }
    const field level = from["requiredPrivilegeLevel"];
    level.expect_members({"capAdd", "capDrop"});
    for (const auto* list : {"capAdd", "capDrop"}) {
        for (const auto& each : level[list].items()) each.integer(least, most);
    }
    from["timeoutSeconds"].integer(least, most);
}

// The playbook at `from`, decoded; nothing when it is absent or unusable.
std::optional<std::string> read_playbook(const field& from) {
    check_options(from);
    const field content = from["content"];
    if (from.present() && !content.present()) content.error("is missing");
    const auto encoded = content.text();
    if (!encoded) return std::nullopt;
    auto decoded = decode_base64(*encoded);
    if (!decoded || !is_utf8(*decoded)) {
        content.error("has to be the playbook's text in base64; encode it with base64 -w0");
        return std::nullopt;
    }
    return decoded;
}

} // namespace

edge_config read_config(const object_name& name, const field& spec) {
    edge_config read{name, {}, {}};
    spec.expect_members({"edgePlaybook"});
    spec["edgePlaybook"].expect_members({"playbooks", "user"});
    spec["edgePlaybook"]["user"].text();
    const field playbooks = spec["edgePlaybook"]["playbooks"];
    const auto listed = playbooks.items();
    if (listed.empty() && playbooks.present() && playbooks.value()->is_array()) {
        playbooks.error("has to hold at least one playbook");
    }
    for (const auto& each : listed) {
        if (auto playbook = read_playbook(each)) read.playbooks.push_back(*std::move(playbook));
    }
    return read;
}

std::optional<playbook_execution> read_execution(const object_name& name, const field& spec) {
    spec.expect_members({"executionAttempt", "playbook"});
    spec["executionAttempt"].integer(0, std::numeric_limits<std::int64_t>::max());
    auto playbook = read_playbook(spec["playbook"]);
    if (!playbook) return std::nullopt;
    return playbook_execution{name, {}, *std::move(playbook)};
}

} // namespace edgeconf::fleet
