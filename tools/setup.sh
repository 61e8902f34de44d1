#!/usr/bin/env bash
# Installs the Debian 12 packages that a part of Tandem's work needs: tools/setup.sh build|test|check...
# Says nothing and needs no rights where they are there already.
set -euo pipefail

# Why each library: DESIGN's table of dependencies, cmake/Dependencies.cmake.
declare -A groups=(
  [build]="g++ cmake ninja-build ccache pkg-config libjpeg-dev libwebp-dev
           libtiff-dev libheif-dev libavif-dev libexif-dev libutf8proc-dev zlib1g-dev libxxhash-dev
           libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libsqlite3-dev libexempi-dev
           libcmark-dev libgumbo-dev libfaiss-dev"
  [test]="libgtest-dev libtorch-dev libopenblas0-openmp libgloo-dev"
  [check]="clang libclang-rt-14-dev"
)

wanted=""
for group in "$@"; do
  if [ -z "${groups[$group]:-}" ]; then
    echo "usage: tools/setup.sh build|test|check..." >&2
    exit 2
  fi
  wanted+=" ${groups[$group]}"
done

present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true)
missing=""
for package in $wanted; do
  grep -qx "installed $package" <<<"$present" || missing+=" $package"
done
[ -n "$missing" ] || exit 0

# How to become root: not at all, by sudo, or by sudo that may ask for a password.
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as_root="sudo"
else
  echo "Tandem needs packages that only root can install; run as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing$missing"
# A third-party source that does not answer is no reason to stop: the installation decides.
$as_root apt-get update -qq || true
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null
