// The options' JSON schema (draft-07), for the host: what every provider with the fleet model has, and room
// for what one has besides. What a schema cannot say, read_options checks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace edgeconf::fleet {

namespace schema {

inline constexpr std::string_view head = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Options of a provider with the fleet model",
  "type": "object",
  "additionalProperties": false,
)json";

// In all of them: a path marked as one reaches read_options absolute.

// For those whose manifests are files.
inline constexpr std::string_view manifests = R"json(
    "manifests": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "A file or a directory of Flotta manifests. Without it the fleet starts empty."
    },
)json";

inline constexpr std::string_view properties = R"json(
    "approval": {
      "type": "string",
      "enum": ["manual", "automatic", "rules"],
      "default": "manual",
      "description": "Who lets an enrolling device in: a manifest or an administrator (manual), the enrolment itself (automatic), or the first of approval-rules that applies (rules)."
    },
    "approval-rules": {
      "type": "array",
      "minItems": 1,
      "maxItems": 256,
      "description": "With approval: rules. The first rule of which all conditions hold decides; where none does, the device waits.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "namespaces": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1, "maxLength": 63},
            "description": "Condition: the device wants to be in one of these."
          },
          "ids": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1, "maxLength": 253},
            "description": "Condition: the device's id is one of these, or in ids-file; case does not count."
          },
          "ids-file": {
            "type": "string",
            "format": "path",
            "minLength": 1,
            "description": "A file of ids, one a line; a comment begins with #."
          },
          "serial-numbers": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1, "maxLength": 256},
            "description": "Condition: system_vendor.serial_number is one of these, or in serial-numbers-file."
          },
          "serial-numbers-file": {
            "type": "string",
            "format": "path",
            "minLength": 1,
            "description": "A file of serial numbers, one a line; a comment begins with #."
          },
          "hardware": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": false,
            "description": "Conditions: each field that is named has the text, or one of the texts, given; compared as labels are made of them.",
            "properties": {
              "hostname": {"$ref": "#/definitions/texts"},
              "boot.current_boot_mode": {"$ref": "#/definitions/texts"},
              "cpu.architecture": {"$ref": "#/definitions/texts"},
              "cpu.model_name": {"$ref": "#/definitions/texts"},
              "system_vendor.manufacturer": {"$ref": "#/definitions/texts"},
              "system_vendor.product_name": {"$ref": "#/definitions/texts"},
              "system_vendor.serial_number": {"$ref": "#/definitions/texts"}
            }
          },
          "action": {
            "type": "string",
            "enum": ["approve", "deny"],
            "default": "approve",
            "description": "What happens to the device: it is in (approve), or refused and not recorded (deny)."
          },
          "set": {
            "type": "string",
            "minLength": 1,
            "maxLength": 63,
            "description": "The EdgeDeviceSet that an approved device becomes a member of."
          }
        }
      }
    },
    "allowed-namespaces": {
      "type": "array",
      "minItems": 1,
      "items": {"type": "string", "minLength": 1, "maxLength": 63},
      "description": "An enrolment into any other namespace is refused. Without it all are allowed."
    },
    "automatic-limit": {
      "type": "integer",
      "minimum": 0,
      "maximum": 10000000,
      "default": 200000,
      "description": "In a fleet of so many devices neither automatic approval nor a rule lets further ones in: they wait."
    },
    "pending-limit": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000,
      "default": 10000,
      "description": "So many devices may wait for approval; further ones are told to try again later."
    },
    "pending-expiry": {
      "type": "string",
      "pattern": "^[0-9]+[smhd]$",
      "maxLength": 12,
      "default": "7d",
      "description": "A waiting device that has not asked for so long is forgotten."
    },
    "offline-after": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000,
      "default": 3,
      "description": "After so many heartbeat periods without a sign of life a device counts as offline."
    },
    "tombstone-retention": {
      "type": "string",
      "pattern": "^[0-9]+[smhd]$",
      "maxLength": 12,
      "default": "3650d",
      "description": "A device that was removed is told so for so long since, or since it last asked to join again; then it is unknown."
    },
    "event-retention": {
      "type": "string",
      "pattern": "^[0-9]+[smhd]$",
      "maxLength": 12,
      "default": "90d",
      "description": "An event is kept for so long since it last happened."
    },
    "events-per-device": {
      "type": "integer",
      "minimum": 1,
      "maximum": 10000,
      "default": 32,
      "description": "So many of a device's events are kept, the newest."
    },
    "events-total": {
      "type": "integer",
      "minimum": 1,
      "maximum": 10000000,
      "default": 100000,
      "description": "So many events are kept of all devices, the newest; no fewer than events-per-device."
    }
)json";

inline constexpr std::string_view definitions = R"json(
  "definitions": {
    "texts": {
      "type": ["string", "array"],
      "minLength": 1,
      "minItems": 1,
      "items": {"type": "string", "minLength": 1, "maxLength": 256}
    }
  }
})json";

// One text out of several, for as long as the program runs.
template <const std::string_view&... parts>
struct joined {
    static constexpr auto text = [] {
        std::array<char, (parts.size() + ...) + 1> all{};
        auto at = all.begin();
        ((at = std::copy(parts.begin(), parts.end(), at)), ...);
        return all;
    }();
};

inline constexpr std::string_view open_properties = R"("properties": {)";
inline constexpr std::string_view close_properties = "},";

} // namespace schema

inline constexpr const char* options_schema =
    schema::joined<schema::head, schema::open_properties, schema::manifests, schema::properties,
                   schema::close_properties, schema::definitions>::text.data();

} // namespace edgeconf::fleet
