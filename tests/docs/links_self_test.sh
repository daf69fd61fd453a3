#!/usr/bin/env bash
# The link test finds what it is for, and only that. usage: links_self_test.sh PATH_OF_links.sh
set -euo pipefail
script=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/docs"
printf '# Other page\n\n## `a.b`: One, two\n' >"$folder/docs/other.md"

# TEXT GOOD|BAD
expect() {
  printf '# Page\n\n%s\n' "$1" >"$folder/docs/page.md"
  if "$script" "$folder" >/dev/null; then found=GOOD; else found=BAD; fi
  if [[ $found != "$2" ]]; then
    echo "'$1' was found $found, not $2"
    exit 1
  fi
}

expect 'See [other](other.md).' GOOD
expect 'See [other](../docs/other.md) and [docs](../docs).' GOOD
expect 'See [other](othre.md).' BAD
expect 'See [other](/docs/other.md).' BAD
expect 'Two on a line: [a](other.md), [b](none.md).' BAD
expect 'See [a heading](other.md#ab-one-two).' GOOD
expect 'See [a heading](other.md#ab-one-three).' BAD
expect 'See [a heading here](#page) and [out](https://example.com/none.md).' GOOD
expect 'See [a heading here](#elsewhere).' BAD
expect 'See [other](other.md), not `[this](none.md)`.' GOOD
expect $'See [other](other.md).\n```text\n[this](none.md)\n```' GOOD
expect 'No link at all.' BAD
echo "every fault was found"
