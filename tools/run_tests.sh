#!/usr/bin/env bash
# Runs ctest in each build folder named and ends with one line for all of them: "N passed, N failed".
# A test that skips says why in the log; skipped tests are counted by themselves, not as passed.
set -uo pipefail

passed=0 failed=0 skipped=0 broken=0
for build in "$@"; do
  echo "== $build"
  log=$build/ctest.log
  ctest --test-dir "$build" -j "$(nproc)" --output-on-failure --no-tests=error 2>&1 | tee "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || broken=1
  # "98% tests passed, 2 tests failed out of 100"; a test that could not start counts as failed.
  read -r bad all < <(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log")
  if [ -z "${all:-}" ]; then
    echo "ctest did not finish in $build"
    broken=1
    continue
  fi
  idle=$(grep -cE '^ *[0-9]+/[0-9]+ .*\*\*\*Skipped' "$log")
  failed=$((failed + bad))
  skipped=$((skipped + idle))
  passed=$((passed + all - bad - idle))
done
if [ "$skipped" -gt 0 ]; then
  echo "$skipped skipped, named above"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$broken" = 0 ]
