// The made-up fleet as an LDAP directory has it that hosts have written to for a while.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace edgeconf::bench {

// LDIF for slapadd, of entries below `base`, which has ou=devices and ou=objects: all objects of
// sample_fleet.hpp, and of each of so many devices what administrators say and what hosts remember, hardware
// included. Throws std::runtime_error if it cannot be written.
void write_directory(std::size_t devices, const std::string& base, const std::filesystem::path& ldif);

// The DN of an object's entry, as a host makes it: "ConfigMap", "agent".
std::string object_dn(const std::string& kind, const std::string& name, const std::string& base);

} // namespace edgeconf::bench
