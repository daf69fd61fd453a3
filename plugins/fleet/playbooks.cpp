#include "fleet/playbooks.hpp"

#include "fleet/reference.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <set>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::string_view label_prefix = "config/";

// Sorted, each once.
std::set<std::string_view> named_configs(const string_map& labels) {
    std::set<std::string_view> names;
    for (auto at = labels.lower_bound(label_prefix);
         at != labels.end() && at->first.starts_with(label_prefix); ++at) {
        names.insert(at->second);
    }
    return names;
}

class offer {
public:
    explicit offer(const references& refer) : refer_{&refer} {}

    // A device skips a playbook whose name it has run, so a name may stand for one playbook alone.
    void add(std::string name, const std::string& playbook) {
        if (!names_.insert(name).second) {
            return refer_->problem(
                fmt::format("two playbooks would be named {}; rename an EdgeConfig", name));
        }
        listed_.push_back(json::object{{"name", std::move(name)}, {"ansible_playbook_string", playbook}});
    }
    std::string text() const { return json::serialize(listed_); }

private:
    const references* refer_;
    std::set<std::string> names_;
    json::array listed_;
};

} // namespace

std::string render_playbooks(std::string_view device, const string_map& labels, const references& refer) {
    offer playbooks{refer};
    for (const auto config : named_configs(labels)) {
        const auto name = fmt::format("{}-{}", device, config);
        const auto& executions = refer.objects().executions;
        if (const auto found = executions.find({refer.ns(), name}); found != executions.end()) {
            playbooks.add(name, found->second.playbook);
            continue;
        }
        const auto& configs = refer.objects().configs;
        const auto found = configs.find({refer.ns(), std::string{config}});
        if (found == configs.end()) {
            refer.problem(fmt::format("EdgeConfig {}/{} is missing (a label config/... refers to it)",
                                      refer.ns(), config));
            continue;
        }
        std::size_t number = 0;
        for (const auto& playbook : found->second.playbooks) {
            ++number;
            playbooks.add(number == 1 ? name : fmt::format("{}-{}", name, number), playbook);
        }
    }
    return playbooks.text();
}

} // namespace edgeconf::fleet
