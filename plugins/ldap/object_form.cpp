#include "ldap/object_form.hpp"

#include "ldap/device_form.hpp"
#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"

#include "fleet/encoding.hpp"
#include "fleet/finding.hpp"
#include "fleet/read_objects.hpp"
#include "fleet/yaml_reader.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
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
    throw unusable_entry{fmt::format("{} is \"{}\"; it has to be EdgeDeviceSet, EdgeWorkload, EdgeConfig, "
                                     "PlaybookExecution, ConfigMap or Secret",
                                     names::kind, kind)};
}

json::object content_of(const entry& from, const kind_form& form) {
    const auto read = fleet::read_yaml(from.value(form.attribute));
    if (!read.problems.empty()) {
        const auto& first = read.problems.front();
        throw unusable_entry{fmt::format("{}, line {}: {}", form.attribute, first.line, first.text)};
    }
    if (read.documents.empty()) return {};
    if (read.documents.size() > 1 || !read.documents.front().root.is_object()) {
        throw unusable_entry{fmt::format("{} has to be one map", form.attribute)};
    }
    return read.documents.front().root.get_object();
}

// "key=value" texts as a map.
json::object pairs_of(const entry& from, const char* attribute) {
    auto values = from.values(attribute);
    std::sort(values.begin(), values.end());
    json::object made;
    for (const auto& each : values) {
        const auto end = each.find('=');
        if (end == std::string::npos) {
            throw unusable_entry{fmt::format("{} \"{}\" has to be key=value", attribute, each)};
        }
        const auto key = std::string_view{each}.substr(0, end);
        if (!made.emplace(key, std::string_view{each}.substr(end + 1)).second) {
            throw unusable_entry{fmt::format("{} has the key {} twice", attribute, key)};
        }
    }
    return made;
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

void add(write_request& to, const char* attribute, std::vector<std::string> values) {
    std::erase(values, std::string{});
    if (values.empty()) return;
    to.changes.push_back({modification::kind::add, attribute, std::move(values)});
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
    json::object metadata{{"name", from.value(names::name)}};
    if (from.has(names::ns)) metadata.emplace("namespace", from.value(names::ns));
    if (auto labels = pairs_of(from, names::label); !labels.empty()) {
        metadata.emplace("labels", std::move(labels));
    }
    if (auto notes = pairs_of(from, names::annotation); !notes.empty()) {
        metadata.emplace("annotations", std::move(notes));
    }
    json::object root{{"apiVersion", form.api_version}, {"kind", form.kind}};
    root.emplace("metadata", std::move(metadata));
    auto content = content_of(from, form);
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
    add(made, "objectClass", {names::object});
    add(made, names::kind, {std::string{kind}});
    add(made, names::name, {object.key.name.name});
    add(made, names::ns, {object.key.name.ns});
    add(made, names::label, pairs(described, "labels"));
    add(made, names::annotation, pairs(described, "annotations"));
    for (const auto* const known : {"apiVersion", "kind", "metadata", "status"}) root.erase(known);
    const auto* content = form.member.empty() ? nullptr : root.if_contains(form.member);
    if (form.member.empty()) {
        add(made, form.attribute, {json::serialize(root)});
    } else if (content != nullptr) {
        add(made, form.attribute, {json::serialize(*content)});
    }
    return made;
}

} // namespace edgeconf::ldap
