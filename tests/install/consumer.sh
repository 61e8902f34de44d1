#!/usr/bin/env bash
# tests/install/consumer.sh BUILD: installs what BUILD holds, builds examples/classify against the installed
# package alone, and runs it and the installed program.
set -euo pipefail

build=$1
source=$PWD
scratch=$build/consumer
prefix=$scratch/prefix
model=$source/tests/golden/zero_shot/one_template/hf
picture=$source/tests/golden/zero_shot/one_template/images/0_rgb_50x38.png
rm -rf "$scratch"

cmake --install "$build" --prefix "$prefix" >/dev/null
# The package must stand on its own: it is moved away from where it was installed, and the example is built
# outside the repository's CMake project.
mv "$prefix" "$prefix-moved"
prefix=$prefix-moved
if grep -rn "$source" "$prefix/lib/cmake" "$prefix/include"; then
  echo "the installed package names the source folder (above)"
  exit 1
fi
cp -r "$source/examples/classify" "$scratch/classify"
cmake -S "$scratch/classify" -B "$scratch/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$scratch/build"

said=$("$scratch/build/classify" "$model" "$picture" "a cat" "a dog" "a hot air balloon")
echo "$said"
# One line per label, and probabilities that sum to one.
awk '{ sum += $1; ++lines } END { exit !(lines == 3 && sum > 0.99 && sum < 1.01) }' <<<"$said"

"$prefix/bin/tandem" --version
"$prefix/bin/tandem" classify "$picture" --model "$model" --labels "a cat,a dog" --json | grep -q '"probability"'
