#!/usr/bin/env bash
# provider_page.sh passes a page that is right, and finds each fault of one that is not.
# usage: provider_page_self_test.sh PROVIDER_PAGE_SH
set -euo pipefail
check=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run() { "$check" "$folder/page.md" C "$folder" "$folder/scratch" >"$folder/output" 2>&1; }

good='# Page
`file.txt`:
```text
some text
```
```sh
cmake --preset release
chosen=file
```
### Rust
```sh
false
```
### C
```sh
chosen=$chosen.txt
```
## Next
```console
$ cat $chosen
some text
$ echo /usr/local | grep -c scratch
1
```'
printf '%s\n' "$good" >"$folder/page.md"
run || { cat "$folder/output"; echo "a page that is right does not pass"; exit 1; }

# expect TEXT FROM TO: with FROM replaced by TO the page fails, and TEXT is told.
expect() {
  printf '%s\n' "${good/"$2"/"$3"}" >"$folder/page.md"
  if run || ! grep -qF -- "$1" "$folder/output"; then
    cat "$folder/output"
    echo "with '$3' for '$2': not found, or not told as '$1'"
    exit 1
  fi
}
expect 'ends with 1' 'chosen=file' 'false'
expect 'ends with 1' 'chosen=$chosen' 'false; chosen=$chosen'
expect 'expected: some text' '`file.txt`:' '`other.txt`:'
expect 'expected: other text' 'cat $chosen
some' 'cat $chosen
other'
expect 'expected: 2' '
1' '
2'
printf '# Nothing to run\n' >"$folder/page.md"
! run || { echo "a page without commands passes"; exit 1; }
