#!/usr/bin/env bash
# What keeping a library costs: encoding beside `tandem embed`, a run with nothing to do, memory as the
# collection grows, and what f16 and int8 lose on a model's own embeddings.
#
#   bench/library.sh PICTURES MODEL [PROGRAM]
#
# PICTURES is a tar of pictures or a folder of them, MODEL a trained model (for what storing loses). Needs
# python3 with numpy. Takes ten minutes on two busy cores, most of
# it for making the small pictures.
set -euo pipefail
pictures=$(realpath "$1") model=$(realpath "$2") program=$(realpath "${3:-build/bin/tandem}")
tiny=$(realpath "$(dirname "$0")/../tests/golden/zero_shot/one_template/hf")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

if [ -d "$pictures" ]; then ln -s "$pictures" real; else mkdir real && tar -xf "$pictures" -C real; fi
seconds() { ${PYTHON:-python3} -c 'import json, sys; print(json.load(sys.stdin)["seconds"])'; }
count=$(find -L real -type f ! -name '*.json' ! -name '*.txt' | wc -l)

echo "$count pictures with $(basename "$model"), seconds (each twice):"
for _ in 1 2; do
  rm -f real.db
  start=$(date +%s.%N)
  "$program" embed real --normalise --out plain.npy --model "$model" --quiet > /dev/null
  end=$(date +%s.%N)
  echo "  tandem embed $(${PYTHON:-python3} -c "print(f'{$end - $start:.1f}')"), tandem index $("$program" index real --db real.db --model "$model" --json --quiet | seconds)"
done
"$program" index real --db small.db --model "$model" --store int8 --quiet > /dev/null

echo "what storing loses, all pairs of pictures against the exact embeddings:"
for db in real small; do "$program" library export --db $db.db --to $db.npy --quiet > /dev/null; done
${PYTHON:-python3} - << 'END'
import json
import numpy
plain = numpy.load("plain.npy").astype("f8")
rows = {json.dumps(p.split("/")[-1]): i for i, p in enumerate(json.load(open("plain.json"))["rows"])}
for name, store in (("real", "f16"), ("small", "int8")):
    stored = numpy.load(name + ".npy").astype("f8")
    order = [rows[json.dumps(json.loads(line)["path"].split("/")[-1])] for line in open(name + ".npy.jsonl")]
    exact = plain[order]
    cosines, kept = exact @ exact.T, exact @ stored.T
    numpy.fill_diagonal(cosines, -1)
    numpy.fill_diagonal(kept, -1)
    off = numpy.abs(cosines - kept)
    top = numpy.argsort(-cosines)[:, :10]
    found = numpy.argsort(-kept)[:, :10]
    recall = numpy.mean([len(set(a) & set(b)) / 10 for a, b in zip(top, found)])
    print(f"  {store}: cosine off by {off.mean():.1e} in the mean, {off.max():.1e} at most; top 10 kept {recall:.2%}, "
          f"first kept {numpy.mean(top[:, 0] == found[:, 0]):.2%}")
END

echo "small made-up pictures with the tests' tiny model:"
${PYTHON:-python3} - << 'END'
import os, random, struct, zlib
random.seed(1)
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
for i in range(100000):
    os.makedirs(f"many/{i // 1000}", exist_ok=True)
    rows = b"".join(b"\0" + random.randbytes(8) for _ in range(8))
    with open(f"many/{i // 1000}/{i}.png", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
END
measure() {  # measure NAME DB DIR...: seconds and the most memory
  local name=$1 db=$2
  shift 2
  "$program" index "$@" --db "$db" --model "$tiny" --json --quiet > line &
  local process=$! most=0 now
  while now=$(awk '/^RssAnon/ { print $2 }' /proc/$process/status 2> /dev/null) && [ -n "$now" ]; do
    [ "$now" -le "$most" ] || most=$now
    sleep 0.1
  done
  wait $process
  echo "  $name: $(seconds < line) s, at most $((most / 1024)) MiB of its own memory"
}
measure "10,000, new" ten.db many/{0..9}
measure "100,000, new" many.db many
measure "100,000, nothing to do" many.db many
echo "  the library of 100,000: $(($(stat -c %s many.db) / 1024 / 1024)) MiB"
