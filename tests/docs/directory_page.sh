#!/usr/bin/env bash
# Does what the LDAP provider's page says, against a slapd as Debian's package makes it and a host. What root does with
# packages, services and owners is left out; slapd's socket, the installed schema, /etc/edgeconf and the port are where
# nobody else's are.
# usage: directory_page.sh PAGE EDGECONF_BINARY SCHEMA_FOLDER
set -euo pipefail
umask 022
source "$(dirname "$0")/page_blocks.sh"
page=$(realpath "$1")
edgeconf=$(realpath "$2")
schema=$(realpath "$3")
folder=$(mktemp -d)
cd "$folder"
: >log
export PATH=$PATH:/usr/sbin HOME=$folder
unset LDAPNOINIT LDAPRC LDAPCONF

host=
directory=
finish() {
  local status=$?
  ((status == 0)) || { tail -n 20 said; cat log; } >&2 || true
  for id in $host $directory; do
    kill "$id" 2>/dev/null && wait "$id" || true
  done
  rm -rf "$folder"
}
trap finish EXIT

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Returns once `$2` is in the file `$3`, which process `$1` writes.
wait_for() {
  for _ in {1..600}; do
    grep -q "$2" "$3" && return
    kill -0 "$1" || break
    sleep 0.1
  done
  fail "no line with '$2':" "$(cat "$3")"
}

# What the package's installation asks for, with this user in root's place.
mkdir configuration data
sed -e 's/@SUFFIX@/dc=example,dc=com/; s/@PASSWORD@/secret/' \
  -e "s/gidNumber=0+uidNumber=0/gidNumber=$(id -g)+uidNumber=$(id -u)/" \
  -e "s|/var/lib/ldap|$folder/data|; s|/var/run/slapd|$folder|" /usr/share/slapd/slapd.init.ldif >slapd.ldif
slapadd -F configuration -b cn=config -l slapd.ldif
slapadd -F configuration -b dc=example,dc=com <<'LDIF'
dn: dc=example,dc=com
objectClass: top
objectClass: dcObject
objectClass: organization
o: example
dc: example
LDIF
socket=ldapi://$(sed 's|/|%2F|g' <<<"$folder/ldapi")
setpriv --pdeathsig KILL slapd -d none -F configuration -h "$socket" 2>said &
directory=$!
wait_for "$directory" 'slapd starting' said

address=127.0.0.1:0
here_for() {
  sed -e "s|ldapi://%2Frun%2Fslapd%2Fldapi|$socket|g; s|ldapi:///|$socket|g; s|/usr/share/edgeconf/ldap|$schema|g" \
    -e "s|/etc/edgeconf|$folder|g; s|127\.0\.0\.1:8443|$address|g; s/ -W / -w secret /g"
}

run_sh() {
  local commands
  commands=$(grep -vE '^(apt-get|dpkg-reconfigure|systemctl|chown) ' <<<"$1" || true)
  if [[ $commands == 'edgeconf serve '* ]]; then
    printf 'observe: {listen: "127.0.0.1:0"}\n' >>edgeconf.yaml
    "$edgeconf" serve --config edgeconf.yaml 2>log &
    host=$!
    wait_for "$host" ' ready$' log
    address=$(sed -n 's/.* api=device address=\([^ ]*\).*/\1/p' log)
    return
  fi
  eval "$commands" >>said 2>&1
}

patience=50 # what was changed in the directory comes a moment later
walk_page "$page"
echo "$blocks blocks run"
((blocks > 0))
