#!/bin/sh
# serves.sh EDGECONF LIBRARY FOLDER [BROKEN]
#
# The host EDGECONF loads LIBRARY, built from a template, serves its devices with the option that it is given, and
# stops. With BROKEN, the library throws or panics when it is asked for playbooks: that is an error for the one who
# asks and a reason in the log that contains BROKEN, and the host goes on. FOLDER is made anew.
set -eu

edgeconf=$1
folder=$3
broken=${4-}
rm -rf "$folder"
umask 022
mkdir -p "$folder/providers"
cp "$2" "$folder/providers/my_provider.so"

fail() {
  cat "$folder/log" >&2
  echo "serves.sh: $1" >&2
  exit 1
}

cat > "$folder/edgeconf.yaml" <<END
device-api: {listen: "127.0.0.1:0"}
observe: {listen: "127.0.0.1:0", log: {level: debug}}
provider:
  library: $folder/providers/my_provider.so
  options: {period: 17}
END

# The log comes through a pipe, so that each line can be waited for.
mkfifo "$folder/said"
"$edgeconf" serve --config "$folder/edgeconf.yaml" 2> "$folder/said" &
host=$!
trap 'kill -KILL "$host" 2> /dev/null || :' EXIT
exec 3< "$folder/said"
api=
ready=
while [ -z "$ready" ] && IFS= read -r line <&3; do
  printf '%s\n' "$line" >> "$folder/log"
  case $line in
    *' api=device address='*)
      api=${line#* address=}
      api=http://${api%% *}/api/flotta-backend/v1/namespaces/default/devices
      ;;
    *' ready') ready=yes ;;
  esac
done
[ -n "$ready" ] || fail 'the host is not ready'
cat <&3 >> "$folder/log" &
logger=$!
exec 3<&-

# expect STATUS PATH [TEXT]: what a device gets, and what is in it.
expect() {
  got=$(curl -sS --max-time 20 -w '\n%{http_code}' "$api/$2") || fail "no answer to $2"
  case $got in
    *"${3-}"*"
$1") ;;
    *) fail "$2 was to be $1 with '${3-}', and is: $got" ;;
  esac
}

configured='"period_seconds":17'
expect 200 line-1-press/configuration "$configured"
expect 200 line-2-robot/registration '"namespace":"plant-2"'
expect 404 line-9/configuration
if [ -n "$broken" ]; then
  expect 500 line-1-press/playbookexecutions
  expect 200 line-1-press/configuration "$configured"
else
  expect 200 line-1-press/playbookexecutions '[]'
fi

kill "$host"
status=0
wait "$host" || status=$?
trap - EXIT
wait "$logger"
[ "$status" -eq 0 ] || fail "the host ended with $status"
grep -q " stopped" "$folder/log" || fail 'the host did not say that it stopped'
[ -z "$broken" ] || grep -q "playbooks .*$broken" "$folder/log" || fail "the log does not say '$broken'"
