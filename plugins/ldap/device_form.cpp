#include "ldap/device_form.hpp"

#include "ldap/schema_names.hpp"

#include "fleet/device_document.hpp"
#include "fleet/identity.hpp"
#include "fleet/name_syntax.hpp"
#include "fleet/yaml_reader.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <utility>

namespace edgeconf::ldap {

namespace {

namespace json = boost::json;
using fleet::device_state;

struct approval_word {
    std::string_view ours;
    std::string_view state; // of a membership document
};

constexpr std::array<approval_word, 4> approvals{
    {{"pending", "pending"}, {"approved", "known"}, {"declined", "denied"}, {"removed", "removed"}}};

constexpr std::array given_members{std::string_view{"namespace"}, std::string_view{"state"},
                                   std::string_view{"given"}, std::string_view{"spec"}};

std::string lower(std::string_view text) {
    std::string made{text};
    std::transform(made.begin(), made.end(), made.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return made;
}

std::string_view state_of(std::string_view approval) {
    if (approval.empty()) return "known";
    const auto found = std::find_if(approvals.begin(), approvals.end(),
                                    [&](const auto& each) { return each.ours == approval; });
    if (found != approvals.end()) return found->state;
    throw unusable_entry{fmt::format("{} is \"{}\"; it has to be pending, approved, declined or removed",
                                     names::approval, approval)};
}

json::object labels_of(const std::vector<std::string>& from) {
    std::map<std::string_view, std::string_view> sorted;
    for (const auto& each : from) {
        const auto end = each.find('=');
        const auto key = std::string_view{each}.substr(0, end);
        const auto value =
            end == std::string::npos ? std::string_view{} : std::string_view{each}.substr(end + 1);
        if (end == std::string::npos || !fleet::is_label_key(key) || !fleet::is_label_value(value)) {
            throw unusable_entry{
                fmt::format("{} \"{}\" is no label: it has to be key=value, as Kubernetes has labels",
                            names::label, each)};
        }
        if (!sorted.emplace(key, value).second) {
            throw unusable_entry{fmt::format("{} has the key {} twice", names::label, key)};
        }
    }
    json::object made;
    for (const auto& [key, value] : sorted) made.emplace(key, value);
    return made;
}

// As JSON text, whatever it was.
std::string spec_of(std::string_view text) {
    const auto read = fleet::read_yaml(text);
    if (!read.problems.empty()) {
        const auto& first = read.problems.front();
        throw unusable_entry{fmt::format("{}, line {}: {}", names::spec, first.line, first.text)};
    }
    if (read.documents.empty()) return "{}";
    if (read.documents.size() > 1 || !read.documents.front().root.is_object()) {
        throw unusable_entry{fmt::format("{} has to be one map: the spec of an EdgeDevice", names::spec)};
    }
    return json::serialize(read.documents.front().root);
}

// What is in `document` must be what a device can have; else it says what is wrong with it.
void check(const std::string& document) {
    fleet::device_record trial;
    try {
        fleet::read_membership(document, trial);
    } catch (const fleet::document_damaged& damage) {
        std::string_view what = damage.what();
        constexpr std::string_view prefix = "membership.spec: ";
        if (what.starts_with(prefix)) what.remove_prefix(prefix.size());
        throw unusable_entry{fmt::format("{}: {}", names::spec, what)};
    }
}

std::string time_text(fleet::unix_seconds at) {
    const std::time_t seconds = at;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &parts)};
}

// Generalized time without fractions, as hosts write it; anything else is never.
fleet::unix_seconds read_time(std::string_view text) {
    std::tm parts{};
    const std::string copy{text};
    const char* end = strptime(copy.c_str(), "%Y%m%d%H%M%SZ", &parts);
    if (end == nullptr || *end != '\0') return 0;
    return std::max<fleet::unix_seconds>(0, timegm(&parts));
}

// With its members in one order.
std::string canonical(json::object given) {
    json::object made;
    for (const auto& name : given_members) {
        if (auto* value = given.if_contains(name)) made.emplace(name, std::move(*value));
    }
    return json::serialize(made);
}

json::object object_of(std::string_view text) {
    if (text.empty()) return {};
    boost::system::error_code error;
    auto read = json::parse(text, error);
    if (error || !read.is_object()) {
        throw unusable_entry{fmt::format("{} is damaged: it is written by hosts alone", names::membership)};
    }
    return std::move(read.get_object());
}

modification set(std::string_view attribute, std::string_view value) {
    modification made{modification::kind::replace, std::string{attribute}, {}};
    if (!value.empty()) made.values.emplace_back(value);
    return made;
}

void add(write_request& to, std::string_view attribute, std::vector<std::string> values) {
    std::erase(values, std::string{});
    if (values.empty()) return;
    to.changes.push_back({modification::kind::add, std::string{attribute}, std::move(values)});
}

void exchange(write_request& in, std::string_view attribute, const std::string& was, const std::string& now) {
    if (was == now) return;
    if (!was.empty()) in.changes.push_back({modification::kind::remove, std::string{attribute}, {was}});
    if (!now.empty()) in.changes.push_back({modification::kind::add, std::string{attribute}, {now}});
}

std::vector<std::string> difference(const std::vector<std::string>& of,
                                    const std::vector<std::string>& without) {
    std::vector<std::string> made;
    std::set_difference(of.begin(), of.end(), without.begin(), without.end(), std::back_inserter(made));
    return made;
}

std::string heard_text(fleet::unix_seconds at) { return at == 0 ? std::string{} : time_text(at); }

} // namespace

given_attributes given_of(const entry& from) {
    given_attributes made{lower(from.value(names::approval)), std::string{from.value(names::ns)},
                          from.values(names::label), std::string{from.value(names::spec)}};
    std::sort(made.labels.begin(), made.labels.end());
    return made;
}

std::string given_document(const given_attributes& from) {
    const auto state = state_of(from.approval);
    if (!fleet::is_namespace(from.ns) && (state == "known" || !from.ns.empty())) {
        throw unusable_entry{
            fmt::format("{} is \"{}\"; a device that is in needs one: a DNS label", names::ns, from.ns)};
    }
    json::object made{{"namespace", from.ns}, {"state", state}};
    if (auto labels = labels_of(from.labels); !labels.empty()) made.emplace("given", std::move(labels));
    if (!from.spec.empty()) made.emplace("spec", spec_of(from.spec));
    auto text = canonical(std::move(made));
    check(text);
    return text;
}

std::string revision::text() const {
    return count == 0 ? std::string{} : fmt::format("{} {:016x}", count, writer);
}

std::optional<revision> parse_revision(std::string_view text) {
    revision read;
    const auto* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, read.count);
    if (problem != std::errc{} || read.count == 0 || rest == end || *rest != ' ') return std::nullopt;
    const auto [last, worse] = std::from_chars(rest + 1, end, read.writer, 16);
    if (worse != std::errc{} || last != end) return std::nullopt;
    return read;
}

told_attributes told_of(const entry& from) {
    return {std::string{from.value(names::membership)}, std::string{from.value(names::status)},
            std::string{from.value(names::hardware)}, read_time(from.value(names::heard))};
}

std::string membership_of(std::string_view given_document, const told_attributes& told) {
    auto all = object_of(told.membership);
    for (const auto& name : given_members) all.erase(name);
    for (auto& each : object_of(given_document)) all.insert_or_assign(each.key(), std::move(each.value()));
    return json::serialize(all);
}

device_attributes attributes_of(const fleet::device_record& device, std::string status) {
    device_attributes made;
    auto all = object_of(fleet::membership_document(device));
    const auto text = [&](std::string_view name) {
        const auto* value = all.if_contains(name);
        return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
    };
    made.given.ns = text("namespace");
    made.given.spec = text("spec");
    const auto state = text("state");
    made.given.approval = std::find_if(approvals.begin(), approvals.end(), [&](const auto& each) {
                              return each.state == state;
                          })->ours;
    if (const auto* labels = all.if_contains("given")) {
        for (const auto& each : labels->get_object()) {
            made.given.labels.push_back(fmt::format("{}={}", std::string_view{each.key()},
                                                    std::string_view{each.value().get_string()}));
        }
        std::sort(made.given.labels.begin(), made.given.labels.end());
    }
    json::object given;
    for (const auto& name : given_members) {
        if (auto* value = all.if_contains(name)) given.emplace(name, std::move(*value));
        all.erase(name);
    }
    if (!given.contains("namespace")) given.emplace("namespace", "");
    made.given_document = canonical(std::move(given));
    made.told.membership = json::serialize(all);
    made.told.status = std::move(status);
    made.told.hardware = std::string{device.hardware.known.bytes()};
    made.told.heard = device.signs->last_heard();
    return made;
}

const std::vector<std::string>& device_attribute_names() {
    static const std::vector<std::string> all{
        "objectClass", "entryUUID",     names::device_id,  names::ns,     names::approval, names::label,
        names::spec,   names::revision, names::membership, names::status, names::hardware, names::heard};
    return all;
}

write_request device_to_add(const std::string& dn, std::string_view id, const given_attributes& given,
                            const told_attributes& told, const revision& now) {
    write_request made{write_request::kind::add, dn, {}, {}};
    add(made, "objectClass", {names::device, names::device_state});
    add(made, names::device_id, {std::string{id}});
    add(made, names::approval, {given.approval});
    add(made, names::ns, {given.ns});
    add(made, names::label, given.labels);
    add(made, names::spec, {given.spec});
    add(made, names::revision, {now.text()});
    add(made, names::membership, {told.membership});
    add(made, names::status, {told.status});
    add(made, names::hardware, {told.hardware});
    add(made, names::heard, {heard_text(told.heard)});
    return made;
}

write_request device_to_modify(const std::string& dn, const told_attributes& told, const revision& before,
                               const revision& now, bool has_class) {
    write_request made{write_request::kind::modify, dn, {}, {}};
    if (!has_class) add(made, "objectClass", {names::device_state});
    exchange(made, names::revision, before.text(), now.text());
    made.changes.push_back(set(names::membership, told.membership));
    made.changes.push_back(set(names::status, told.status));
    made.changes.push_back(set(names::hardware, told.hardware));
    made.changes.push_back(set(names::heard, heard_text(told.heard)));
    return made;
}

void change_given(write_request& into, const given_attributes& was, const given_attributes& given) {
    if (state_of(was.approval) != state_of(given.approval)) {
        exchange(into, names::approval, was.approval, given.approval);
    }
    exchange(into, names::ns, was.ns, given.ns);
    if (was.spec.empty() || given.spec.empty() || spec_of(was.spec) != given.spec) {
        if (was.spec != given.spec)
            into.changes.push_back(set(names::spec, given.spec)); // has no matching rule
    }
    auto gone = difference(was.labels, given.labels);
    auto come = difference(given.labels, was.labels);
    if (!gone.empty()) into.changes.push_back({modification::kind::remove, names::label, std::move(gone)});
    if (!come.empty()) into.changes.push_back({modification::kind::add, names::label, std::move(come)});
}

} // namespace edgeconf::ldap
