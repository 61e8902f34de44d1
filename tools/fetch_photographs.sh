#!/usr/bin/env bash
# Real photographs from Debian's scikit-image, unpacked and not installed: tools/fetch_photographs.sh FOLDER [NAME[:NEW NAME]...]
# Without names, those that `make demo` shows. Fails where the package cannot be had; what is in FOLDER
# already is not fetched again.
set -euo pipefail
folder=$1
shift
[ $# -gt 0 ] || set -- chelsea.png:cat.png coffee.png rocket.jpg astronaut.png coins.png \
  motorcycle_left.png:motorcycle.png page.png moon.png

missing=()
for pair in "$@"; do
  [ -f "$folder/${pair#*:}" ] || missing+=("$pair")
done
[ ${#missing[@]} -eq 0 ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
download() { (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download python3-skimage) >/dev/null 2>&1; }
# An image without package lists fetches them once, if it may.
download || { apt-get -qq update >/dev/null 2>&1 && download; } || exit 1
dpkg-deb --fsys-tarfile "$work"/python3-skimage_*.deb |
  tar -x -C "$work" --strip-components=7 --wildcards './usr/lib/python3/dist-packages/skimage/data/*'
mkdir -p "$folder"
for pair in "${missing[@]}"; do
  cp "$work/${pair%:*}" "$folder/${pair#*:}"
done
