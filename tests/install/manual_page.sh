#!/usr/bin/env bash
# tests/install/manual_page.sh PROGRAM: docs/tandem.1 and --help name the same verbs and the same options.
set -euo pipefail
program=$1
page=docs/tandem.1
failed=0

same() {  # same WHAT SAID WRITTEN: two sorted lists
  if ! diff <(echo "$2") <(echo "$3"); then
    echo "$1: the help (<) and $page (>) differ"
    failed=1
  fi
}
# The long options in a text, one a line; a page writes its hyphens as \-.
options() { sed 's/\\-/-/g' | grep -oE '(^|[^-a-z])--[a-z][a-z0-9-]*' | grep -oE -- '--.*' | sort -u; }

# CLI11 lists subcommands under this heading, two spaces in.
verbs=$("$program" --help | awk '/^Subcommands:/ { on = 1; next } /^[^ ]/ { on = 0 } on && /^  [a-z]/ { print $1 }' | sort)
[ -n "$verbs" ]
same "the verbs" "$verbs" "$(sed -n 's/^\.SS tandem \([a-z]*\).*/\1/p' "$page" | sort -u)"

common=$(sed -n '/^\.SH COMMON OPTIONS/,/^\.SH EXIT/p' "$page" | grep -E '^\.BI? .*\\-\\-' | options)
for verb in $verbs; do
  written=$(sed -n "/^\.SS tandem $verb\b/,/^\.S[SH]/p" "$page" | grep -E '^\.BI? ' | options || true)
  said=$("$program" "$verb" --help | grep -E '^ +(-[a-z],)?--' | sed -E 's/^( *[^ ]+).*/\1/' | options | grep -vx -e --help || true)
  # What the section leaves to the common options.
  own=$(grep -vxF -f <(echo "$common") <<<"$said" || true)
  same "the options of $verb" "$own" "$(grep -vxF -f <(echo "$common") <<<"$written" || true)"
done
exit $failed
