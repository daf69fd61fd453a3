// Which Ansible playbooks a device is offered (R34): chosen by its labels from EdgeConfigs and
// PlaybookExecutions, and named so that the device runs each of them once.
#pragma once

#include "fleet/encoding.hpp"
#include "fleet/label_map.hpp"
#include "fleet/objects.hpp"
#include "fleet/reference.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

struct chosen_playbook {
    std::string name; // "<device>-<EdgeConfig>", from the second playbook on with "-2", "-3", ...
    const std::string* text;
};

struct playbook_choice {
    std::vector<chosen_playbook> playbooks;
    reference_set used;    // looked for, found or not
    problem_list problems; // what is missing is left out: a device can still run the others
};

// Each label `config/...` of the device names, as its value, an EdgeConfig, or the rest of a
// PlaybookExecution's name `<device>-<value>`, which goes first. Borrows the objects' texts.
playbook_choice choose_playbooks(std::string_view device, std::string_view ns, const label_map& labels,
                                 const playbook_objects& objects);

// What has been offered to one device, and what came of it. A device runs no playbook whose name it has run
// already, so an edited one needs another name, and one that has run to its end need not be offered again.
class playbook_history {
public:
    struct execution {
        digest text;
        std::string status;        // as reported: "Running", "SuccessfullyCompleted", ...; empty: not yet
        std::uint64_t offered = 0; // by which offer() last, counted from 1

        bool operator==(const execution&) const = default;
    };
    using execution_map = std::map<std::string, execution, std::less<>>; // by the name offered

    playbook_history() = default;

    // As stored: what executions() and offers() once gave.
    playbook_history(execution_map executions, std::uint64_t offers)
        : executions_{std::move(executions)}, offers_{offers} {}

    // The playbook-executions-response for these: a JSON array of {name, ansible_playbook_string}. The first
    // text offered under a name keeps it; another text gets its hash behind the name.
    std::string offer(const std::vector<chosen_playbook>& playbooks);

    // The device's word on a playbook; names that were never offered are ignored. True if it is news.
    bool report(std::string_view name, std::string_view status);

    // What `other` was told of playbooks that are here, too, and not known to have run to their end. True if
    // any of it is news.
    bool take_results(const playbook_history& other);

    const execution_map& executions() const noexcept { return executions_; }
    std::uint64_t offers() const noexcept { return offers_; }

    bool operator==(const playbook_history&) const = default;

private:
    void forget_old();

    execution_map executions_;
    std::uint64_t offers_ = 0;
};

} // namespace edgeconf::fleet
