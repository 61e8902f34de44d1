#!/usr/bin/env bash
# tests/readme/run_commands.sh DOCUMENT BUILD: runs every fenced sh block of a document as its reader would.
#
# Each block runs in a shell of its own in the repository's root, ends at its first failing command, finds
# `tandem` on its PATH and has a home folder of its own. A block that a test cannot run carries its reason in
# the line before it: <!-- not run: why -->. The repository must be as clean afterwards as before.
set -uo pipefail

readme=$1 build=$2
if [ ! -f "$readme" ]; then
  echo "skipped: there is no $readme"
  exit 77
fi
name=$(basename "$readme" .md)
cd "$(dirname "$0")/../.." || exit 1
scratch=$build/commands/$name
rm -rf "$scratch"
mkdir -p "$scratch/home"

# block-LINE.sh for each block to run; a line on stdout for each that is not.
awk -v out="$scratch" '
  /^```sh[ \t]*$/ && !inside {
    inside = 1
    file = sprintf("%s/block-%04d.sh", out, NR)
    if (reason != "") print "not run, line " NR ": " reason
    next
  }
  /^```[ \t]*$/ && inside { inside = 0; reason = ""; next }
  inside { if (reason == "") print > file; next }
  /^<!-- not run: .* -->[ \t]*$/ {
    reason = $0
    sub(/^<!-- not run: /, "", reason)
    sub(/ -->[ \t]*$/, "", reason)
    next
  }
  /[^ \t]/ { reason = "" }
' "$readme"

state() { git status --porcelain 2>/dev/null; }
before=$(state)
failed=0 run=0
for block in "$scratch"/block-*.sh; do
  [ -e "$block" ] || continue
  line=$(basename "$block" .sh)
  line=$((10#${line#block-}))
  if grep -qE '^[^#]*\bmake (test|check)\b' "$block"; then
    echo "line $line: make test cannot run inside itself; mark the block <!-- not run: this is the run itself -->"
    failed=$((failed + 1))
    continue
  fi
  echo "== line $line"
  run=$((run + 1))
  CCACHE_DIR=${CCACHE_DIR:-${HOME:-/tmp}/.cache/ccache} HOME=$scratch/home PATH=$build/bin:$PATH \
    bash -euo pipefail "$block" </dev/null || {
    echo "line $line: failed with exit code $?:"
    sed 's/^/    /' "$block"
    failed=$((failed + 1))
  }
done
if [ "$(state)" != "$before" ]; then
  echo "the commands of $name left files in the repository:"
  state
  failed=$((failed + 1))
fi
echo "$run blocks run, $failed failed"
[ "$failed" = 0 ] && [ "$run" -gt 0 ]
