#!/usr/bin/env bash
# Whether every relative link in the Markdown files below a folder leads to a file, and to a heading
# of it where it names one. usage: links.sh FOLDER
set -euo pipefail
cd "$1"

# The file without its fenced blocks and code spans, which hold no links.
prose() { awk '/^ *```/ { fenced = !fenced; next } !fenced' "$1" | sed 's/`[^`]*`//g'; }

# The anchors of a file's headings, as GitHub makes them.
anchors() {
  awk '/^ *```/ { fenced = !fenced; next } !fenced && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
    tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'
}

links=0
faults=0
complain() {
  echo "$1: the link to $2 $3"
  faults=$((faults + 1))
}
while IFS= read -r page; do
  while IFS= read -r link; do
    [[ $link =~ ^(https?|mailto): ]] && continue
    links=$((links + 1))
    file=${link%%#*}
    anchor=
    [[ $link == *'#'* ]] && anchor=${link#*#}
    target=$page
    [[ -n $file ]] && target=$(dirname "$page")/$file
    if [[ ! -e $target ]]; then
      complain "$page" "$link" "leads nowhere"
    elif [[ -n $anchor ]] && ! anchors "$target" | grep -qxF -- "$anchor"; then
      complain "$page" "$link" "names no heading of it"
    fi
  done < <(prose "$page" | grep -oE '\]\([^) ]+\)' | sed -e 's/^](//' -e 's/)$//')
done < <(find . -name '*.md' -not -path './build/*' -not -path './.git/*' | sort)

if ((links == 0)); then
  echo "no link was found below $1"
  exit 1
fi
echo "$links links examined, $faults faults"
((faults == 0))
