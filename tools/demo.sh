#!/usr/bin/env bash
# What `make demo` shows: tools/demo.sh [FOLDER OF PICTURES]. Expects build/bin/tandem.
set -euo pipefail
cd "$(dirname "$0")/.."

tandem=build/bin/tandem
scratch=build/demo
# Words that no part of the model was trained to choose among.
labels="a cat,a cup of coffee,a rocket,an astronaut,old coins,a motorcycle,the moon,a dog,a ship,an elephant,a street,a page of text"

if [ $# -gt 0 ]; then
  pictures=$1
elif tools/fetch_photographs.sh "$scratch/photographs"; then
  pictures=$scratch/photographs
else
  echo "Debian's package python3-skimage, which holds the demo's photographs, cannot be had; here are pictures that Tandem draws."
  pictures=$scratch/drawn
  tools/draw_pictures.sh "$pictures"
  labels="sunset over the sea,moon in the night sky,tree in a field,red ball,chessboard,house,flower,sailing boat,clock,$labels"
fi

cat <<'TEXT'
The built-in model is small and weak, trained from nothing on two cores (models/tandem-small/README.md). It was never a classifier for
these labels: they are sentences, compared with what it sees.

TEXT
"$tandem" classify "$pictures" --labels "$labels" --templates openai7 --top-k 3 --bars always
cat <<TEXT

It is wrong at times, as you see. make demo PHOTOS=dir says the same about your pictures. And then:
  sort a folder:          $tandem sort run $pictures --into TAXONOMY.toml    (docs/sorting.md)
  train one of your own:  docs/training.md
  a full-size model:      $tandem classify $pictures --labels "a cat,a dog" --model FOLDER    (a CLIP folder of Hugging Face or open_clip, or OpenAI's file)
TEXT
