// The options' JSON schema (draft-07), for the host. What a schema cannot say, read_settings checks.
#pragma once

namespace edgeconf::rest_proxy {

inline constexpr const char* options_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Options of the REST proxy",
  "type": "object",
  "additionalProperties": false,
  "required": ["upstreams"],
  "properties": {
    "upstreams": {
      "type": "array",
      "minItems": 1,
      "maxItems": 64,
      "description": "The services that answer, each of them for every device.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["url"],
        "properties": {
          "url": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2048,
            "description": "http://, https:// or unix:/socket[:/base], with the path before /namespaces."
          },
          "priority": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 1,
            "description": "Those with the least are asked, in turns; the next ones when none of them can be."
          },
          "tls": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "ca": {"type": "string", "format": "path", "minLength": 1, "description": "Whose certificates are believed. Without it, the system's CAs."},
              "certificate": {"type": "string", "format": "path", "minLength": 1, "description": "The client certificate to show, with its chain."},
              "key": {"type": "string", "format": "path", "minLength": 1, "description": "Its private key."},
              "name": {"type": "string", "minLength": 1, "maxLength": 253, "description": "The DNS name that the certificate has to be for, sent as SNI. Without it, the URL's host."}
            }
          }
        }
      }
    },
    "headers": {
      "type": "object",
      "maxProperties": 32,
      "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 4096},
      "description": "Fields that are added to every request."
    },
    "bearer-token-file": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "A file with a token that is sent as Authorization: Bearer; read again when it changes."
    },
    "deadline": {
      "$ref": "#/definitions/milliseconds",
      "default": "700ms",
      "description": "A call is answered after so long at the latest. Keep it below provider.deadlines.device."
    },
    "connect-time": {
      "$ref": "#/definitions/milliseconds",
      "default": "300ms",
      "description": "So long may a connection take, TLS included."
    },
    "answer-bytes": {
      "type": "integer",
      "minimum": 1024,
      "maximum": 67108864,
      "default": 8388608,
      "description": "A longer body of an answer is a fault of the upstream's."
    },
    "threads": {
      "type": "integer",
      "minimum": 1,
      "maximum": 64,
      "default": 1,
      "description": "Each has some of the devices, and connections of its own."
    },
    "pool": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "connections": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 64, "description": "To one upstream, for each thread."},
        "waiting": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 1024, "description": "Calls that wait for a connection; further ones are answered 503 at once."},
        "idle-time": {"$ref": "#/definitions/seconds", "default": "60s", "description": "An unused connection is closed after that."},
        "age": {"$ref": "#/definitions/seconds", "default": "5m", "description": "After that a connection is not used again, so that a changed name is noticed."}
      }
    },
    "retries": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "attempts": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3, "description": "Of a call, the first included."},
        "budget-percent": {"type": "integer", "minimum": 0, "maximum": 100, "default": 20, "description": "Retries may be so many of a hundred calls."}
      }
    },
    "breaker": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "failures-percent": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50, "description": "When so many of a hundred calls within the window fail, an upstream is left alone."},
        "calls": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10, "description": "Fewer within the window say nothing."},
        "window": {"$ref": "#/definitions/seconds", "default": "10s"},
        "open-time": {"$ref": "#/definitions/seconds", "default": "5s", "description": "For so long; then one call decides."}
      }
    },
    "cache": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "bytes": {"type": "integer", "minimum": 0, "maximum": 1099511627776, "default": 67108864, "description": "For answers that are kept; 0 keeps none."},
        "ttl": {"$ref": "#/definitions/milliseconds", "default": "5s", "description": "For so long an answer is fresh."},
        "revalidate": {"$ref": "#/definitions/seconds", "default": "30s", "description": "For so long after that it is served while a new one is asked for."},
        "on-error": {"$ref": "#/definitions/seconds", "default": "1d", "description": "So old it may be served while no upstream answers."}
      }
    }
  },
  "definitions": {
    "milliseconds": {"type": "string", "pattern": "^[0-9]+(ms|[smhd])$", "maxLength": 12},
    "seconds": {"type": "string", "pattern": "^[0-9]+[smhd]$", "maxLength": 12}
  }
})json";

} // namespace edgeconf::rest_proxy
