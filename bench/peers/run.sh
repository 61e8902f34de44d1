#!/bin/sh
# Measures PyTorch and ONNX Runtime beside Tandem, in one run, on one machine,
# with one set of random weights, and prints a Markdown table of ratios.
#
#   bench/peers/run.sh [--venv DIR] [options of peers.py]
#
# --venv DIR  where the peers live; made and filled by pip where it is missing or
#             incomplete. Default: a temporary folder, removed at the end. It must
#             lie outside the repository.
#
# Options of peers.py:
# --tandem F     the program to measure (build/bin/tandem)
# --tokenizer F  bpe_simple_vocab_16e6.txt.gz: real prompts; without it, rows of ids
# --threads N    for each of them (2)
# --rounds N     how often each is asked in turn (5)
# --repeats N    runs of a figure in each round (3)
# --scratch DIR  keeps weights and exported towers there for the next run
#
# PIP_* variables of the environment apply: a torch built for the CPU alone is a
# smaller download and measures the same.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

venv=
if [ "${1:-}" = --venv ]; then
  [ $# -ge 2 ] || { echo "run.sh: --venv needs a folder" >&2; exit 2; }
  venv=$2
  shift 2
fi
case "${1:-}" in
  -h | --help)
    sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
if [ -z "$venv" ]; then
  venv=$(mktemp -d "${TMPDIR:-/tmp}/tandem-peers.XXXXXX")
  trap 'rm -rf "$venv"' EXIT
  trap 'exit 130' INT TERM
fi
venv=$(realpath -m "$venv")
case "$venv/" in
  "$root"/*) echo "run.sh: $venv lies in the repository; name a folder outside it" >&2; exit 2 ;;
esac

python=$venv/bin/python
[ -x "$python" ] || python3 -m venv "$venv"
needed='torch, transformers, onnxruntime, onnx, onnxscript, safetensors, numpy, PIL'
if ! "$python" -c "import importlib.util, sys
sys.exit(not all(map(importlib.util.find_spec, '$needed'.split(', '))))"; then
  "$python" -m pip install --quiet torch transformers onnxruntime onnx onnxscript safetensors \
    numpy Pillow >&2
fi
"$python" "$here/peers.py" --tandem "$root/build/bin/tandem" "$@"
