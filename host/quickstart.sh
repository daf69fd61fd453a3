#!/usr/bin/env bash
# From a bare Debian 12 to a host that serves a demo fleet over mTLS, and the curl lines to play
# Flotta's Edge API with.
#
#   host/quickstart.sh                 install, build, serve until Ctrl-C
#   host/quickstart.sh --check         install, build, run every line, compare its answer, stop
#   ... --binary FILE                  use that edgeconf instead of building one
#
# EDGECONF_DEMO_PORT and EDGECONF_DEMO_PAGES_PORT move it from 8443 and 9090 (0: any free port).
set -euo pipefail
cd "$(dirname "$0")/.."

check=no
binary=
while (($#)); do
  case $1 in
    --check) check=yes ;;
    --binary) binary=$(realpath "$2"); shift ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done

port=${EDGECONF_DEMO_PORT:-8443}
pages_port=${EDGECONF_DEMO_PAGES_PORT:-9090}
demo=$PWD/build/quickstart/demo

build() {
  host/install-packages.sh demo
  echo "building (a few minutes the first time) ..."
  local log=build/quickstart/build.log
  mkdir -p build/quickstart
  { cmake --preset release -B build/quickstart -DEDGECONF_DEVELOPER_MODE=OFF && cmake --build build/quickstart; } \
    >"$log" 2>&1 || { tail -n 40 "$log"; exit 1; }
  binary=$PWD/build/quickstart/bin/edgeconf
}

# A throw-away PKI with the shapes of Flotta's: everything is signed by one CA, devices too.
make_pki() {
  mkdir -p tls
  chmod 700 tls
  new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "tls/$1.key"; }
  new_key flotta-ca
  openssl req -x509 -new -key tls/flotta-ca.key -days 30 -subj "/O=flotta-operator/CN=flotta-ca" -out tls/flotta-ca.crt
  # NAME SUBJECT EXTENSIONS
  issue() {
    new_key "$1"
    openssl req -new -key "tls/$1.key" -subj "$2" |
      openssl x509 -req -CA tls/flotta-ca.crt -CAkey tls/flotta-ca.key -set_serial "0x$(openssl rand -hex 8)" -days 30 \
        -extfile <(printf 'extendedKeyUsage=clientAuth,serverAuth\n%s\n' "$3") -out "tls/$1.crt" 2>/dev/null
  }
  issue server "/O=edgeconf/CN=edgeconf" "subjectAltName=DNS:localhost,IP:127.0.0.1"
  issue edge-api "/O=flotta-operator/CN=*" "subjectAltName=DNS:project-flotta.io,IP:127.0.0.1,IP:::1"
  issue device "/O=flotta-operator/OU=plant-1/CN=camera-1" ""
}

# curl's options for one identity, so that the lines below stay short.
curl_options() {
  printf '%s\n' silent show-error 'cacert = "tls/flotta-ca.crt"' 'write-out = " -> %{http_code}\n"'
  [[ -z $1 ]] || printf '%s\n' "cert = \"tls/$1.crt\"" "key = \"tls/$1.key\""
}

configure() {
  cat >edgeconf.yaml <<YAML
device-api:
  listen: 127.0.0.1:$port
  tls:
    certificate: tls/server.crt
    private-key: tls/server.key
    client-ca: tls/flotta-ca.crt
    admit-dns-names: [project-flotta.io]
observe:
  listen: 127.0.0.1:$pages_port
provider:
  library: file
  options:
    manifests: fleet/            # what is wanted; new files are noticed
    database: state/fleet.db     # what devices tell; made if it is not there
YAML
}

make_bodies() {
  cat >hardware.json <<'JSON'
{"hardware": {"hostname": "press-7", "cpu": {"architecture": "x86_64", "model_name": "Atom x6425E", "flags": []},
  "system_vendor": {"manufacturer": "Example", "product_name": "KB-200", "serial_number": "EX-7"}}}
JSON
  printf '{"features": %s, "target_namespace": "plant-1"}\n' "$(cat hardware.json)" >enrolment.json
}

start() {
  : >host.log
  "$binary" serve --config edgeconf.yaml 2>>host.log &
  host=$!
  trap 'kill "$host" 2>/dev/null || true; wait "$host" 2>/dev/null || true' EXIT
  until grep -q ' ready$' host.log; do
    kill -0 "$host" 2>/dev/null || { cat host.log; exit 1; }
    sleep 0.05
  done
  address=$(sed -n 's/.* api=device address=\([^ ]*\).*/\1/p' host.log)
  pages=$(sed -n 's/.* api=observe address=\([^ ]*\).*/\1/p' host.log)
  api="https://$address/api/flotta-backend/v1/namespaces"
}

# Waits for the host's end. If it was killed it is started again, as systemd would do it, on the ports that it had.
wait_for_host() {
  local status=0
  wait "$host" 2>/dev/null || status=$?
  ((status == 128 + 9)) || exit "$status"
  port=${address##*:} pages_port=${pages##*:}
  configure
  start
}

# TITLE EXPECTED COMMAND: prints the line and what it answers; with --check, runs it and compares.
step() {
  printf '\n# %s\n%s\n' "$1" "$3"
  if [[ $check == no ]]; then
    printf '#   answers: %s\n' "${2:-nothing}"
    return
  fi
  local answer
  answer=$(timeout 60 bash -c "$3" 2>&1) || true
  [[ -z $answer ]] || printf '%s\n' "$answer" | cut -c1-400
  # The expectation is a text with ... for what varies; * and ? have no meaning in it.
  local pattern=${2//\\/\\\\}
  pattern=$(sed -e 's/[][*?]/\\&/g' -e 's/\.\.\./*/g' <<<"$pattern")
  # shellcheck disable=SC2053
  if [[ $answer != $pattern ]]; then
    printf 'NOT AS EXPECTED: %s\n' "$2"
    exit 1
  fi
}

tour() {
  local json="-H 'Content-Type: application/json'"
  step "A new device asks to join. It is recorded, and waits for approval" " -> 201" \
    "curl -K edge-api -d @enrolment.json $json $api/plant-1/devices/press-7/enrolment"
  step "An administrator lets it in: by a manifest with its name" "" \
    "cp press-7.yaml fleet/"
  step "The host notices the manifest. The device asks again and again, until it is in" " -> 200" \
    "until curl -K edge-api -d @enrolment.json $json $api/plant-1/devices/press-7/enrolment | grep 200; do sleep 0.1; done"
  step "It registers with its hardware; only then the Edge API hands its certificate out" " -> 200" \
    "curl -K edge-api -X PUT -d @hardware.json $json $api/plant-1/devices/press-7/registration"
  step "It reports that it lives. The answer means: this is on disk" " -> 200" \
    "curl -K edge-api -X PUT -d '{\"status\": \"up\", \"version\": \"1\"}' $json $api/plant-1/devices/press-7/heartbeat"
  {
    step "Kill the host. This script starts it again" "" "kill -9 $host"
    [[ $check == no ]] || wait_for_host
  } 2>/dev/null # where bash tells that a job of its was killed
  step "Until it is ready" "ok" \
    "until curl -sf http://$pages/readyz; do sleep 0.1; done"
  step "The device is still registered; the Edge API asks for its true namespace before it signs a certificate" \
    '{"namespace":"plant-1","status":"registered"} -> 200' \
    "curl -K edge-api $api/default/devices/press-7/registration"
  step "Its labels select a workload, which is in its configuration" \
    '{"device-configuration":{...viewer...} -> 200' \
    "curl -K edge-api $api/plant-1/devices/press-7/configuration"
  step "A device that was in the manifests from the beginning asks for its Ansible playbooks" \
    '[{"name":"camera-1-baseline",...}] -> 200' \
    "curl -K edge-api $api/plant-1/devices/camera-1/playbookexecutions"
  step "A device that nobody knows is never told to wipe itself" \
    '{"status":"unknown",...} -> 404' \
    "curl -K edge-api $api/default/devices/stranger/registration"
  step "A device's own certificate is of the same CA, but opens nothing here" \
    '{"message":...} -> 403' \
    "curl -K device $api/plant-1/devices/camera-1/configuration"
  step "Without a certificate there is no connection at all" \
    '... -> 000...' \
    "curl -K nobody $api/plant-1/devices/camera-1/configuration"
}

[[ -n $binary ]] || build
rm -rf "$demo"
mkdir -p "$demo"
cp -r host/demo/. "$demo"
cd "$demo"
install -d -m 0700 state
make_pki
make_bodies
configure
for who in edge-api device; do curl_options "$who" >"$who"; done
curl_options "" >nobody
"$binary" check-config --config edgeconf.yaml
start

printf '\nedgeconf serves a demo fleet on https://%s; its log is %s/host.log.\n' "$address" "$demo"
[[ $check == yes ]] || printf 'Play the Edge API and the administrator from another terminal:\n\ncd %s\n' "$demo"
tour
if [[ $check == yes ]]; then
  kill "$host"
  wait "$host"
  printf '\nEvery answer was as expected, and the host stopped cleanly.\n'
else
  printf '\nCtrl-C stops the host.\n'
  while true; do wait_for_host; done
fi
