#!/usr/bin/env bash
# Who may include whom. A line of the table: the folder, then the layers that its files may include
# besides their own. usage: includes.sh SOURCE_FOLDER
set -euo pipefail
cd "$1"

allowed() {
  case $1 in
    host/main.cpp) echo "cli host" ;;
    host/asio.cpp) echo "" ;;
    host/model) echo "" ;;
    host/observe) echo "" ;;
    host/codec) echo "model" ;;
    host/config) echo "model observe" ;;
    host/provider) echo "model observe ecp" ;;
    host/http) echo "model observe" ;;
    host/api) echo "http provider codec model observe" ;;
    host/check) echo "provider codec model ecp" ;;
    host/cli) echo "config http codec model" ;;
    host) echo "host config api http provider observe model" ;;
    plugins/fleet) echo "ecp" ;;
    plugins/*) echo "fleet ecp" ;;
    *) echo "" ;;
  esac
}

# The row of the table that a file belongs to.
place_of() {
  case $1 in
    host/main.cpp | host/asio.cpp) echo "$1" ;;
    host/*/*) echo "$1" | cut -d/ -f1-2 ;;
    host/*) echo host ;;
    *) echo "$1" | cut -d/ -f1-2 ;;
  esac
}

layers="api check cli codec config http model observe provider fleet memory file ldap rest-proxy ecp"
faults=0
files=0
while IFS= read -r file; do
  files=$((files + 1))
  place=$(place_of "$file")
  own=${place##*/}
  while IFS= read -r included; do
    layer=${included%%/*}
    case $included in
      */*) ;;
      *.hpp) layer=host ;; # a header beside main.cpp
      *) continue ;;       # the standard library's
    esac
    [[ " $layers host " == *" $layer "* ]] || continue
    [[ $layer == "$own" ]] && continue
    [[ " $(allowed "$place") " == *" $layer "* ]] && continue
    echo "$file includes $included: $place may include: $(allowed "$place")"
    faults=$((faults + 1))
  done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">].*/\1/p' "$file")
  case $place in
    host/model | host/codec)
      if grep -nE '#include <boost/(asio|beast)' "$file"; then
        echo "$file: $place knows no I/O"
        faults=$((faults + 1))
      fi ;;
  esac
done < <(find host plugins -name '*.cpp' -o -name '*.hpp' | sort)

if ((files == 0)); then
  echo "no source was found below $1"
  exit 1
fi
echo "$files files examined, $faults faults"
((faults == 0))
