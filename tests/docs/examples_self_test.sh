#!/usr/bin/env bash
# The example test fails where a page promises another answer. usage: examples_self_test.sh PAGE EDGECONF_BINARY
set -euo pipefail
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed 's/^201$/202/' "$1" >"$folder/page.md"
if "$here/examples.sh" "$folder/page.md" "$2" >"$folder/out"; then
  echo "a wrong status was not noticed"
  exit 1
fi
grep -q ' 1 faults' "$folder/out" || { cat "$folder/out"; exit 1; }
echo "a wrong status was noticed"
