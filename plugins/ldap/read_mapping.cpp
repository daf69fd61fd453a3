#include "ldap/read_mapping.hpp"

#include "ldap/escaping.hpp"

#include "fleet/identity.hpp"
#include "fleet/name_syntax.hpp"

#include <algorithm>
#include <set>

namespace edgeconf::ldap {
namespace {

using fleet::option_reader;

constexpr std::size_t most_labels = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 4512: a name or numbers with dots, and options after it. A server knows what there is.
bool is_attribute(std::string_view text) {
    return !text.empty() && (is_letter(text.front()) || is_digit(text.front())) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ';';
           });
}

void check_attribute(option_reader& from, std::string_view key, const std::string& value) {
    if (!value.empty() && !is_attribute(value)) from.problem(key, "has to be the name of an attribute");
}

void read_labels(option_reader& from, std::vector<std::string>& read) {
    from.read_texts("labels", read);
    std::set<std::string_view> labels;
    for (const std::string_view each : read) {
        const auto equals = each.find('=');
        const auto attribute = each.substr(0, equals);
        const auto label = equals == std::string_view::npos ? attribute : each.substr(equals + 1);
        if (!is_attribute(attribute) || !fleet::is_label_key(label))
            return from.problem("labels", "has to have texts such as \"attribute\" or \"attribute=label\"");
        if (!labels.insert(label).second) return from.problem("labels", "names a label twice");
    }
    if (read.size() > most_labels) from.problem("labels", "has at most 64 of them");
}

void read_approval(option_reader& above, mapping_settings& read) {
    auto from = above.read_object("approval");
    if (!from) return;
    from->read_text("attribute", read.approval_attribute);
    check_attribute(*from, "attribute", read.approval_attribute);
    from->read_texts("approved", read.approved_values);
    from->read_texts("declined", read.declined_values);
    from->read_texts("removed", read.removed_values);
    if (read.approval_attribute.empty())
        from->problem("attribute", "is missing: it names the attribute that tells who is approved");
    if (read.approved_values.empty())
        from->problem("approved", "is missing: it has the values that mean approved");
    std::set<std::string_view> values;
    for (const auto* each : {&read.approved_values, &read.declined_values, &read.removed_values}) {
        for (const auto& value : *each) {
            if (!values.insert(value).second) return from->problem("", "has the value " + value + " twice");
        }
    }
}

} // namespace

void read_dn(option_reader& from, std::string_view key, std::string& value) {
    if (!from.has(key)) return from.problem(key, "is missing: it has to be a DN such as ou=fleet,dc=example");
    from.read_text(key, value);
    if (!value.empty() && !is_dn(value)) from.problem(key, "has to be a DN such as ou=fleet,dc=example");
}

mapping_settings read_mapping(option_reader& from) {
    mapping_settings read;
    read_dn(from, "base", read.base);
    from.read_text("filter", read.filter);
    if (!is_filter(read.filter)) from.problem("filter", "has to be a filter such as (objectClass=device)");
    from.read_text("id", read.id_attribute);
    if (!is_attribute(read.id_attribute))
        from.problem("id", "has to be the name of the attribute that has the device's id");
    from.read_text("namespace-attribute", read.namespace_attribute);
    check_attribute(from, "namespace-attribute", read.namespace_attribute);
    from.read_text("namespace", read.ns);
    if (!read.ns.empty() && !fleet::is_namespace(read.ns))
        from.problem("namespace", "is no namespace's name");
    if (from.has("namespace") == from.has("namespace-attribute"))
        from.problem("namespace", "or namespace-attribute has to be there, and not both");
    read_labels(from, read.label_attributes);
    read_approval(from, read);
    return read;
}

} // namespace edgeconf::ldap
