#!/usr/bin/env bash
# The packages that host/install-packages.sh installs to run edgeconf are those that its binaries
# link, no fewer and no more. usage: runtime_packages.sh SOURCE_FOLDER BINARY...
set -euo pipefail
listed=$(sed -n '/^run=(/,/^)/p' "$1/host/install-packages.sh" | grep -oE 'lib[a-z0-9.+-]+' | sort -u)
shift

# Read whole: a reader that leaves early would fail the writer, and with it this script.
known_libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p)

# Part of every Debian system.
base="libc6 libgcc-s1 libstdc++6"
needed=
for binary in "$@"; do
  while read -r name; do
    file=$(awk -v name="$name" '$1 == name && !found { print $NF; found = 1 }' <<<"$known_libraries")
    # dpkg knows a file below /lib or below /usr/lib, as its package had it.
    real=$(realpath "$file")
    package=$({ dpkg-query -S "$real" || dpkg-query -S "${real#/usr}"; } 2>/dev/null | awk -F: 'NR == 1 { print $1 }')
    [[ -n $package ]] || { echo "$binary needs $name ($file), which no package owns"; exit 1; }
    [[ " $base " == *" $package "* ]] || needed+="$package"$'\n'
  done < <(readelf -d "$binary" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | grep -vE '^lib(asan|ubsan|tsan)\.')
done
needed=$(sort -u <<<"$needed" | sed '/^$/d')

if [[ $needed != "$listed" ]]; then
  echo "linked (<) and listed under run= in host/install-packages.sh (>) differ:"
  diff <(echo "$needed") <(echo "$listed") || true
  exit 1
fi
echo "linked and listed: $(tr '\n' ' ' <<<"$needed")"
