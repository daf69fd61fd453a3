#!/usr/bin/env bash
# Whether the page lists the checks that there are, group by group, in the words of `--list`.
# usage: checks.sh PAGE PROVIDER_CHECK
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# As the page has to write them: a line a group, a row of its table a check.
"$2" --list | sed -E \
  -e 's/^([a-z-]+): (.*)$/**\1**: \2/' \
  -e 's/^    ([a-z-]+\.[a-z-]+) +(.*)$/| `\1` | \2 |/' >"$folder/due"
grep -E '^(\*\*[a-z-]+\*\*: |\| `[a-z-]+\.[a-z-]+` \| )' "$1" >"$folder/found" || true

if ! [[ -s $folder/due ]]; then
  echo "$2 --list prints no check"
  exit 1
fi
if ! diff -u --label "$1" "$folder/found" --label "as --list says" "$folder/due"; then
  echo "$1 does not list the checks that there are"
  exit 1
fi
echo "$(grep -c '^|' "$folder/due") checks compared"
