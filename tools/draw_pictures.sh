#!/usr/bin/env bash
# Draws a few plain pictures (PPM, 192x192) into a folder, for a demo without photographs.
set -euo pipefail
out=$1
mkdir -p "$out"
for picture in sunset moon tree ball chessboard; do
  awk -v picture=$picture '
    function inside(cx, cy, r) { return (x - cx) ^ 2 + (y - cy) ^ 2 < r * r }
    function paint(r, g, b) { red = r; green = g; blue = b }
    function sunset() {
      if (y > 120) paint(30, 60 + y / 4, 110); else paint(255, 190 - y, 60 + y / 3)
      if (y <= 120 && inside(96, 112, 34)) paint(255, 230, 120)
      if (y > 120 && x > 84 && x < 108 && y % 6 < 3) paint(250, 200, 120)
    }
    function moon() {
      paint(8, 10, 30)
      if ((x * 7919 + y * 104729) % 1201 == 0) paint(230, 230, 255)
      if (inside(96, 84, 52)) paint(225, 222, 205)
      if (inside(80, 70, 12) || inside(118, 98, 15) || inside(98, 112, 7)) paint(185, 182, 170)
    }
    function tree() {
      if (y > 136) paint(95, 160, 70); else paint(150, 200, 240)
      if (x > 88 && x < 104 && y > 90 && y < 160) paint(100, 65, 35)
      if (inside(96, 66, 36) || inside(70, 84, 24) || inside(122, 84, 24)) paint(40, 115, 45)
    }
    function ball() {
      paint(240, 240, 240)
      if (inside(104, 150, 52) && y > 140) paint(205, 205, 205)
      if (inside(96, 96, 54)) paint(200 + (x < 96) * 20, 25, 30)
      if (inside(76, 74, 9)) paint(255, 235, 235)
    }
    function chessboard() {
      if ((int(x / 24) + int(y / 24)) % 2) paint(60, 40, 25); else paint(240, 220, 180)
    }
    BEGIN {
      print "P3\n192 192\n255"
      for (y = 0; y < 192; ++y)
        for (x = 0; x < 192; ++x) {
          if (picture == "sunset") sunset()
          if (picture == "moon") moon()
          if (picture == "tree") tree()
          if (picture == "ball") ball()
          if (picture == "chessboard") chessboard()
          printf "%d %d %d\n", red, green, blue
        }
    }' >"$out/$picture.ppm"
done
