# Sourced by what does what a page says: walk_page runs each ```sh block, and each ```console block, whose lines
# without a `$ ` in front are what has to come out, and writes the files that stand behind a line "`NAME`:".
# The script has run_sh TEXT, here_for, through which goes what a block says, fail LINES, which ends it, and, if not
# all blocks count, heading LINE, which sets `counts`.

blocks=0
counts=yes
patience=0 # so many tenths of a second may pass until what has to come out does

heading() { :; }

# What has to come out of the command `$1` is `$2`.
check_command() {
  local actual left
  for ((left = patience; ; left--)); do
    actual=$(eval "$1" 2>&1) || true
    [[ $actual != "$2" ]] || return 0
    ((left > 0)) || fail "$1" "expected: $2" "actual:   $actual"
    sleep 0.1
  done
}

run_console() {
  local line command='' expected=''
  while IFS= read -r line; do
    if [[ $line == '$ '* ]]; then
      [[ -z $command ]] || check_command "$command" "$expected"
      command=${line#'$ '}
      expected=
    else
      expected+=${expected:+$'\n'}$line
    fi
  done <<<"$1"$'\n''$ '
}

# usage: run_block KIND NAME TEXT
run_block() {
  local text
  text=$(here_for <<<"$3")
  case $1 in
    sh) run_sh "$text" ;;
    console) run_console "$text" ;;
    *)
      [[ -z $2 ]] || printf '%s\n' "$text" >"$2"
      return 0
      ;;
  esac
  blocks=$((blocks + 1))
}

walk_page() {
  local line name='' kind='' block=''
  while IFS= read -r line; do
    if [[ -n $kind && $line != '```' ]]; then
      block+=${block:+$'\n'}$line
    elif [[ -n $kind ]]; then
      [[ -z $counts ]] || run_block "$kind" "$name" "$block"
      name=
      kind=
    elif [[ $line == '```'* ]]; then
      kind=${line#'```'}
      block=
    elif [[ $line =~ ^'`'([a-z_./-]+)'`:'$ ]]; then
      name=${BASH_REMATCH[1]}
    elif [[ $line == '#'* ]]; then
      heading "$line"
    fi
  done <"$1"
}
