#!/usr/bin/env bash
# Memory as the batch grows, and one process beside two:
#
#   bench/train_runs.sh PAIRS [PROGRAM]
#
# PAIRS is a source of pairs as data.train takes it, with at least 32,768 of them. PROGRAM is
# build/bin/tandem unless it is named. Takes some eight minutes on two cores.
set -euo pipefail
pairs=$1 program=$(realpath "${2:-build/bin/tandem}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" tokenizer train --size 6144 "$pairs" --out "$folder/tokenizer" --quiet
cat > "$folder/tiny.json" <<'END'
{"embed_dim": 64,
 "vision_cfg": {"image_size": 32, "patch_size": 8, "width": 64, "layers": 2, "head_width": 32},
 "text_cfg": {"context_length": 32, "width": 64, "layers": 2, "heads": 2}}
END

# The rest is flags; the folder of the last run goes first.
run() {
  rm -rf "$folder/run"
  "$program" train --out "$folder/run" --model.tokenizer "$folder/tokenizer" --data.train "$pairs" \
    --save.every 0 --quiet "$@" > /dev/null
}

echo "two steps of a tiny model, 256 pairs at a time:"
for batch in 256 2048 8192 32768; do
  run --model.architecture "$folder/tiny.json" --schedule.steps 2 --compute.micro_batch 256 --compute.batch_size "$batch" &
  process=$! most=0
  while [ -r "/proc/$process/status" ]; do
    now=$(cat "/proc/$process/task/$process/children" 2> /dev/null || true)
    for child in $now; do
      kib=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$child/status" 2> /dev/null || true)
      if [ "${kib:-0}" -gt "$most" ]; then most=$kib; fi
    done
    sleep 0.05
  done
  wait "$process"
  echo "batch $batch: at most $((most / 1024)) MiB"
done

# Steps after the second: pairs a second, and the share of their time that waited for data.
rate() {
  sed -n 's/.*"seconds":\([0-9.e-]*\),"waited_seconds":\([0-9.e-]*\).*/\1 \2/p' "$folder/run/log.jsonl" |
    awk -v name="$1" 'NR > 2 { seconds += $1; waited += $2; n++ }
      END { printf "%s: %.1f pairs/s, %.3f %% waiting\n", name, 256 * n / seconds, 100 * waited / seconds }'
}

echo "ViT-XS-16-112, 256 pairs a step:"
for round in 1 2; do
  run --model.architecture ViT-XS-16-112 --schedule.steps 8 --threads 1
  rate "round $round, one process with one thread"
  run --model.architecture ViT-XS-16-112 --schedule.steps 8 --threads 1 --nproc 2
  rate "round $round, two processes with one thread each"
done
