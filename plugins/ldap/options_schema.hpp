// The options' JSON schema (draft-07), for the host. What a schema cannot say, read_settings checks.
#pragma once

#include "fleet/options_schema.hpp"

#include <string_view>

namespace edgeconf::ldap {

inline constexpr std::string_view connection_properties = R"json(
    "urls": {
      "type": ["string", "array"],
      "minLength": 1,
      "maxLength": 2048,
      "minItems": 1,
      "maxItems": 16,
      "items": {"type": "string", "minLength": 1, "maxLength": 2048},
      "description": "The directory's servers, ldap://, ldaps:// or ldapi://; the first that answers is used."
    },
    "start-tls": {
      "type": "boolean",
      "default": false,
      "description": "With ldap:// URLs: nothing is said before StartTLS has succeeded."
    },
    "ca-file": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "Whose certificates are believed. Without it, the system's CAs."
    },
    "certificate": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "The client certificate to show, with its chain."
    },
    "key": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "Its private key."
    },
    "allow-cleartext": {
      "type": "boolean",
      "default": false,
      "description": "Whether the password of a simple bind may be sent to another machine without TLS."
    },
    "bind": {
      "type": "object",
      "additionalProperties": false,
      "description": "Who the server is to the directory.",
      "properties": {
        "method": {
          "type": "string",
          "enum": ["simple", "external"],
          "default": "external",
          "description": "A dn and a password, or SASL EXTERNAL: the client certificate, or over ldapi:// the process's user."
        },
        "dn": {"type": "string", "minLength": 1, "maxLength": 2048, "description": "With method: simple."},
        "password-file": {
          "type": "string",
          "format": "path",
          "minLength": 1,
          "description": "With method: simple. Read at each bind; one newline at its end is not part of the password."
        }
      }
    },
    "connect-timeout": {
      "type": "string",
      "pattern": "^[0-9]+(ms|[smhd])$",
      "maxLength": 12,
      "default": "2s",
      "description": "So long may connecting to one of the servers take, TLS and bind included; from 10ms to 60s."
    },
    "operation-timeout": {
      "type": "string",
      "pattern": "^[0-9]+(ms|[smhd])$",
      "maxLength": 12,
      "default": "2s",
      "description": "So long may the answer to one operation, or to the next page of a search, take; from 10ms to 60s."
    },
    "write-timeout": {
      "type": "string",
      "pattern": "^[0-9]+(ms|[smhd])$",
      "maxLength": 12,
      "default": "500ms",
      "description": "So long may the answer to a write take, for which devices wait, and 20 times as long all that is written at once; then the directory counts as away. Less than the host's deadline for their calls; from 10ms to 60s."
    },
)json";

inline constexpr std::string_view content_properties = R"json(
    "base": {
      "type": "string",
      "minLength": 1,
      "maxLength": 2048,
      "description": "The DN of the entry below which the fleet is."
    },
    "follow": {
      "type": "object",
      "additionalProperties": false,
      "description": "How what others write to the directory is noticed.",
      "properties": {
        "by": {
          "type": "string",
          "enum": ["auto", "sync", "poll"],
          "default": "auto",
          "description": "By content synchronisation (RFC 4533), by looking again and again, or (auto) by the former where the server offers it."
        },
        "poll-interval": {
          "type": "string",
          "pattern": "^[0-9]+[smhd]$",
          "maxLength": 12,
          "default": "5s",
          "description": "Polling: changes are looked for so often; at most 1h."
        },
        "deletion-interval": {
          "type": "string",
          "pattern": "^[0-9]+[smhd]$",
          "maxLength": 12,
          "default": "60s",
          "description": "Polling: entries that are gone are looked for so often; at least poll-interval and at most 1d."
        },
        "probe-interval": {
          "type": "string",
          "pattern": "^[0-9]+[smhd]$",
          "maxLength": 12,
          "default": "5s",
          "description": "Synchronisation: a connection that is silent for so long is asked whether it is alive; at most 1h."
        },
        "page-size": {
          "type": "integer",
          "minimum": 10,
          "maximum": 10000,
          "default": 500,
          "description": "Entries in a page of results."
        }
      }
    },
    "heartbeats": {
      "type": "string",
      "enum": ["ignore", "memory", "write"],
      "default": "memory",
      "description": "What devices say in heartbeats is forgotten (ignore), known to this process (memory), or written to the directory when it has changed (write)."
    },
    "heartbeat-interval": {
      "type": "string",
      "pattern": "^[0-9]+[smhd]$",
      "maxLength": 12,
      "default": "300s",
      "description": "With heartbeats: write. A device's state is written at most so often; at most 1d."
    },
)json";

inline constexpr std::string_view mapping_properties = R"json(
    "mapping": {
      "type": "object",
      "additionalProperties": false,
      "required": ["base", "filter", "id"],
      "description": "Devices that the directory has already, under a schema of its own; it is only read.",
      "properties": {
        "base": {"type": "string", "minLength": 1, "maxLength": 2048, "description": "The DN below which they are."},
        "filter": {"type": "string", "minLength": 3, "maxLength": 4096, "description": "Which entries are devices, as in RFC 4515, in parentheses."},
        "id": {"type": "string", "minLength": 1, "maxLength": 256, "description": "The attribute with the device's id."},
        "namespace-attribute": {"type": "string", "minLength": 1, "maxLength": 256, "description": "The attribute with the device's namespace; or namespace."},
        "namespace": {"type": "string", "minLength": 1, "maxLength": 63, "description": "The namespace of all of them; or namespace-attribute."},
        "labels": {
          "type": ["string", "array"],
          "minLength": 1,
          "minItems": 1,
          "maxItems": 64,
          "items": {"type": "string", "minLength": 1, "maxLength": 512},
          "description": "Attributes that are labels: \"attribute\", or \"attribute=label\" for a label of another name."
        },
        "approval": {
          "type": "object",
          "additionalProperties": false,
          "required": ["attribute", "approved"],
          "description": "What tells which devices are approved; without it all are.",
          "properties": {
            "attribute": {"type": "string", "minLength": 1, "maxLength": 256, "description": "The attribute that tells it."},
            "approved": {"$ref": "#/definitions/texts", "description": "Values that mean approved; a value that is nowhere means pending."},
            "declined": {"$ref": "#/definitions/texts", "description": "Values that mean declined."},
            "removed": {"$ref": "#/definitions/texts", "description": "Values that mean removed."}
          }
        }
      }
    },
)json";

inline constexpr std::string_view required = R"("required": ["urls", "base"], )";

// Manifests are entries, so that the option of this name is not there.
inline constexpr const char* options_schema =
    fleet::schema::joined<fleet::schema::head, required, fleet::schema::open_properties,
                          connection_properties, content_properties, mapping_properties,
                          fleet::schema::properties, fleet::schema::close_properties,
                          fleet::schema::definitions>::text.data();

} // namespace edgeconf::ldap
