#!/usr/bin/env bash
# The test of the list of checks finds what it is for, and only that. usage: checks_self_test.sh PATH_OF_checks.sh
set -euo pipefail
script=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '#!/bin/sh\nprintf "load: what it does\\n    load.opens                         It loads.\\n"\n' >"$folder/program"
printf '#!/bin/sh\n' >"$folder/silent"
chmod +x "$folder/program" "$folder/silent"

# TEXT GOOD|BAD [PROGRAM]
expect() {
  printf '# Page\n\n%s\n' "$1" >"$folder/page.md"
  if "$script" "$folder/page.md" "$folder/${3:-program}" >/dev/null; then found=GOOD; else found=BAD; fi
  if [[ $found != "$2" ]]; then
    echo "'$1' was found $found, not $2"
    exit 1
  fi
}

row='| `load.opens` | It loads. |'
expect $'**load**: what it does\n\n| check | |\n| --- | --- |\n'"$row" GOOD
expect $'**load**: what it does\n'"$row"$'\n\nProse, and **bold** words: more.' GOOD
expect $'**load**: what it did\n'"$row" BAD
expect "$row" BAD
expect $'**load**: what it does\n| `load.opens` | It opens. |' BAD
expect $'**load**: what it does\n'"$row"$'\n| `load.entry` | It has one. |' BAD
expect '**load**: what it does' BAD
expect 'Nothing at all.' BAD
expect 'Nothing at all.' BAD silent
echo "every fault was found"
