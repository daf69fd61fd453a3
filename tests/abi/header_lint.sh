#!/bin/sh
# header_lint.sh HEADER
#
# The rules of ecp/provider.h that no compiler checks. Comments are taken out first; every finding
# is one line, "RULE: text".
set -eu

header=$1
max_lines=400

findings=$(
  lines=$(wc -l < "$header")
  if [ "$lines" -gt "$max_lines" ]; then
    echo "length: $lines lines, at most $max_lines"
  fi

  # One statement or preprocessor line a line, so that the patterns below need not span lines.
  awk '
    { text = text $0 "\n" }
    END {
      while ((from = index(text, "/*")) > 0) {
        rest = substr(text, from + 2)
        to = index(rest, "*/")
        if (to == 0) { print "comment: one that does not end"; exit }
        text = substr(text, 1, from - 1) " " substr(rest, to + 2)
      }
      n = split(text, line, "\n")
      statement = ""
      for (i = 1; i <= n; ++i) {
        if (line[i] ~ /^[ \t]*#/) { print line[i]; continue }
        statement = statement " " line[i]
        while (match(statement, /[;{}]/)) {
          print substr(statement, 1, RSTART)
          statement = substr(statement, RSTART + 1)
        }
      }
    }' "$header" | sed 's/[[:space:]][[:space:]]*/ /g; s/^ //; /^$/d' | awk '
    BEGIN {
      # Widths that differ between platforms or compilers, and what C has no fixed form for.
      banned = "(^|[^A-Za-z0-9_])(bool|_Bool|short|int|long|unsigned|signed|float|size_t|ssize_t|ptrdiff_t|" \
               "intptr_t|uintptr_t|wchar_t|time_t|off_t|va_list|union)([^A-Za-z0-9_]|$)"
      structs = "ecp_(str|kv|request|result|host|provider|resource_request|ext_resources|event|host_watch)"
      by_value_argument = "[(,] ?(const )?(struct )?" structs " ?[A-Za-z_]*[,)]"
      by_value_result = "^(const )?(struct )?" structs " [(]ECP_CALL"
    }
    /^comment: / { print; next }
    /^#/ { next }

    /\( ?\*/ { print "calling-convention: " $0 }
    /ecp_provider_entry_v[0-9]+\(/ && !/ECP_CALL ecp_provider_entry/ { print "calling-convention: " $0 }

    $0 ~ banned { print "type: " $0 }
    /\.\.\./ { print "type: " $0 }
    /(^|[^A-Za-z0-9_])enum +[A-Za-z_]/ { print "type: " $0 }
    /(^|[^A-Za-z0-9_])char +[A-Za-z_]/ { print "type: " $0 }
    /:[^:]*[0-9]+ ?;/ { print "bit-field: " $0 }
    /\[/ { print "array: " $0 }

    # A struct handed over or handed back by value cannot grow.
    $0 ~ by_value_argument || $0 ~ by_value_result { print "by-value: " $0 }

    first_member && !/^uint32_t struct_size;/ { print "struct-size: " opened " begins with " $0 }
    { first_member = 0 }
    /^typedef struct [a-z_]+ \{/ && $3 != "ecp_str" && $3 != "ecp_kv" { first_member = 1; opened = $3 }'
)

if [ -n "$findings" ]; then
  echo "header_lint: $header" >&2
  printf '%s\n' "$findings" | sed 's/^/  /' >&2
  exit 1
fi
