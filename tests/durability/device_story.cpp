#include "durability/device_story.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace edgeconf::test {

namespace json = boost::json;

namespace {

constexpr unsigned ok = 200;
constexpr unsigned recorded = 201;
constexpr unsigned forbidden = 403;
constexpr unsigned not_found = 404;

std::int64_t unix_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string text_at(const json::value& of, std::string_view pointer) {
    boost::system::error_code ec;
    const auto* found = of.find_pointer(pointer, ec);
    return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
}

// What each heartbeat says follows from its number, so that one that is stored by halves shows.
std::string phase_of(unsigned number) { return number == 0 ? "" : "phase-" + std::to_string(number); }
std::string version_of(unsigned number) { return number == 0 ? "" : "version-" + std::to_string(number); }
std::string workload_of(unsigned number) { return "Running-" + std::to_string(number); }
std::string playbook_of(unsigned number) { return "Running-" + std::to_string(number); }

unsigned number_in(const std::string& version) {
    const auto dash = version.find('-');
    return dash == std::string::npos ? 0 : static_cast<unsigned>(std::stoul(version.substr(dash + 1)));
}

} // namespace

device_story::device_story(std::string id, std::string ns, bool by_manifest)
    : id_{std::move(id)}, ns_{std::move(ns)}, by_manifest_{by_manifest} {}

std::string device_story::hardware() const {
    return R"({"hostname":")" + id_ +
           R"(","cpu":{"architecture":"x86_64"},"system_vendor":{"manufacturer":"Acme","product_name":"Box 7"}})";
}

std::string device_story::heartbeat(unsigned number) const {
    json::object body{{"status", phase_of(number)},
                      {"version", version_of(number)},
                      {"workloads", json::array{{{"name", "agent"}, {"status", workload_of(number)}}}}};
    if (by_manifest_)
        body["playbook-executions"] =
            json::array{{{"name", id_ + "-baseline"}, {"status", playbook_of(number)}}};
    return json::serialize(body);
}

unsigned device_story::enrol(edge_api_client& host) {
    const auto status = host.enrol(ns_, id_, hardware()).status;
    if (status == ok || status == recorded) is_enrolled_ = true;
    return status;
}

// Its hardware makes labels, and these choose workloads.
unsigned device_story::put_registration(edge_api_client& host) {
    configuration_.clear();
    const auto status = host.put_registration(ns_, id_, key_.certificate_request(id_), hardware()).status;
    if (status == ok) is_registered_ = true;
    return status;
}

unsigned device_story::put_heartbeat(edge_api_client& host, bool news) {
    if (news || sent_ == 0) ++sent_;
    const auto number = sent_;
    const auto at = unix_now();
    const bool was_registered = is_registered_;
    const auto status = host.put_heartbeat(ns_, id_, heartbeat(number)).status;
    if (status != ok) return status;
    heard_.push_back({number, at, clock::now()});
    if (was_registered) is_confirmed_ = true;
    return status;
}

unsigned device_story::get_configuration(edge_api_client& host) {
    auto answer = host.get_configuration(ns_, id_);
    if (answer.status == ok) configuration_ = std::move(answer.body);
    return answer.status;
}

unsigned device_story::get_registration(edge_api_client& host) { return host.get_registration(id_).status; }

unsigned device_story::get_playbooks(edge_api_client& host) { return host.get_playbooks(ns_, id_).status; }

void device_story::host_died(clock::time_point safe) {
    std::erase_if(heard_, [&](const auto& each) { return each.acknowledged > safe; });
    if (heard_.size() > 1) heard_.erase(heard_.begin(), heard_.end() - 1);
}

discrepancies device_story::check_stored(const json::value* exported) {
    discrepancies found;
    if (exported == nullptr) {
        if (is_enrolled_ || is_approved_) complain(found, "is not there");
        return found;
    }
    const auto ns = text_at(*exported, "/membership/namespace");
    const auto state = text_at(*exported, "/membership/state");
    if (state == "known" && ns != ns_) complain(found, "is in the namespace '" + ns + "'");
    const bool may_wait = by_manifest_ && !is_approved_;
    const bool may_be_in = !by_manifest_ || approval_asked_;
    if (!((may_wait && state == "pending") || (may_be_in && state == "known")))
        complain(found, "is '" + state + "'");
    if (is_registered_ && text_at(*exported, "/membership/pin").empty()) complain(found, "has no key");
    check_status(*exported, found);
    return found;
}

void device_story::check_status(const json::value& exported, discrepancies& found) {
    const auto number = number_in(text_at(exported, "/status/version"));
    const auto least = heard_.empty() ? 0 : heard_.back().number;
    if (number < least || number > sent_) {
        complain(found, "has heartbeat " + std::to_string(number) + " of " + std::to_string(sent_) +
                            ", of which " + std::to_string(least) + " was acknowledged");
        return;
    }
    if (text_at(exported, "/status/phase") != phase_of(number))
        complain(found, "has another heartbeat's phase");
    if (number != 0 && text_at(exported, "/status/workloads/agent/phase") != workload_of(number))
        complain(found, "has another heartbeat's workload");
    if (number != 0 && by_manifest_ &&
        text_at(exported, "/status/playbooks/ran/" + id_ + "-baseline/status") != playbook_of(number))
        complain(found, "has another heartbeat's playbook");
    const auto* heard_at = exported.as_object().if_contains("heard");
    const auto at = heard_at == nullptr ? 0 : heard_at->to_number<std::int64_t>();
    if (!heard_.empty() && at < heard_.back().at)
        complain(found,
                 "was heard at " + std::to_string(at) + ", not at " + std::to_string(heard_.back().at));
    if (!heard_.empty()) heard_ = {{number, heard_.back().at, heard_.back().acknowledged}};
}

discrepancies device_story::check_answers(edge_api_client& host) {
    discrepancies found;
    const auto registration = host.get_registration(id_);
    if (is_in() && registration.status != ok)
        complain(found, "GET registration: " + std::to_string(registration.status));
    if (registration.status == ok && registration.body.find("\"" + ns_ + "\"") == std::string::npos)
        complain(found, "GET registration: " + registration.body);
    if (is_enrolled_ && !is_in() && !approval_asked_ && registration.status != not_found)
        complain(found, "waits, and GET registration: " + std::to_string(registration.status));
    if (!configuration_.empty()) {
        const auto told = host.get_configuration(ns_, id_);
        if (told.status != ok || told.body != configuration_)
            complain(found, "has another configuration: " + std::to_string(told.status) + " " + told.body +
                                "\n instead of " + configuration_);
    }
    if (is_confirmed_) {
        const auto other = host.put_registration(ns_, id_, device_key{}.certificate_request(id_), hardware());
        if (other.status != forbidden)
            complain(found, "another key is answered with " + std::to_string(other.status));
        const auto own = host.put_registration(ns_, id_, key_.certificate_request(id_), hardware());
        if (own.status != ok) complain(found, "its own key is answered with " + std::to_string(own.status));
    }
    return found;
}

void device_story::complain(discrepancies& found, const std::string& what) const {
    found.push_back(id_ + ": " + what);
}

} // namespace edgeconf::test
