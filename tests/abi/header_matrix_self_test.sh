#!/bin/sh
# header_matrix_self_test.sh COMPILER INCLUDE-DIRECTORY SCRATCH FLAG...
#
# The matrix has to refuse a header with a hole in a struct, which only -Wpadded sees, and the golden
# layout one with two members exchanged. Each is compiled unbroken too, so that nothing else fails it.
set -u

here=$(dirname "$0")
compiler=$1
include=$2
scratch=$3
shift 3
mkdir -p "$scratch/ecp"

fail() {
  echo "self-test: $1" >&2
  exit 1
}

compiles() { # INCLUDE-DIRECTORY FLAG...
  from=$1
  shift
  "$compiler" "$@" -I "$from" -c -o /dev/null
}

broken_by() { # SED-EXPRESSION
  sed "$1" "$include/ecp/provider.h" > "$scratch/ecp/provider.h"
  cmp -s "$include/ecp/provider.h" "$scratch/ecp/provider.h" && fail "'$1' does not change the header any more"
}

compiles "$include" "$@" -std=c99 "$here/header_use.c" || fail 'the header itself is refused'
broken_by '/^typedef struct ecp_ext_resources {/,/^}/s/uint32_t reserved0;//'
output=$(compiles "$scratch" "$@" -std=c99 "$here/header_use.c" 2>&1) && fail 'a struct with a hole was let through'
printf '%s\n' "$output" | grep -q 'padd' || fail "a hole is no matter of padding: $output"

compiles "$include" "$@" -std=c11 "$here/layout_lp64.c" || fail 'the layout itself is refused'
broken_by 's/uint64_t n_parts;/uint64_t n_xxxxx;/; s/uint64_t n_details;/uint64_t n_parts;/; s/n_xxxxx/n_details/'
output=$(compiles "$scratch" "$@" -std=c11 "$here/layout_lp64.c" 2>&1) && fail 'exchanged members were let through'
printf '%s\n' "$output" | grep -q 'offset of ecp_result.n_parts' || fail "no word of the offset: $output"

broken_by 's/uint32_t retry_after_ms;/int32_t retry_after_ms;/'
output=$(compiles "$scratch" "$@" -std=c11 "$here/layout_lp64.c" 2>&1) && fail 'another type was let through'
printf '%s\n' "$output" | grep -q 'type of ecp_result.retry_after_ms' || fail "no word of the type: $output"
