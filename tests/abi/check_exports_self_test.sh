#!/bin/sh
# check_exports_self_test.sh NM STRAY NO_ENTRY
#
# The export check has to refuse STRAY, which exports stray_symbol too, NO_ENTRY, which exports only
# that, and a file that is not there.
set -u

check=$(dirname "$0")/check_exports.sh
nm=$1

refuses() { # LIBRARY STATUS TEXT
  output=$(sh "$check" "$nm" "$1" 2>&1)
  status=$?
  if [ "$status" -ne "$2" ] || ! printf '%s\n' "$output" | grep -qF "$3"; then
    echo "self-test: expected status $2 and '$3' for $1, got status $status and:" >&2
    printf '%s\n' "$output" >&2
    exit 1
  fi
}

refuses "$2" 1 '  stray_symbol'
refuses "$2" 1 '  ecp_provider_entry_v1'
refuses "$3" 1 '  stray_symbol'
refuses "$2.missing" 2 'cannot read'
