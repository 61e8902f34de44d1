#!/usr/bin/env bash
# Runs ctest in each build folder named and ends with one line for all of them: "N passed, N failed".
# A test that skips says why in the log; skipped tests are counted and named, not passed.
set -uo pipefail

passed=0 failed=0 skipped=0 broken=0
for build in "$@"; do
  echo "== $build"
  report=$build/junit.xml
  rm -f "$report"
  ctest --test-dir "$build" -j "$(nproc)" --output-on-failure --output-junit junit.xml \
    --no-tests=error || broken=1
  if [ ! -f "$report" ]; then
    echo "ctest left no report in $build; its message is above" >&2
    broken=1
    continue
  fi
  # junit.xml holds its counts as attributes, one a line.
  count() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -n 1; }
  all=$(count tests) bad=$(count failures) idle=$(( $(count skipped) + $(count disabled) ))
  failed=$((failed + bad))
  skipped=$((skipped + idle))
  passed=$((passed + all - bad - idle))
done
if [ "$skipped" -gt 0 ]; then
  echo "$skipped skipped, named above"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$broken" = 0 ]
