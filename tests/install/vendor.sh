#!/bin/sh
# vendor.sh TEMPLATE BUILD-DIRECTORY SCRATCH
#
# Does what a vendor does: installs the component plugin-api of BUILD-DIRECTORY, runs the commands of
# the installed template's README in an empty folder, looks at the library that comes out, and has the
# installed edgeconf serve devices with it; also with one that throws or panics.
# CMAKE, NM, READELF, CHECK_EXPORTS and SERVES name the tools; SCRATCH is wiped.
set -eu

template=$1
build=$2
scratch=$3

fail() {
  echo "install.vendor-$template: $1" >&2
  exit 1
}

# run WHAT COMMAND...: shows the output of a command only if it fails.
run() {
  what=$1
  shift
  "$@" > "$scratch/output" 2>&1 || {
    cat "$scratch/output" >&2
    fail "cannot $what"
  }
}

rm -rf "$scratch"
mkdir -p "$scratch/work"
stage=$scratch/stage

run 'install the component plugin-api' "$CMAKE" --install "$build" --component plugin-api --prefix "$stage"
installed=$stage/share/edgeconf/template/$template
readme=$installed/README.md
[ -f "$readme" ] || fail "$readme is not installed"

# Nothing but the plug-in API belongs in there.
strays=$(cd "$stage" && find . -type f ! -path './include/ecp/*' ! -path './lib*/cmake/EdgeconfPluginApi/*' \
  ! -path './share/edgeconf/template/*' ! -path './lib*/libedgeconf_testing.a' ! -path './bin/edgeconf-provider-check')
[ -z "$strays" ] || fail "the component plugin-api also installs $strays"

# The README's first block, with the stage where the README has the usual prefix.
awk '/^```sh$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$readme" |
  sed "s|/usr/local|$stage|g" > "$scratch/commands.sh"
grep -q '^cp -r .* my-provider$' "$scratch/commands.sh" ||
  fail "$readme does not begin with the commands to build it"

# Only the stage is searched: not this tree, not what the machine has installed. Debian's Go and Rust come
# before others, nothing is fetched, and their caches are here.
unset CMAKE_PREFIX_PATH EdgeconfPluginApi_DIR EdgeconfPluginApi_ROOT DESTDIR GOFLAGS GO111MODULE CGO_CFLAGS RUSTFLAGS
export CMAKE_PREFIX_PATH="$stage" ECP_PREFIX="$stage"
export PATH="/usr/bin:/bin:$PATH" GOENV=off GOPROXY=off GOCACHE="$scratch/go" CARGO_HOME="$scratch/cargo"
run "build the template as its README says" sh -euc "cd '$scratch/work' && . '$scratch/commands.sh'"
if [ -f "$scratch/work/my-provider/CMakeLists.txt" ]; then
  found=$(sed -n 's/^EdgeconfPluginApi_DIR:PATH=//p' "$scratch/work/my-provider/build/CMakeCache.txt")
  case $found in
    "$stage"/*) ;;
    *) fail "the template was built with the package in '$found' and not with the installed one" ;;
  esac
fi

name=$(sed -n 's/^The result is `\([^`]*\.so\)`.*/\1/p' "$readme")
library=$scratch/work/$name
[ -n "$name" ] && [ -f "$library" ] || fail "the README's commands made no '$name'"
sh "$CHECK_EXPORTS" "$NM" "$library" || fail "the vendor's library exports the wrong symbols"
dynamic=$("$READELF" -dW "$library")
segments=$("$READELF" -lW "$library")
flags=$(printf '%s\n' "$dynamic" | sed -n 's/.*(FLAGS_1) *\(Flags: *\)\{0,1\}/ /p')
for flag in NOW NODELETE; do
  case "$flags " in
    *" $flag "*) ;;
    *) fail "the vendor's library is not marked $flag (FLAGS_1:$flags)" ;;
  esac
done
case $dynamic in *TEXTREL*) fail "the vendor's library has text relocations" ;; esac
case $segments in *GNU_RELRO*) ;; *) fail "the vendor's library has no RELRO" ;; esac
printf '%s\n' "$segments" | grep -q 'GNU_STACK .* RW  ' || fail "the vendor's library wants an executable stack"

# -- it serves ------------------------------------------------------------------------------------

run 'install the component runtime' "$CMAKE" --install "$build" --component runtime --prefix "$scratch/host"
serves() { sh "$SERVES" "$scratch/host/bin/edgeconf" "$library" "$scratch/served" "$@"; }
serves || fail "the host does not serve with the vendor's library"

# -- it keeps the contract ------------------------------------------------------------------------

echo '{"period": 17}' > "$scratch/options.json"
set -- --config "$scratch/options.json" --device line-1-press
[ ! -f "$installed/quirks.yaml" ] || set -- "$@" --quirks "$installed/quirks.yaml"
run 'have the template pass edgeconf-provider-check' "$stage/bin/edgeconf-provider-check" "$library" "$@"

break_playbooks() { # FILE FUNCTION STATEMENT
  sed -i "s/^\( *\)$2.*{\$/&\n\1    $3/" "$scratch/work/my-provider/$1"
  grep -qF "$3" "$scratch/work/my-provider/$1" || fail "the template's $1 has no $2"
  grep -v '^cp ' "$scratch/commands.sh" > "$scratch/again.sh"
  run 'build the broken provider' sh -euc "cd '$scratch/work' && . '$scratch/again.sh'"
}
case $template in
  c) ;; # has nothing to throw
  cpp)
    break_playbooks provider.cpp 'void playbooks(' 'throw std::out_of_range{"broken on purpose"};'
    serves 'broken on purpose' || fail 'an exception does more than fail its call'
    ;;
  go)
    break_playbooks provider.go 'func (p \*provider) getPlaybooks(' 'panic("broken on purpose")'
    serves 'panic: broken on purpose' || fail 'a panic does more than fail its call'
    ;;
  rust)
    break_playbooks src/lib.rs 'fn get_playbooks(' 'assert!(request.device_id.is_empty(), "broken on purpose");'
    serves 'panic: broken on purpose' || fail 'a panic does more than fail its call'
    ! grep -q panicked "$scratch/served/log" || fail 'a panic was written to standard error'
    ;;
esac

# -- the package's version ------------------------------------------------------------------------

# A provider for the next major must not be built with this one.
mkdir "$scratch/next"
cat > "$scratch/next/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(next LANGUAGES C)
find_package(EdgeconfPluginApi ${wanted} CONFIG REQUIRED)
END
run 'find version 1.0 of the package' "$CMAKE" -S "$scratch/next" -B "$scratch/next/1.0" -Dwanted=1.0
if "$CMAKE" -S "$scratch/next" -B "$scratch/next/2.0" -Dwanted=2.0 > "$scratch/output" 2>&1; then
  fail 'version 2.0 of the package was found, and it is 1.x'
fi
tr '\n' ' ' < "$scratch/output" | grep -q 'compatible with requested version "2.0"' || {
  cat "$scratch/output" >&2
  fail 'version 2.0 was refused for another reason than its number'
}
