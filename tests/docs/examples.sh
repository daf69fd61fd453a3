#!/usr/bin/env bash
# Runs the walk-through of a page against a host: its `NAME.yaml` files, its one ```sh block and every
# ```console block, whose lines without a `$ ` in front are what has to come out.
# usage: examples.sh PAGE EDGECONF_BINARY
set -euo pipefail
page=$(realpath "$1")
edgeconf=$(realpath "$2")
folder=$(mktemp -d)
host=
finish() {
  [[ -z $host ]] || { kill "$host"; wait "$host"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

# The first fenced block behind the line "`NAME`:".
awk '
  /^`[a-z-]+\.yaml`:$/ { name = $0; gsub(/[`:]/, "", name); next }
  /^```yaml$/ && name != "" { inside = 1; next }
  /^```$/ { if (inside) name = ""; inside = 0 }
  inside { print > name }' "$page"
sed -i 's/127\.0\.0\.1:8443/127.0.0.1:0/' edgeconf.yaml
"$edgeconf" serve --config edgeconf.yaml 2>log &
host=$!
for _ in {1..300}; do
  grep -q ' ready$' log && break
  kill -0 "$host" || { cat log; exit 1; }
  sleep 0.1
done
address=$(sed -n 's/.* api=device address=\([^ ]*\).*/\1/p' log)
eval "$(awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page" | sed "s/127\.0\.0\.1:8443/$address/")"

commands=0
faults=0
expected=
command=
compare() {
  [[ -n $command ]] || return 0
  commands=$((commands + 1))
  local actual
  actual=$(eval "$command" 2>&1) || true
  [[ $actual == "$expected" ]] && return
  faults=$((faults + 1))
  printf '%s\n  expected: %s\n  actual:   %s\n' "$command" "$expected" "$actual"
}
while IFS= read -r line; do
  if [[ $line == '$ '* ]]; then
    compare
    command=${line#'$ '}
    expected=
  else
    expected+=${expected:+$'\n'}$line
  fi
done < <(awk '/^```console$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page")
compare
echo "$commands commands, $faults faults"
((commands > 0 && faults == 0))
