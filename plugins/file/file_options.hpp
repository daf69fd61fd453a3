// The options that only the file provider has, and what follows from them.
#pragma once

#include "fleet/options_schema.hpp"
#include "fleet/provider_settings.hpp"

#include <string_view>

namespace edgeconf::file {

inline constexpr std::string_view own_properties = R"json(
    "database": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "The SQLite database that keeps what the fleet tells; made if it is not there. Its folder has to exist."
    },
    "durability": {
      "type": "string",
      "enum": ["full", "batched"],
      "default": "full",
      "description": "When a heartbeat is acknowledged: once it is on disk (full), or at once, and it is on disk within batch-time (batched). Everything else is always full."
    },
    "batch-time": {
      "type": "string",
      "pattern": "^[0-9]+[smhd]$",
      "maxLength": 12,
      "default": "1s",
      "description": "With durability: batched: how soon heartbeats are on disk; at most 60s."
    },
    "watch": {
      "type": "boolean",
      "default": true,
      "description": "Whether the manifests are read again by themselves when something in them changes."
    },
    "key-file": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "A file with 32 random bytes in base64: what the database holds of Secrets is encrypted with it."
    },
    "old-key-file": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "The key that the database is encrypted with so far: it is encrypted anew with that of key-file, or no more."
    },
)json";

inline constexpr std::string_view required = R"("required": ["database"], )";

inline constexpr const char* options_schema =
    fleet::schema::joined<fleet::schema::head, required, fleet::schema::open_properties, own_properties,
                          fleet::schema::manifests, fleet::schema::properties,
                          fleet::schema::close_properties, fleet::schema::definitions>::text.data();

// How the file provider differs from others.
fleet::provider_kind provider_kind();

} // namespace edgeconf::file
