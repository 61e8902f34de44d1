#!/usr/bin/env bash
# tests/install/manual_page.sh PROGRAM: every verb that `tandem --help` lists has its entry in docs/tandem.1,
# and every entry is a verb.
set -euo pipefail
program=$1
page=docs/tandem.1
# CLI11 lists subcommands under this heading, two spaces in.
said=$("$program" --help | awk '/^Subcommands:/ { on = 1; next } /^[^ ]/ { on = 0 } on && /^  [a-z]/ { print $1 }' | sort)
written=$(sed -n 's/^\.SS tandem \([a-z]*\).*/\1/p' "$page" | sort -u)
if [ -z "$said" ]; then
  echo "no verb found in the output of $program --help"
  exit 1
fi
diff <(echo "$said") <(echo "$written") || {
  echo "$page and tandem --help name different verbs (<: help, >: manual page)"
  exit 1
}
