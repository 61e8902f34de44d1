#!/usr/bin/env bash
# Draws a few plain pictures (PPM, 192x192) into a folder, for a demo without photographs.
set -euo pipefail
out=$1
mkdir -p "$out"
for picture in sunset moon tree ball chessboard house flower boat clock; do
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
    function house() {
      if (y > 150) paint(110, 165, 80); else paint(165, 210, 240)
      if (x > 52 && x < 140 && y > 88 && y < 156) paint(235, 215, 180)
      if (y > 40 && y <= 88 && x > 96 - (y - 40) * 1.2 && x < 96 + (y - 40) * 1.2) paint(170, 60, 45)
      if (x > 64 && x < 86 && y > 102 && y < 124) paint(90, 130, 170)
      if (x > 104 && x < 126 && y > 108 && y < 156) paint(120, 75, 40)
    }
    function flower(  petal) {
      if (y > 168) paint(120, 85, 50); else paint(215, 235, 245)
      if (x > 92 && x < 100 && y > 80 && y < 170) paint(60, 130, 60)
      for (petal = 0; petal < 6; ++petal)
        if (inside(96 + 30 * cos(petal * 1.0472), 72 + 30 * sin(petal * 1.0472), 20)) paint(225, 90, 140)
      if (inside(96, 72, 18)) paint(250, 210, 70)
    }
    function boat() {
      if (y > 128) paint(35, 95 + y / 6, 150); else paint(190, 220, 240)
      if (y >= 116 && y < 146 && x > 36 + (y - 116) && x < 156 - (y - 116)) paint(140, 40, 40)
      if (x > 92 && x < 97 && y > 26 && y < 118) paint(100, 70, 40)
      if (y > 30 && y < 108 && x > 99 && x < 99 + (y - 30) * 0.7) paint(250, 250, 245)
      if (y > 44 && y < 108 && x < 90 && x > 90 - (y - 44) * 0.6) paint(240, 235, 220)
    }
    function clock(  hour) {
      paint(200, 190, 170)
      if (inside(96, 96, 76)) paint(60, 50, 45)
      if (inside(96, 96, 68)) paint(252, 250, 242)
      for (hour = 0; hour < 12; ++hour)
        if (inside(96 + 58 * cos(hour * 0.5236), 96 + 58 * sin(hour * 0.5236), 4)) paint(40, 40, 40)
      if (x > 92 && x < 100 && y > 48 && y < 100) paint(30, 30, 30)
      if (y > 92 && y < 100 && x > 92 && x < 132) paint(30, 30, 30)
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
          if (picture == "house") house()
          if (picture == "flower") flower()
          if (picture == "boat") boat()
          if (picture == "clock") clock()
          printf "%d %d %d\n", red, green, blue
        }
    }' >"$out/$picture.ppm"
done
