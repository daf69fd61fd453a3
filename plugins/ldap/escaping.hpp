// Texts of anybody as parts of DNs and filters: libldap's escaping, in one place. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace edgeconf::ldap {

// RFC 4515: for the right side of a filter's comparison.
std::string filter_value(std::string_view text);

// "(attribute=text)", escaped. `attribute` is a name from the schema or the options.
std::string equals(std::string_view attribute, std::string_view text);

// RFC 4514: the entry below `parent` that is named by this attribute and value.
std::string child(std::string_view attribute, std::string_view value, std::string_view parent);

// Whether `text` is a DN, and not empty; a filter.
bool is_dn(const std::string& text);
bool is_filter(const std::string& text);

} // namespace edgeconf::ldap
