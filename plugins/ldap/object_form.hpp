// An object of the fleet that is not a device as the attributes of its entry, and back. Pure functions; the
// schema describes each attribute.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/session.hpp"

#include "fleet/manifest_cache.hpp"
#include "fleet/store.hpp"

#include <string>
#include <vector>

namespace edgeconf::ldap {

// The manifest that the entry is, by the entry's DN, checked for itself. Throws unusable_entry
// (attribute_values.hpp) with all that is wrong: of a document's text by line, of what it says by field.
fleet::manifest_file manifest_of(const entry& from);

// All that is asked for of an object's entry.
const std::vector<std::string>& object_attribute_names();

// A new entry below `parent`.
write_request object_to_add(const fleet::stored_object& object, const std::string& parent);

} // namespace edgeconf::ldap
