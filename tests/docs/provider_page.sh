#!/usr/bin/env bash
# Does what the page on writing a provider says, in one of its languages: below a heading of the third level only the
# chosen language's blocks count. Not run again is what builds edgeconf; SCRATCH, which is wiped, has the place of
# /usr/local, and a port of the kernel's choice that of 8443.
# usage: provider_page.sh PAGE LANGUAGE BUILD_FOLDER SCRATCH
set -euo pipefail
umask 022
source "$(dirname "$0")/page_blocks.sh"
page=$(realpath "$1")
language=$2
build=$(realpath "$3")
scratch=$4

rm -rf "$scratch"
mkdir -p "$scratch/work"
scratch=$(realpath "$scratch")
stage=$scratch/local
cd "$scratch/work"

# Debian's toolchains come before others, nothing is fetched, and their caches are here.
unset DESTDIR GOFLAGS GO111MODULE CGO_CFLAGS RUSTFLAGS EDGECONF EdgeconfPluginApi_DIR EdgeconfPluginApi_ROOT
export PATH=$stage/bin:/usr/bin:/bin:$PATH CMAKE_PREFIX_PATH=$stage ECP_PREFIX=$stage
export GOENV=off GOPROXY=off GOCACHE=$scratch/go CARGO_HOME=$scratch/cargo

host=
address=127.0.0.1:0
running= # commands whose output goes to a file

exec 4>&2
finish() {
  local status=$?
  [[ -z $running ]] || { printf '%s\n' "$running" "ends with $status:" && cat "$scratch/output"; } >&4
  [[ -z $host ]] || kill -KILL "$host" 2>/dev/null || true
}
trap finish EXIT

fail() {
  printf '%s\n' "$@" >&4
  [[ ! -f $scratch/log ]] || cat "$scratch/log" >&4
  exit 1
}

# As it is to be here. Until the host listens, any port will do.
# The scratch folder comes last: its own path may well have a build/release in it.
here_for() { sed -e "s|build/release|$build|g" -e "s|127\.0\.0\.1:8443|$address|g" -e "s|/usr/local|$stage|g"; }

# Starts the host with the command `$1` and waits for its word.
serve() {
  local line ready=
  mkfifo "$scratch/said"
  $1 2>"$scratch/said" &
  host=$!
  exec 3<"$scratch/said"
  while IFS= read -r line <&3; do
    printf '%s\n' "$line" >>"$scratch/log"
    [[ $line == *' api=device address='* ]] && address=${line#* address=} && address=${address%% *}
    [[ $line == *' ready' ]] && ready=yes && break
  done
  [[ -n $ready ]] || fail "the host is not ready"
  cat <&3 >>"$scratch/log" &
  exec 3<&-
}

run_sh() {
  local commands
  commands=$(grep -vE '^cmake --(preset|build --preset) release' <<<"$1" || true)
  if [[ $commands == 'edgeconf serve '* ]]; then
    serve "$commands"
    return
  fi
  # In this shell, so that what it sets stays; the first failure ends it.
  running=$commands
  eval "$commands" >"$scratch/output" 2>&1
  running=
}

heading() {
  case $1 in
    '### '*) [[ $1 == "### $language" ]] && counts=yes || counts= ;;
    '## '*) counts=yes ;;
  esac
}

walk_page "$page"
if [[ -n $host ]]; then
  kill "$host"
  wait "$host" || fail "the host ended with $?"
  host=
fi
echo "$blocks blocks run"
((blocks > 0))
