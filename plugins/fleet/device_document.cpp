#include "fleet/device_document.hpp"

#include "fleet/encoding.hpp"
#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/manifest.hpp"
#include "fleet/read_settings.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr unix_seconds latest = 253'402'300'799; // the end of the year 9999
constexpr std::int64_t count_limit = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t depth_limit = 100;     // a spec may be as deep as a manifest
constexpr std::size_t usual_size = 8u << 10; // bytes of memory for the values of one document

template <class Value>
struct word {
    std::string_view text;
    Value means;
};

constexpr std::array<word<device_state>, 4> states{{{"pending", device_state::pending},
                                                    {"denied", device_state::denied},
                                                    {"known", device_state::known},
                                                    {"removed", device_state::removed}}};
constexpr std::array<word<connection>, 3> connections{
    {{"never", connection::never}, {"online", connection::online}, {"offline", connection::offline}}};

template <class Words, class Value>
std::string_view word_for(const Words& words, Value value) {
    return std::find_if(words.begin(), words.end(), [&](const auto& each) { return each.means == value; })
        ->text;
}

// ---- writing: what is empty is left out ----

class document {
public:
    document() : root_(&memory_) {}
    document(const document&) = delete;
    document& operator=(const document&) = delete;

    json::object& root() noexcept { return root_; }
    std::string text() const { return json::serialize(root_); }
    std::string text_unless_empty() const { return root_.empty() ? std::string{} : text(); }

private:
    std::array<unsigned char, usual_size> room_;
    json::monotonic_resource memory_{room_.data(), room_.size()};
    json::object root_;
};

void put(json::object& into, std::string_view name, std::string_view text) {
    if (!text.empty()) into.emplace(name, text);
}

void put(json::object& into, std::string_view name, std::int64_t number) {
    if (number != 0) into.emplace(name, number);
}

void put(json::object& into, std::string_view name, json::object&& members) {
    if (!members.empty()) into.emplace(name, std::move(members));
}

json::object labels_object(const label_map& labels, const json::storage_ptr& memory) {
    json::object made{memory};
    made.reserve(labels.size());
    for (const auto& [key, value] : labels) made.emplace(key.get(), value.get());
    return made;
}

json::object request_object(const join_request& request, const json::storage_ptr& memory) {
    json::object made{memory};
    put(made, "namespace", request.ns);
    put(made, "set", request.set);
    put(made, "model", request.model_name);
    put(made, "made", request.made);
    put(made, "decided", request.decided);
    return made;
}

json::object upgrade_object(const upgrade_report& upgrade, const json::storage_ptr& memory) {
    json::object made{memory};
    put(made, "commit", upgrade.commit_id);
    put(made, "status", upgrade.status);
    put(made, "time", upgrade.time);
    return made;
}

json::object workloads_object(const std::vector<workload_status>& workloads,
                              const json::storage_ptr& memory) {
    json::object made{memory};
    made.reserve(workloads.size());
    for (const auto& each : workloads) {
        json::object one{memory};
        put(one, "phase", each.phase.get());
        put(one, "since", each.since);
        put(one, "upload", each.last_data_upload.get());
        made.emplace(each.name.get(), std::move(one));
    }
    return made;
}

json::object history_object(const playbook_history& history, const json::storage_ptr& memory) {
    json::object made{memory};
    put(made, "offers", static_cast<std::int64_t>(history.offers()));
    json::object ran{memory};
    for (const auto& [name, each] : history.executions()) {
        json::object one{memory};
        one.emplace("text",
                    encode_base64({reinterpret_cast<const char*>(each.text.data()), each.text.size()}));
        put(one, "status", each.status);
        put(one, "offered", static_cast<std::int64_t>(each.offered));
        ran.emplace(name, std::move(one));
    }
    put(made, "ran", std::move(ran));
    return made;
}

void put_told_status(const device_record& device, json::object& into) {
    const auto& status = device.status;
    put(into, "phase", status.phase);
    put(into, "version", status.version);
    put(into, "registered", status.registered);
    if (status.upgrade) into.emplace("upgrade", upgrade_object(*status.upgrade, into.storage()));
    put(into, "workloads", workloads_object(status.workloads, into.storage()));
}

void put_seen_status(const device_record& device, json::object& into) {
    const auto& status = device.status;
    if (status.connection != connection::never)
        into.emplace("connection", word_for(connections, status.connection));
    if (status.not_polling) into.emplace("notPolling", true);
}

// Of a device without a key: the first that registers need not be its own then.
void put_use(const device_record& device, json::object& into) {
    const bool in_use = device.status.in_use || device.status.connection != connection::never;
    if (in_use && device.pin.state() == pin_state::none) into.emplace("inUse", true);
}

void put_playbooks(const device_record& device, json::object& into) {
    if (device.offer) into.emplace("playbooks", history_object(device.offer->history, into.storage()));
}

// ---- reading ----

// One document while it is read.
class opened_document {
public:
    opened_document(const char* name, std::string_view text)
        : owner_{{}, {}, {}, {}, parsed(name, text), {}, std::make_shared<const std::string>(name)} {}
    opened_document(const opened_document&) = delete;
    opened_document& operator=(const opened_document&) = delete;

    field root() { return {owner_, owner_.root, found_}; }

    // Throws document_damaged if anything that was read did not fit. To be called in every round of a loop:
    // telling of a member takes a search for it.
    void check() const {
        if (!found_.failed()) return;
        const auto all = found_.all();
        const auto first = std::find_if(all.begin(), all.end(),
                                        [](const auto& each) { return each.level == severity::error; });
        // Behind the name stands the line, which means nothing here.
        throw document_damaged{*owner_.file + first->text.substr(first->text.find(": "))};
    }

private:
    json::value parsed(const char* name, std::string_view text) {
        json::parse_options options;
        options.max_depth = depth_limit;
        boost::system::error_code error;
        auto root = json::parse(text, error, &memory_, options);
        if (error) throw document_damaged{fmt::format("{}: {}", name, error.message())};
        return root;
    }

    std::array<unsigned char, usual_size> room_;
    json::monotonic_resource memory_{room_.data(), room_.size()};
    manifest owner_;
    findings found_;
};

// Without a copy; empty when it is absent.
std::string_view text_of(const field& from) {
    if (const auto* value = from.value()) {
        if (const auto* text = value->if_string()) return {text->data(), text->size()};
        from.text(); // which says what is wrong
    }
    return {};
}

unix_seconds time_of(const field& from) { return from.integer(0, latest).value_or(0); }

template <class Words>
auto word_of(const field& from, const Words& words) {
    const auto text = text_of(from);
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto& each) { return each.text == text; });
    if (found != words.end()) return found->means;
    if (from.present()) from.error("is none of the words that it can be");
    return decltype(found->means){};
}

label_map labels_of(const field& from, const opened_document& in) {
    string_map read;
    for (const auto& [key, value] : from.members()) {
        read.emplace_hint(read.end(), key, text_of(value));
        in.check();
    }
    return read;
}

std::unique_ptr<join_request> request_of(const field& from) {
    if (!from.present()) return nullptr;
    auto read = std::make_unique<join_request>();
    read->ns = text_of(from["namespace"]);
    read->set = text_of(from["set"]);
    read->model_name = text_of(from["model"]);
    read->made = time_of(from["made"]);
    read->decided = time_of(from["decided"]);
    return read;
}

std::shared_ptr<const given_spec> spec_of(const field& from) {
    auto text = from.text();
    if (!text) return nullptr;
    auto read = std::make_shared<given_spec>();
    read->text = *std::move(text);
    opened_document spec{"membership.spec", read->text};
    read->settings = read_device_settings(spec.root());
    spec.check();
    return read;
}

identity_pin pin_of(const field& from) {
    if (!from.present()) return {};
    auto read = identity_pin::from_text(text_of(from));
    if (!read) from.error("has to be a state and its keys");
    return std::move(read).value_or(identity_pin{});
}

std::shared_ptr<const upgrade_report> upgrade_of(const field& from) {
    if (!from.present()) return nullptr;
    return std::make_shared<const upgrade_report>(upgrade_report{std::string{text_of(from["commit"])},
                                                                 std::string{text_of(from["status"])},
                                                                 std::string{text_of(from["time"])}});
}

std::vector<workload_status> workloads_of(const field& from, const opened_document& in) {
    std::vector<workload_status> read;
    const auto listed = from.members();
    read.reserve(listed.size());
    for (const auto& [name, each] : listed) {
        read.push_back({shared_text{std::string{name}}, shared_text{std::string{text_of(each["phase"])}},
                        time_of(each["since"]), shared_text{std::string{text_of(each["upload"])}}});
        in.check();
    }
    const auto by_name = [](const auto& a, const auto& b) { return a.name.get() < b.name.get(); };
    if (!std::is_sorted(read.begin(), read.end(), by_name)) std::sort(read.begin(), read.end(), by_name);
    return read;
}

digest digest_of(const field& from) {
    digest read{};
    const auto bytes = decode_base64(text_of(from));
    if (bytes && bytes->size() == read.size()) {
        std::memcpy(read.data(), bytes->data(), read.size());
    } else {
        from.error("has to be a SHA-256 in base64");
    }
    return read;
}

std::unique_ptr<playbook_offer> offer_of(const field& from, const opened_document& in) {
    if (!from.present()) return nullptr;
    const auto offers = from["offers"].integer(0, count_limit).value_or(0);
    playbook_history::execution_map ran;
    for (const auto& [name, each] : from["ran"].members()) {
        const auto offered = each["offered"].integer(0, offers).value_or(0);
        ran.emplace(name,
                    playbook_history::execution{digest_of(each["text"]), std::string{text_of(each["status"])},
                                                static_cast<std::uint64_t>(offered)});
        in.check();
    }
    auto read = std::make_unique<playbook_offer>();
    read->history = {std::move(ran), static_cast<std::uint64_t>(offers)};
    return read;
}

} // namespace

std::string membership_document(const device_record& device) {
    document made;
    auto& root = made.root();
    put(root, "namespace", device.ns);
    root.emplace("state", word_for(states, device.state));
    if (device.request) root.emplace("request", request_object(*device.request, root.storage()));
    put(root, "given", labels_object(device.given_labels, root.storage()));
    put(root, "reported", labels_object(device.reported_labels, root.storage()));
    if (device.given) root.emplace("spec", device.given->text);
    if (device.pin.state() != pin_state::none) root.emplace("pin", device.pin.text());
    if (device.next_key_is_its_own) root.emplace("nextKeyIsItsOwn", true);
    return made.text();
}

void read_membership(std::string_view document, device_record& into) {
    opened_document opened{"membership", document};
    const auto root = opened.root();
    into.ns = text_of(root["namespace"]);
    into.state = word_of(root["state"], states);
    into.request = request_of(root["request"]);
    into.given_labels = labels_of(root["given"], opened);
    into.reported_labels = labels_of(root["reported"], opened);
    into.given = spec_of(root["spec"]);
    into.pin = pin_of(root["pin"]);
    into.next_key_is_its_own = root["nextKeyIsItsOwn"].boolean().value_or(false);
    opened.check();
}

std::string status_document(const device_record& device) {
    document made;
    put_told_status(device, made.root());
    put_seen_status(device, made.root());
    put_playbooks(device, made.root());
    return made.text_unless_empty();
}

std::string lasting_status_document(const device_record& device) {
    document made;
    put(made.root(), "registered", device.status.registered);
    put_use(device, made.root());
    put_playbooks(device, made.root());
    return made.text_unless_empty();
}

std::string told_status_document(const device_record& device) {
    document made;
    put_told_status(device, made.root());
    put_use(device, made.root());
    put_playbooks(device, made.root());
    return made.text_unless_empty();
}

void read_status(std::string_view document, device_record& into) {
    into.status = {};
    into.offer.reset();
    if (document.empty()) return;
    opened_document opened{"status", document};
    const auto root = opened.root();
    auto& status = into.status;
    status.phase = text_of(root["phase"]);
    status.version = text_of(root["version"]);
    status.registered = time_of(root["registered"]);
    status.upgrade = upgrade_of(root["upgrade"]);
    status.workloads = workloads_of(root["workloads"], opened);
    status.connection = word_of(root["connection"], connections);
    status.not_polling = root["notPolling"].boolean().value_or(false);
    status.in_use = root["inUse"].boolean().value_or(false);
    into.offer = offer_of(root["playbooks"], opened);
    opened.check();
}

} // namespace edgeconf::fleet
