#!/usr/bin/env bash
# Installs the Debian 12 packages that edgeconf needs; what is there already is left alone.
# usage: host/install-packages.sh build|test|run|demo
set -euo pipefail

build=(
  build-essential cmake ninja-build ccache pkg-config
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev libfmt-dev libspdlog-dev libyaml-cpp-dev libvalijson-dev libcli11-dev prometheus-cpp-dev libzstd-dev
  libsqlitecpp-dev libsqlite3-dev libelf-dev libldap-dev
)
test=(
  "${build[@]}" catch2 clang clang-format llvm libclang-rt-14-dev binutils openssl curl ca-certificates sqlite3
  golang-go rustc cargo slapd ldap-utils
)
# The shared libraries that the binaries link; the second stage of the Dockerfile.
run=(
  libboost-json1.81.0 libboost-url1.81.0 libssl3 libfmt9 libspdlog1.10 libyaml-cpp0.7 libprometheus-cpp-core1.0 libzstd1
  libsqlite3-0 libldap-2.5-0
)
demo=("${build[@]}" openssl curl ca-certificates)

case ${1:-} in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${test[@]}") ;;
  run) wanted=("${run[@]}") ;;
  demo) wanted=("${demo[@]}") ;;
  *) echo "usage: $0 build|test|run|demo" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "these packages are missing; install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
as_root+=(env DEBIAN_FRONTEND=noninteractive)
"${as_root[@]}" apt-get update -qq

# The tests run slapd themselves; the service that comes with it is neither started now nor at the next boot.
keeps_slapd_down=
[[ " ${missing[*]} " == *" slapd "* && -d /run/systemd/system ]] && keeps_slapd_down=yes
[[ -z $keeps_slapd_down ]] || "${as_root[@]}" systemctl mask --runtime slapd.service
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
if [[ -n $keeps_slapd_down ]]; then
  "${as_root[@]}" systemctl unmask --runtime slapd.service
  "${as_root[@]}" systemctl disable slapd.service
fi
