#include "fleet/catalogue.hpp"

#include "fleet/playbooks.hpp"
#include "fleet/render_settings.hpp"
#include "fleet/render_workload.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::string_view set_label = "flotta/member-of";
constexpr std::size_t version_digits = 32;

std::string quoted(std::string_view text) { return json::serialize(json::value(text)); }

// Collects the parts of a message, and the hash of what they say.
class assembly {
public:
    explicit assembly(std::string_view id) : id_{quoted(id)} { content_ = id_; }

    void add(std::string_view separator, const shared_fragment& part) {
        pieces_.push_back(separator);
        pieces_.push_back(part->bytes);
        made_->shared.push_back(part);
        count(separator);
        content_.append(reinterpret_cast<const char*>(part->hash.data()), part->hash.size());
    }
    void add(std::string_view text) {
        pieces_.push_back(text);
        count(text);
    }
    void name_workload(const std::string& name) { made_->workloads.push_back(name); }

    std::shared_ptr<const rendering> finish() && {
        made_->version = hexadecimal(sha256(content_), version_digits);
        made_->head = fmt::format(R"({{"device_id":{},"version":"{}","configuration":)", id_, made_->version);
        made_->parts.reserve(pieces_.size() + 1);
        made_->parts.push_back(made_->head);
        for (const auto piece : pieces_) {
            if (!piece.empty()) made_->parts.push_back(piece);
        }
        return std::move(made_);
    }

private:
    void count(std::string_view text) {
        content_.push_back('\0'); // no text may run into the hash beside it
        content_ += text;
        content_.push_back('\0');
    }

    std::string id_;
    std::string content_;
    std::vector<std::string_view> pieces_; // literals, and bytes of shared fragments
    std::shared_ptr<rendering> made_ = std::make_shared<rendering>();
};

void append(problem_list& into, const problem_list& from, std::string_view owner) {
    for (const auto& each : from) into.push_back(owner.empty() ? each : fmt::format("{}: {}", owner, each));
}

template <class Prepared>
bool by_name(const Prepared* a, const Prepared* b) {
    return a->source->name.name < b->source->name.name;
}

} // namespace

catalogue::catalogue(object_set objects) : objects_{std::move(objects)} {
    const references refer{objects_, {}, defaults_.problems};
    defaults_.part = make_fragment(render_settings(device_settings{}, refer));
    prepare_sets();
    prepare_workloads();
}

void catalogue::prepare_sets() {
    for (const auto& [name, set] : objects_.sets) {
        auto& made = sets_[name];
        problem_list problems;
        made.part = make_fragment(render_settings(set.settings, references{objects_, name.ns, problems}));
        append(made.problems, problems, fmt::format("EdgeDeviceSet {}/{}", name.ns, name.name));
    }
}

void catalogue::prepare_workloads() {
    std::map<object_name, shared_fragment> secrets;
    for (const auto& [name, workload] : objects_.workloads) {
        auto& made = workloads_[name];
        problem_list problems;
        const references refer{objects_, name.ns, problems};
        made.source = &workload;
        made.part = make_fragment(render_workload(workload, refer));
        for (const auto* used : secrets_of(workload, refer)) {
            auto& part = secrets[used->name];
            if (!part) part = make_fragment(render_secret(*used));
            made.secrets.push_back({used->name.name, part});
        }
        append(made.problems, problems, fmt::format("EdgeWorkload {}/{}", name.ns, name.name));
        if (!workload.device.empty()) {
            by_device_[{name.ns, workload.device}].push_back(&made);
        } else if (workload.selector) {
            by_selector_[name.ns].push_back(&made);
        }
    }
}

catalogue::prepared_settings catalogue::settings_of(const device_view& device) const {
    if (const auto member = device.labels.find(set_label); member != device.labels.end()) {
        const auto set = sets_.find({std::string{device.ns}, member->second});
        if (set != sets_.end()) return set->second;
    }
    if (device.settings == device_settings{}) return defaults_;
    prepared_settings own;
    const references refer{objects_, device.ns, own.problems};
    own.part = make_fragment(render_settings(device.settings, refer));
    return own;
}

catalogue::workload_list catalogue::workloads_of(const device_view& device) const {
    workload_list chosen;
    const auto named = by_device_.find({std::string{device.ns}, std::string{device.id}});
    if (named != by_device_.end()) chosen = named->second;
    if (const auto selecting = by_selector_.find(device.ns); selecting != by_selector_.end()) {
        for (const auto* each : selecting->second) {
            if (each->source->selector->matches(device.labels)) chosen.push_back(each);
        }
    }
    std::sort(chosen.begin(), chosen.end(), by_name<prepared_workload>);
    return chosen;
}

rendering_result catalogue::render(const device_view& device) const {
    rendering_result result;
    const auto settings = settings_of(device);
    const auto workloads = workloads_of(device);
    append(result.problems, settings.problems, "");
    assembly message{device.id};
    message.add("", settings.part);
    message.add(R"(,"workloads":[)");
    std::map<std::string_view, shared_fragment> secrets;
    std::string_view separator;
    for (const auto* each : workloads) {
        append(result.problems, each->problems, "");
        message.add(std::exchange(separator, ","), each->part);
        message.name_workload(each->source->name.name);
        for (const auto& secret : each->secrets) secrets.emplace(secret.name, secret.part);
    }
    message.add("]");
    separator = R"(,"secrets":[)";
    for (const auto& [name, part] : secrets) message.add(std::exchange(separator, ","), part);
    message.add(secrets.empty() ? "}" : "]}");
    if (result.problems.empty()) result.made = std::move(message).finish();
    return result;
}

std::string catalogue::playbooks(const device_view& device, problem_list& problems) const {
    return render_playbooks(device.id, device.labels, references{objects_, device.ns, problems});
}

} // namespace edgeconf::fleet
