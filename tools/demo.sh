#!/usr/bin/env bash
# What `make demo` shows: tools/demo.sh [FOLDER OF PICTURES]. Expects build/bin/tandem.
set -euo pipefail
cd "$(dirname "$0")/.."

tandem=build/bin/tandem
model=../shared/model/bootstrap
scratch=build/demo
labels="cat,cup of coffee,rocket,astronaut,coins,motorcycle,moon,dog,airplane,elephant"

# Real photographs, public domain or CC0, from Debian's scikit-image: unpacked, not installed.
# Returns false where the package cannot be had.
fetch_photographs() {
  local photographs=$scratch/photographs work=$scratch/package
  [ -f "$photographs/moon.png" ] && return 0
  rm -rf "$work"
  mkdir -p "$work" "$photographs"
  download() { (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download python3-skimage) >/dev/null 2>&1; }
  # An image without package lists fetches them once, if it may.
  download || { apt-get -qq update >/dev/null 2>&1 && download; } || return 1
  dpkg-deb --fsys-tarfile "$work"/python3-skimage_*.deb |
    tar -x -C "$work" --strip-components=7 --wildcards './usr/lib/python3/dist-packages/skimage/data/*' || return 1
  local pair
  for pair in chelsea.png:cat.png coffee.png rocket.jpg astronaut.png coins.png \
    motorcycle_left.png:motorcycle.png moon.png; do
    cp "$work/${pair%:*}" "$photographs/${pair#*:}" || return 1
  done
  rm -rf "$work"
}

# How many values of the reference implementations Tandem reproduces; all that failed where any did.
verify_kept() {
  local said
  said=$("$tandem" verify tests/golden) || { echo "$said"; return 1; }
  echo "Held against the values that the reference implementations give, from pixels and tokens to probabilities:"
  tail -n 1 <<<"$said"
}

if [ ! -d "$model" ]; then
  echo "There is no trained model at $model, so this demo runs the golden models that the project keeps."
  verify_kept
  echo
  echo "With a model of yours:"
  echo "  $tandem inspect MODEL"
  echo "  $tandem classify PICTURE --model MODEL --labels \"a cat,a dog\""
  exit 0
fi

if [ $# -gt 0 ]; then
  pictures=$1
elif fetch_photographs; then
  pictures=$scratch/photographs
else
  echo "Debian's package python3-skimage, which holds the demo's photographs, cannot be had; here are pictures that Tandem draws."
  pictures=$scratch/drawn
  tools/draw_pictures.sh "$pictures"
  labels="sunset over the sea,moon in the night sky,tree in a field,red ball,chessboard,$labels"
fi

cat <<'TEXT'
The model is a small, weak one (8.4 million parameters, trained for 76 minutes on two cores): it names one of ten
CIFAR-10 classes right for 25.0% of pictures (chance 10%), one of 100 Caltech-101 classes, which its training saw, for 23.1%.
Expect mistakes; any published CLIP does better with the same command.

TEXT
"$tandem" classify "$pictures" --model "$model" --labels "$labels" --templates openai7 --top-k 3

echo
verify_kept
cat <<TEXT

Go on:
  make demo PHOTOS=dir    says the same about your pictures
  $tandem classify $pictures --model $model --labels "indoors,outdoors"    takes your labels
  $tandem --help    names everything else
TEXT
