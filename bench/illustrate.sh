#!/usr/bin/env bash
# bench/illustrate.sh DATA MODEL...: how well figures of textbooks are found by what their books say.
#
# DATA is a folder with train-*.tar, eval-openstax.tar and origins.tsv (its samples name their source).
# For each model: the rules of cutting text and adding titles, compared on training figures; the constants of
# the calibration, fitted on training figures; then recall, "none" and their rivals on the figures of
# eval-openstax.tar, asked for by their captions (text 2) and by their alt texts (text 1). Nothing is chosen or
# fitted on those. kFitLinks of src/illustrate/fit.cpp is what --fit says of the model that comes with Tandem.
set -euo pipefail
data=$1
shift
tandem=$(dirname "$0")/../build/bin/tandem
train=("$data/train-{0000..0006}.tar" --source openstax)
for model in "$@"; do
  common=(--model "$model" --origins "$data/origins.tsv" --quiet)
  for text in 2 1; do
    echo "== $model: rules on training figures, text $text"
    "$tandem" eval illustrate "${train[@]}" "${common[@]}" --rules --text "$text"
  done
  echo "== $model: constants fitted on training figures"
  "$tandem" eval illustrate "${train[@]}" "${common[@]}" --fit
  for text in 2 1; do
    for options in "" "--min-confidence 0.2" "--no-names"; do
      echo "== $model: figures of no training, text $text $options"
      # shellcheck disable=SC2086
      "$tandem" eval illustrate "$data/eval-openstax.tar" "${common[@]}" --text "$text" $options
    done
  done
done
