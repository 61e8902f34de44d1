#!/usr/bin/env bash
# bench/illustrate.sh DATA VALIDATION MODEL...: how well figures of textbooks are found by what their books say.
#
# DATA is a folder with eval-openstax.tar and origins.tsv (its samples name their source); VALIDATION is the
# tar that models/recipe/split.py keeps from training, with further figures of textbooks. For each model: the
# constants of the calibration, fitted on VALIDATION's figures; then recall, "none" and their rivals on the
# figures of eval-openstax.tar, asked for by their captions (text 2) and by their alt texts (text 1); then the
# rules of cutting text and adding titles on the same, to look at: nothing is chosen or fitted there. kFitLinks of
# src/illustrate/fit.cpp is what --fit says of the model that comes with Tandem.
set -euo pipefail
data=$1 validation=$2
shift 2
tandem=$(dirname "$0")/../build/bin/tandem
for model in "$@"; do
  common=(--model "$model" --origins "$data/origins.tsv" --quiet)
  echo "== $model: constants fitted on figures of no training"
  "$tandem" eval illustrate "$validation" --source openstax --source openstax_nc "${common[@]}" --fit
  for text in 2 1; do
    for options in "" "--min-confidence 0.2" "--no-names"; do
      echo "== $model: other figures of no training, text $text $options"
      # shellcheck disable=SC2086
      "$tandem" eval illustrate "$data/eval-openstax.tar" "${common[@]}" --text "$text" $options
    done
  done
  for text in 2 1; do
    echo "== $model: rules, text $text"
    "$tandem" eval illustrate "$data/eval-openstax.tar" "${common[@]}" --rules --text "$text"
  done
done
