#!/bin/sh
# header_lint_self_test.sh HEADER SCRATCH
#
# Breaks one rule after the other in a copy of HEADER; the lint has to name each.
set -u

lint=$(dirname "$0")/header_lint.sh
header=$1
scratch=$2
mkdir -p "$scratch"

fail() {
  echo "self-test: $1" >&2
  exit 1
}

refuses() { # RULE SED-EXPRESSION
  sed "$2" "$header" > "$scratch/broken.h"
  cmp -s "$header" "$scratch/broken.h" && fail "'$2' does not change the header any more"
  output=$(sh "$lint" "$scratch/broken.h" 2>&1) && fail "'$2' was let through"
  printf '%s\n' "$output" | grep -q "^  $1: " || fail "'$2' is no finding of '$1': $output"
}

member='uint64_t n_details;'
refuses calling-convention 's/void (ECP_CALL \*complete)/void (*complete)/'
refuses calling-convention 's/typedef void (ECP_CALL \*ecp_call_fn)/typedef void (*ecp_call_fn)/'
refuses calling-convention 's/\*ECP_CALL ecp_provider_entry_v1/*ecp_provider_entry_v1/'
refuses type "s/$member/bool n_details;/"
refuses type "s/$member/long n_details;/"
refuses type "s/$member/size_t n_details;/"
refuses type "s/$member/unsigned n_details;/"
refuses type "s/$member/enum ecp_kind n_details;/"
refuses type "s/$member/char n_details;/"
refuses type 's/const ecp_kv \*kv, uint64_t n_kv)/...)/'
refuses bit-field "s/$member/uint64_t n_details : 8;/"
refuses array "s/$member/uint64_t n_details[2];/"
refuses by-value 's/(ecp_op op, const ecp_result \*result)/(ecp_op op, ecp_result result)/'
refuses by-value 's/const ecp_str \*json_pointer/ecp_str json_pointer/'
refuses by-value 's/const void \*(ECP_CALL \*get_extension)(ecp_ctx/ecp_kv (ECP_CALL *get_extension)(ecp_ctx/'
refuses struct-size '/^typedef struct ecp_event {/,/^}/s/uint32_t struct_size;/uint32_t size;/'
refuses comment "\$s|\$|/* no end|"

{ cat "$header"; yes '' | head -n 400; } > "$scratch/broken.h"
sh "$lint" "$scratch/broken.h" 2>&1 | grep -q '^  length: ' || fail 'a header of 400 more lines was let through'

# The unbroken header passes, or the above would prove nothing.
sh "$lint" "$header" || fail 'the header itself is refused'
