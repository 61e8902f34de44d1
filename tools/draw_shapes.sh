#!/usr/bin/env bash
# Draws pictures of coloured shapes (PPM, 48x48) with a caption beside each (.txt): a data set that a
# tiny model learns in a minute. tools/draw_shapes.sh FOLDER COUNT [SEED]
set -euo pipefail
out=$1 count=$2 seed=${3:-1}
mkdir -p "$out"
awk -v out="$out" -v count="$count" -v seed="$seed" '
  function pick(n) { return int(rand() * n) }
  function inside(shape, dx, dy, r) {
    if (shape == "circle") return dx * dx + dy * dy < r * r
    if (shape == "ring") return dx * dx + dy * dy < r * r && dx * dx + dy * dy > r * r / 3
    if (shape == "square") return dx < r * .9 && dx > -r * .9 && dy < r * .9 && dy > -r * .9
    if (shape == "cross") return (dx < r / 3 && dx > -r / 3 && dy < r && dy > -r) || (dy < r / 3 && dy > -r / 3 && dx < r && dx > -r)
    return dy < r * .8 && dy > -r + 2 * (dx < 0 ? -dx : dx)  # triangle
  }
  BEGIN {
    srand(seed)
    colors = split("red green blue yellow purple", color, " ")
    split("220,40,40 40,160,60 50,70,220 235,205,40 150,50,170", rgb, " ")
    shapes = split("circle ring square cross triangle", shape, " ")
    grounds = split("white grey black", ground, " ")
    split("245 150 20", grey, " ")
    forms = split("a %s %s on %s|a picture of a %s %s on a %s ground|%s %s, %s behind it", form, "|")
    for (i = 0; i < count; ++i) {
      c = 1 + pick(colors); s = 1 + pick(shapes); g = 1 + pick(grounds)
      split(rgb[c], paint, ",")
      x0 = 16 + pick(16); y0 = 16 + pick(16); r = 9 + pick(6)
      name = sprintf("%s/%05d", out, i)
      printf form[1 + pick(forms)] "\n", color[c], shape[s], ground[g] > (name ".txt")
      close(name ".txt")
      picture = name ".ppm"
      print "P3\n48 48\n255" > picture
      for (y = 0; y < 48; ++y)
        for (x = 0; x < 48; ++x)
          for (k = 1; k <= 3; ++k) {
            value = inside(shape[s], x - x0, y - y0, r) ? paint[k] : grey[g]
            value += pick(17) - 8
            print (value < 0 ? 0 : value > 255 ? 255 : value) > picture
          }
      close(picture)
    }
  }'
