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
# The long options in a text, one a line; a page writes its hyphens as \-. Those with a dot are keys of
# run.toml, which docs/run_config.md lists.
options() { sed 's/\\-/-/g' | grep -oE '(^|[^-a-z])--[a-z][a-z0-9._-]*' | grep -oE -- '--.*' | grep -vF . | sort -u; }

# CLI11 lists subcommands under this heading, two spaces in.
subcommands() { awk '/^Subcommands:/ { on = 1; next } /^[^ ]/ { on = 0 } on && /^  [a-z]/ { print $1 }' | sort; }
verbs=$("$program" --help | subcommands)
[ -n "$verbs" ]
same "the verbs" "$verbs" "$(sed -n 's/^\.SS tandem \([a-z]*\).*/\1/p' "$page" | sort -u)"

common=$(sed -n '/^\.SH COMMON OPTIONS/,/^\.SH EXIT/p' "$page" | grep -E '^\.BI? .*\\-\\-' | options)
check() {  # check VERB [VERB]: the options of a verb, or of a verb's verb, in the section of that name
  # Arguments follow in capitals, brackets or behind an escaped hyphen.
  written=$(sed -nE "/^\.SS tandem $*( [^a-z].*)?$/,/^\.S[SH]/p" "$page" | grep -E '^\.BI? ' | options || true)
  said=$("$program" "$@" --help | grep -E '^ +(-[a-z],)?--' | sed -E 's/^( *[^ ]+).*/\1/' | options | grep -vx -e --help || true)
  # What the section leaves to the common options.
  own=$(grep -vxF -f <(echo "$common") <<<"$said" || true)
  same "the options of $*" "$own" "$(grep -vxF -f <(echo "$common") <<<"$written" || true)"
}
for verb in $verbs; do
  check "$verb"
  for part in $("$program" "$verb" --help | subcommands); do check "$verb" "$part"; done
done
exit $failed
