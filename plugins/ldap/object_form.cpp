#include "ldap/object_form.hpp"

#include "ldap/attribute_values.hpp"
#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"

#include "fleet/encoding.hpp"
#include "fleet/finding.hpp"
#include "fleet/read_objects.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace edgeconf::ldap {

namespace {

namespace json = boost::json;

constexpr std::string_view flotta = "management.project-flotta.io/v1alpha1";
constexpr std::string_view core = "v1";

// In which attribute the kind's content is, and under which member of the manifest; empty: beside `metadata`.
struct kind_form {
    std::string_view kind;
    std::string_view api_version;
    const char* attribute;
    std::string_view member;
};

constexpr std::array<kind_form, 6> forms{{{"EdgeDeviceSet", flotta, names::spec, "spec"},
                                          {"EdgeWorkload", flotta, names::spec, "spec"},
                                          {"EdgeConfig", flotta, names::spec, "spec"},
                                          {"PlaybookExecution", flotta, names::spec, "spec"},
                                          {"ConfigMap", core, names::data, ""},
                                          {"Secret", core, names::secret_data, ""}}};

const kind_form& form_of(std::string_view kind) {
    const auto found =
        std::find_if(forms.begin(), forms.end(), [&](const auto& each) { return each.kind == kind; });
    if (found != forms.end()) return *found;
    throw unusable_entry{fmt::format("{} is {}; it has to be EdgeDeviceSet, EdgeWorkload, EdgeConfig, "
                                     "PlaybookExecution, ConfigMap or Secret",
                                     names::kind, in_quotes(kind))};
}

json::object pairs_of(const entry& from, const char* attribute) {
    json::object made;
    for (const auto& [key, value] : read_pairs(attribute, from.values(attribute))) made.emplace(key, value);
    return made;
}

// Entries may have more than one `cn`, in no order; a manifest has one name.
std::string_view name_of(const entry& from) {
    if (from.values(names::name).size() > 1) {
        throw unusable_entry{fmt::format("{} has to have one value: the object's name", names::name)};
    }
    return from.value(names::name);
}

// Throws with all that is wrong in it.
void check(const fleet::manifest_file& file) {
    fleet::findings judged;
    (void)fleet::read_remembered({file}, judged);
    if (!judged.failed()) return;
    std::string words;
    for (const auto& each : judged.all()) {
        if (each.level != fleet::severity::error) continue;
        std::string_view text = each.text;
        if (const auto place = file.path + ":1: "; text.starts_with(place)) text.remove_prefix(place.size());
        words.append(words.empty() ? "" : "; ").append(text);
    }
    throw unusable_entry{words};
}

std::vector<std::string> pairs(const json::object& metadata, std::string_view member) {
    std::vector<std::string> made;
    const auto* map = metadata.if_contains(member);
    if (map == nullptr || !map->is_object()) return made;
    for (const auto& each : map->get_object()) {
        if (each.value().is_string()) {
            made.push_back(fmt::format("{}={}", std::string_view{each.key()},
                                       std::string_view{each.value().get_string()}));
        }
    }
    return made;
}

} // namespace

fleet::manifest_file manifest_of(const entry& from) {
    const auto& form = form_of(from.value(names::kind));
    json::object metadata{{"name", name_of(from)}};
    if (from.has(names::ns)) metadata.emplace("namespace", from.value(names::ns));
    if (auto labels = pairs_of(from, names::label); !labels.empty()) {
        metadata.emplace("labels", std::move(labels));
    }
    if (auto notes = pairs_of(from, names::annotation); !notes.empty()) {
        metadata.emplace("annotations", std::move(notes));
    }
    json::object root{{"apiVersion", form.api_version}, {"kind", form.kind}};
    root.emplace("metadata", std::move(metadata));
    auto content = read_map(form.attribute, from.value(form.attribute));
    if (!form.member.empty()) {
        root.emplace(form.member, std::move(content));
    } else {
        for (auto& each : content) root.emplace(each.key(), std::move(each.value()));
    }
    auto text = fleet::to_text(json::value(std::move(root)));
    const auto hash = fleet::sha256(text);
    fleet::manifest_file file{from.dn(), hash, false, {{1, std::move(text)}}};
    check(file);
    return file;
}

const std::vector<std::string>& object_attribute_names() {
    static const std::vector<std::string> all{
        "objectClass", "entryUUID",       names::kind, names::name, names::ns,
        names::label,  names::annotation, names::spec, names::data, names::secret_data};
    return all;
}

write_request object_to_add(const fleet::stored_object& object, const std::string& parent) {
    const auto kind = fleet::to_string(object.key.kind);
    const auto& form = form_of(kind);
    // Kinds and namespaces have nothing to be escaped.
    auto dn = fmt::format("{}={}+{}={}+{}", names::kind, kind, names::ns, object.key.name.ns,
                          child(names::name, object.key.name.name, parent));
    write_request made{write_request::kind::add, std::move(dn), {}, {}};
    auto root = fleet::from_text(object.text).value_or(json::value{}).as_object();
    const auto* metadata = root.if_contains("metadata");
    const auto described =
        metadata != nullptr && metadata->is_object() ? metadata->get_object() : json::object{};
    add_values(made, "objectClass", {names::object});
    add_values(made, names::kind, {std::string{kind}});
    add_values(made, names::name, {object.key.name.name});
    add_values(made, names::ns, {object.key.name.ns});
    add_values(made, names::label, pairs(described, "labels"));
    add_values(made, names::annotation, pairs(described, "annotations"));
    for (const auto* const known : {"apiVersion", "kind", "metadata", "status"}) root.erase(known);
    const auto* content = form.member.empty() ? nullptr : root.if_contains(form.member);
    if (form.member.empty()) {
        add_values(made, form.attribute, {json::serialize(root)});
    } else if (content != nullptr) {
        add_values(made, form.attribute, {json::serialize(*content)});
    }
    return made;
}

} // namespace edgeconf::ldap
