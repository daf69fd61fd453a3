// The names in our schema (schema/edgeconf.schema), in one place.
#pragma once

namespace edgeconf::ldap::names {

// Object classes.
inline constexpr const char* device = "edgeDevice";            // structural: what administrators say of it
inline constexpr const char* device_state = "edgeDeviceState"; // auxiliary: what hosts remember of it
inline constexpr const char* object = "edgeObject";            // structural: a manifest that is not a device

// Of devices; administrators'.
inline constexpr const char* device_id = "edgeDeviceId";
inline constexpr const char* ns = "edgeNamespace"; // of objects, too
inline constexpr const char* approval = "edgeApproval";
inline constexpr const char* label = "edgeLabel"; // of objects, too
inline constexpr const char* spec = "edgeSpec";   // of objects, too

// Of devices; hosts'.
inline constexpr const char* revision = "edgeRevision";
inline constexpr const char* membership = "edgeMembership";
inline constexpr const char* status = "edgeStatus";
inline constexpr const char* hardware = "edgeHardware";
inline constexpr const char* heard = "edgeHeard";

// Of objects.
inline constexpr const char* kind = "edgeKind";
inline constexpr const char* name = "cn";
inline constexpr const char* annotation = "edgeAnnotation";
inline constexpr const char* data = "edgeData";              // of a ConfigMap
inline constexpr const char* secret_data = "edgeSecretData"; // of a Secret

} // namespace edgeconf::ldap::names
