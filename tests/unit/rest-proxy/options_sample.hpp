// Options with every member, each other than its default.
#pragma once

#include <string_view>

namespace edgeconf::rest_proxy {

inline constexpr std::string_view every_option = R"({
  "upstreams": [
    {"url": "https://centre.example:8443/api/flotta-backend/v1", "priority": 1, "tls": {"name": "centre"}},
    {"url": "http://192.0.2.7", "priority": 2},
    {"url": "unix:/run/store.sock:/api", "priority": 100}
  ],
  "headers": {"X-Site": "plant-1", "X-Note": "a\tb"},
  "deadline": "650ms",
  "connect-time": "2s",
  "answer-bytes": 1024,
  "threads": 2,
  "pool": {"connections": 3, "waiting": 0, "idle-time": "1m", "age": "2h"},
  "retries": {"attempts": 1, "budget-percent": 0},
  "breaker": {"failures-percent": 100, "calls": 1, "window": "30s", "open-time": "1s"},
  "cache": {"bytes": 0, "ttl": "1ms", "revalidate": "7s", "on-error": "7d"}
})";

} // namespace edgeconf::rest_proxy
