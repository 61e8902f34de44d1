#!/usr/bin/env bash
# tests/verify/golden.sh PROGRAM FOLDER BACKEND: holds the program against every golden case below FOLDER.
set -uo pipefail
program=$1 folder=$2 backend=$3
if [ ! -d "$folder" ]; then
  echo "skipped: there is no folder $folder"
  exit 77
fi
exec "$program" verify "$folder" --backend "$backend"
