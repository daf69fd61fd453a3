#!/usr/bin/env bash
# The include test finds each kind of fault. usage: includes_self_test.sh PATH_OF_includes.sh
set -euo pipefail
script=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# FILE INCLUDE GOOD|BAD
expect() {
  rm -rf "$folder"/*
  mkdir -p "$folder/host" "$folder/plugins" "$(dirname "$folder/$1")"
  printf '#include %s\n' "$2" >"$folder/$1"
  if "$script" "$folder" >/dev/null; then found=GOOD; else found=BAD; fi
  if [[ $found != "$3" ]]; then
    echo "$1 including $2 was found $found, not $3"
    exit 1
  fi
}

expect host/model/a.hpp '"codec/route.hpp"' BAD
expect host/codec/a.cpp '"model/problem.hpp"' GOOD
expect host/codec/a.cpp '<boost/asio/io_context.hpp>' BAD
expect host/http/a.cpp '"api/respond.hpp"' BAD
expect host/provider/a.cpp '"http/net.hpp"' BAD
expect host/provider/a.cpp '<ecp/provider.h>' GOOD
expect host/api/device/a.cpp '"provider/call.hpp"' GOOD
expect host/api/device/a.cpp '<ecp/provider.h>' BAD
expect host/cli/a.cpp '"host.hpp"' BAD
expect host/main.cpp '"host.hpp"' GOOD
expect host/config/a.cpp '"http/net.hpp"' BAD
expect plugins/memory/plugin.cpp '"fleet/model.hpp"' GOOD
expect plugins/memory/plugin.cpp '"host/host.hpp"' BAD
expect plugins/fleet/a.cpp '"model/problem.hpp"' BAD
expect plugins/fleet/a.cpp '"memory/plugin.hpp"' BAD
echo "every fault was found"
