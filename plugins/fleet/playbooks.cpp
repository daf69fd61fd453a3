#include "fleet/playbooks.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::string_view label_prefix = "config/";
constexpr std::size_t history_limit = 64;
constexpr std::size_t name_digits = 8;

// Sorted, each once.
std::set<std::string_view> named_configs(const label_map& labels) {
    std::set<std::string_view> names;
    for (const auto& [key, value] : labels) {
        if (key.get().starts_with(label_prefix)) names.insert(value.get());
    }
    return names;
}

class choosing {
public:
    explicit choosing(playbook_choice& into) : into_{into} {}

    void add(std::string name, const std::string& text) {
        if (!names_.insert(name).second) {
            into_.problems.push_back(
                fmt::format("two playbooks would be named {}; rename an EdgeConfig", name));
            return;
        }
        into_.playbooks.push_back({std::move(name), &text});
    }

private:
    playbook_choice& into_;
    std::set<std::string> names_;
};

bool is_finished(std::string_view status) {
    return status == "SuccessfullyCompleted" || status == "CompletedWithError";
}

} // namespace

playbook_choice choose_playbooks(std::string_view device, std::string_view ns, const label_map& labels,
                                 const playbook_objects& objects) {
    playbook_choice choice;
    choosing choose{choice};
    for (const auto config : named_configs(labels)) {
        const auto name = fmt::format("{}-{}", device, config);
        if (const auto* own = look_up(objects.executions, {std::string{ns}, name}, choice.used)) {
            choose.add(name, own->playbook);
            continue;
        }
        const auto* common = look_up(objects.configs, {std::string{ns}, std::string{config}}, choice.used);
        if (common == nullptr) {
            choice.problems.push_back(
                fmt::format("EdgeConfig {}/{} is missing (a label config/... refers to it)", ns, config));
            continue;
        }
        std::size_t number = 0;
        for (const auto& text : common->playbooks) {
            ++number;
            choose.add(number == 1 ? name : fmt::format("{}-{}", name, number), text);
        }
    }
    return choice;
}

std::string playbook_history::offer(const std::vector<chosen_playbook>& playbooks) {
    json::array listed;
    ++offers_;
    for (const auto& [base, text] : playbooks) {
        const auto hash = sha256(*text);
        auto at = executions_.try_emplace(base, execution{hash, {}, 0}).first;
        if (at->second.text != hash) {
            const auto name = fmt::format("{}-{}", base, hexadecimal(hash, name_digits));
            at->second.offered = offers_;
            at = executions_.try_emplace(name, execution{hash, {}, 0}).first;
        }
        at->second.offered = offers_;
        if (is_finished(at->second.status)) continue;
        listed.push_back(json::object{{"name", at->first}, {"ansible_playbook_string", *text}});
    }
    forget_old();
    return json::serialize(listed);
}

// Playbooks that are not offered any more go first, those that left longest ago before others.
void playbook_history::forget_old() {
    while (executions_.size() > history_limit) {
        const auto oldest =
            std::min_element(executions_.begin(), executions_.end(), [](const auto& a, const auto& b) {
                return a.second.offered < b.second.offered;
            });
        if (oldest->second.offered == offers_) return;
        executions_.erase(oldest);
    }
}

bool playbook_history::report(std::string_view name, std::string_view status) {
    const auto found = executions_.find(name);
    if (found == executions_.end() || found->second.status == status) return false;
    found->second.status = status;
    return true;
}

bool playbook_history::take_results(const playbook_history& other) {
    bool is_news = false;
    for (const auto& [name, ran] : other.executions_) {
        const auto found = executions_.find(name);
        if (ran.status.empty() || found == executions_.end() || found->second.text != ran.text) continue;
        if (!is_finished(found->second.status) && report(name, ran.status)) is_news = true;
    }
    return is_news;
}

} // namespace edgeconf::fleet
