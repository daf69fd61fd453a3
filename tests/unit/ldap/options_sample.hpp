// Options with every member that names no file, each other than its default.
#pragma once

#include <string_view>

namespace edgeconf::ldap {

inline constexpr std::string_view every_option = R"json({
  "urls": ["ldap://localhost", "ldap://192.0.2.7:1389"],
  "allow-cleartext": true,
  "start-tls": false,
  "bind": {"method": "simple", "dn": "cn=edgeconf,dc=example", "password-file": "/etc/passwd"},
  "base": "ou=fleet,dc=example",
  "connect-timeout": "700ms",
  "operation-timeout": "5s",
  "write-timeout": "300ms",
  "follow": {"by": "poll", "poll-interval": "2s", "deletion-interval": "2m", "probe-interval": "9s",
             "page-size": 100},
  "heartbeats": "write",
  "heartbeat-interval": "10m",
  "mapping": {
    "base": "ou=devices,dc=example",
    "filter": "(&(objectClass=device)(!(cn=a*)))",
    "id": "serialNumber",
    "namespace": "plant-1",
    "labels": ["l=site", "ou"],
    "approval": {"attribute": "employeeType", "approved": ["active", "ok"], "declined": ["no"], "removed": "gone"}
  }
})json";

} // namespace edgeconf::ldap
