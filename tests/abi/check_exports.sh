#!/bin/sh
# check_exports.sh NM LIBRARY
#
# Fails unless the provider LIBRARY exports its entry and nothing else. The version node that the
# linker's map defines is no symbol that anything could bind to.
set -eu

nm=$1
library=$2

listing=$("$nm" -D --defined-only "$library") || {
  echo "check_exports: $nm cannot read $library" >&2
  exit 2
}
exported=$(printf '%s\n' "$listing" |
  awk 'NF { sub(/@.*/, "", $3) } NF && !($2 == "A" && $3 == "ECP_PROVIDER_1") { print $3 }')

if [ "$exported" != ecp_provider_entry_v1 ]; then
  echo "check_exports: $library has to export ecp_provider_entry_v1 alone, and exports:" >&2
  printf '%s\n' "${exported:-(nothing)}" | sed 's/^/  /' >&2
  exit 1
fi
