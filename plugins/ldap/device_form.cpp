#include "ldap/device_form.hpp"

#include "ldap/modify_stamp.hpp"
#include "ldap/schema_names.hpp"

#include "fleet/device_document.hpp"
#include "fleet/identity.hpp"
#include "fleet/name_syntax.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
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

std::string_view state_of(std::string_view approval) {
    if (approval.empty()) return "pending"; // nobody has said anything
    const auto found = std::find_if(approvals.begin(), approvals.end(),
                                    [&](const auto& each) { return each.ours == approval; });
    if (found != approvals.end()) return found->state;
    throw unusable_entry{fmt::format("{} is {}; it has to be pending, approved, declined or removed",
                                     names::approval, in_quotes(approval))};
}

std::string_view approval_of(std::string_view state) {
    return std::find_if(approvals.begin(), approvals.end(),
                        [&](const auto& each) { return each.state == state; })
        ->ours;
}

json::object labels_of(const std::vector<std::string>& from) {
    json::object made;
    for (const auto& [key, value] : read_pairs(names::label, from)) {
        if (!fleet::is_label_key(key) || !fleet::is_label_value(value)) {
            throw unusable_entry{fmt::format("{} has {}={}, which Kubernetes would not take for a label",
                                             names::label, in_quotes(key), in_quotes(value))};
        }
        made.emplace(key, value);
    }
    return made;
}

// As JSON text, whatever it was.
std::string spec_of(std::string_view text) { return json::serialize(read_map(names::spec, text)); }

// The same; what cannot be read stays as it is.
std::string plain_spec(std::string_view text) {
    try {
        return spec_of(text);
    } catch (const unusable_entry&) {
        return std::string{text};
    }
}

bool same_spec(std::string_view one, std::string_view other) {
    if (one.empty() || other.empty()) return one == other;
    return plain_spec(one) == plain_spec(other);
}

// The documents of a device, by the attributes that they are in.
std::string words_of(const fleet::document_damaged& damage) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> documents{
        {{"membership.spec", names::spec}, {"membership", names::membership}, {"status", names::status}}};
    const std::string_view what = damage.what();
    for (const auto& [document, attribute] : documents) {
        if (what.starts_with(document)) return fmt::format("{}{}", attribute, what.substr(document.size()));
    }
    return std::string{what};
}

// What is in the documents must be what a device can have.
void check(std::string_view membership, std::string_view status) {
    fleet::device_record trial;
    try {
        fleet::read_membership(membership, trial);
        fleet::read_status(status, trial);
    } catch (const fleet::document_damaged& damage) {
        throw unusable_entry{words_of(damage)};
    }
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
        throw unusable_entry{fmt::format("{} is nothing that a host has written", names::membership)};
    }
    return std::move(read.get_object());
}

modification set(std::string_view attribute, std::string_view value) {
    modification made{modification::kind::replace, std::string{attribute}, {}};
    if (!value.empty()) made.values.emplace_back(value);
    return made;
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

std::string heard_text(fleet::unix_seconds at) {
    constexpr fleet::unix_seconds last = std::numeric_limits<modify_stamp>::max();
    return at <= 0 ? std::string{} : generalized_time(static_cast<modify_stamp>(std::min(at, last)));
}

void drop_given(json::object& members) {
    for (const auto& name : given_members) members.erase(name);
}

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
        throw unusable_entry{fmt::format("{} is {}; a device that is in needs one: a DNS label", names::ns,
                                         in_quotes(from.ns))};
    }
    json::object made{{"namespace", from.ns}, {"state", state}};
    if (auto labels = labels_of(from.labels); !labels.empty()) made.emplace("given", std::move(labels));
    if (!from.spec.empty()) made.emplace("spec", spec_of(from.spec));
    auto text = canonical(std::move(made));
    check(text, {});
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
    if (worse != std::errc{} || last != end || read.text() != text) return std::nullopt;
    return read;
}

told_attributes told_of(const entry& from) {
    return {std::string{from.value(names::membership)}, std::string{from.value(names::status)},
            std::string{from.value(names::hardware)}, parse_modify_stamp(from.value(names::heard))};
}

std::string membership_of(std::string_view given_document, const told_attributes& told) {
    auto all = object_of(told.membership);
    drop_given(all);
    for (auto& each : object_of(given_document)) all.insert_or_assign(each.key(), std::move(each.value()));
    auto text = json::serialize(all);
    check(text, told.status);
    return text;
}

device_attributes attributes_of(const fleet::device_record& device, std::string status) {
    auto all = object_of(fleet::membership_document(device));
    json::object given{{"namespace", device.ns}};
    for (const auto& name : given_members) {
        if (auto* value = all.if_contains(name)) given.insert_or_assign(name, std::move(*value));
    }
    drop_given(all);
    device_attributes made;
    made.given.approval = approval_of(given.at("state").get_string());
    made.given.ns = device.ns;
    for (const auto& [key, value] : device.given_labels) {
        made.given.labels.push_back(fmt::format("{}={}", key.get(), value.get()));
    }
    std::sort(made.given.labels.begin(), made.given.labels.end());
    if (device.given) { // as it will be read
        made.given.spec = plain_spec(device.given->text);
        given.insert_or_assign("spec", made.given.spec);
    }
    made.given_document = canonical(std::move(given));
    made.told = {json::serialize(all), std::move(status), std::string{device.hardware.known.bytes()},
                 device.signs->last_heard()};
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
    add_values(made, "objectClass", {names::device, names::device_state});
    add_values(made, names::device_id, {std::string{id}});
    add_values(made, names::approval, {given.approval});
    add_values(made, names::ns, {given.ns});
    add_values(made, names::label, given.labels);
    add_values(made, names::spec, {given.spec});
    add_values(made, names::revision, {now.text()});
    add_values(made, names::membership, {told.membership});
    add_values(made, names::status, {told.status});
    add_values(made, names::hardware, {told.hardware});
    add_values(made, names::heard, {heard_text(told.heard)});
    return made;
}

write_request device_to_modify(const std::string& dn, const told_attributes& told, const revision& before,
                               const revision& now, bool has_class) {
    write_request made{write_request::kind::modify, dn, {}, {}};
    if (!has_class) add_values(made, "objectClass", {names::device_state});
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
    if (!same_spec(was.spec, given.spec)) into.changes.push_back(set(names::spec, given.spec));
    auto gone = difference(was.labels, given.labels);
    auto come = difference(given.labels, was.labels);
    if (!gone.empty()) into.changes.push_back({modification::kind::remove, names::label, std::move(gone)});
    if (!come.empty()) into.changes.push_back({modification::kind::add, names::label, std::move(come)});
}

} // namespace edgeconf::ldap
