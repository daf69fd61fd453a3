#!/usr/bin/env bash
# Installs what is missing, builds, and passes every test: plain, under AddressSanitizer with
# UndefinedBehaviorSanitizer, and under ThreadSanitizer.
# usage: tests/run.sh [PRESET...]      default: dev asan tsan
set -euo pipefail
cd "$(dirname "$0")/.."

host/install-packages.sh test
presets=("$@")
((${#presets[@]})) || presets=(dev asan tsan)

passed=0
failed=0
for preset in "${presets[@]}"; do
  echo "== $preset"
  mkdir -p "build/$preset"
  log=build/$preset/run.log
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; exit 1; }
  cmake --build --preset "$preset" -- --quiet
  if ! ctest --preset "$preset" 2>&1 | tee "$log"; then
    echo "the tests of $preset failed"
  fi
  read -r good bad < <(sed -nE 's/.* ([0-9]+) tests failed out of ([0-9]+).*/\2 \1/p' "$log")
  passed=$((passed + good - bad))
  failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
