#!/usr/bin/env bash
# The README's pictures of each job, from nothing: tools/draw_job_pictures.sh MODEL [OUT=docs/images]
# Expects build/bin/tandem, chromium, cmark-gfm, imagemagick and pngquant. Writes OUT/{search,sort,describe,illustrate}.png.
# The pictures in them are tools/draw_pictures.sh's: others' are not kept here.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: tools/draw_job_pictures.sh MODEL [OUT]" >&2; exit 2; }
root=$(realpath "$(dirname "$0")/..")
model=$(realpath "$1") out=$(realpath "${2:-$root/docs/images}")
cd "$root"
tandem=$PWD/build/bin/tandem
for program in "$tandem" chromium cmark-gfm convert pngquant; do
  command -v "$program" >/dev/null || { echo "$program: is not there; install or build it" >&2; exit 1; }
done
scratch=$PWD/build/job_pictures
pictures=$scratch/pictures
width=1100

rm -rf "$pictures"
tools/draw_pictures.sh "$pictures"
mogrify -format png "$pictures"/*.ppm
rm "$pictures"/*.ppm

# draw PAGE NAME: the whole page in light colours, as a picture of few colours. It must be shorter than the window.
draw() {
  local shot=$scratch/shot.png bottom
  rm -f "$shot"
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --blink-settings=preferredColorScheme=1 \
    --user-data-dir="$scratch/chromium" --window-size=$width,2000 --screenshot="$shot" "file://$1" >/dev/null 2>&1
  # Chromium keeps a strip at the bottom to itself; what is empty above it goes, too.
  convert "$shot" -crop ${width}x1800+0+0 +repage "$shot"
  bottom=$(convert "$shot" -bordercolor "$(convert "$shot" -format '%[pixel:p{0,0}]' info:)" -border 1 -format '%@' info: |
    sed 's/^[0-9]*x\([0-9]*\)+[0-9]*+\([0-9]*\)$/\1 + \2/')
  convert "$shot" -crop ${width}x$((bottom + 23))+0+0 +repage "$shot"
  pngquant --force --speed 1 --strip --floyd=0.5 --output "$out/$2.png" 80 "$shot"
  echo "$out/$2.png: $(identify -format '%wx%h' "$out/$2.png"), $(stat -c %s "$out/$2.png") bytes"
}

draw_search() {
  rm -f "$scratch"/library.db*
  "$tandem" index "$pictures" --db "$scratch/library.db" --model "$model"
  "$tandem" search "the moon in a dark sky" --all --top-k 4 --db "$scratch/library.db" --model "$model" \
    --html "$scratch/search.html"
  draw "$scratch/search.html" search
}

draw_sort() {
  cat >"$scratch/kinds.toml" <<'END'
[[category]]
name = "sky and sea"
descriptions = ["a sunset", "the moon", "the sea", "a boat on the water"]

[[category]]
name = "plants"
descriptions = ["a flower", "a tree", "a plant"]

[[category]]
name = "buildings"
descriptions = ["a house", "a building"]

[[category]]
name = "things"
descriptions = ["a ball", "a clock", "a chessboard"]
END
  (cd "$scratch" && "$tandem" sort run pictures --into kinds.toml --report sort.html --report-pictures 4 --model "$model")
  draw "$scratch/sort.html" sort
}

draw_describe() {
  local page=$pictures/page.html picture
  echo '<!doctype html><html lang="en"><title>Our year</title><h1>Our year</h1>' >"$page"
  for picture in boat.png flower.png house.png; do
    echo "<p>Text <img src=\"$picture\"> and text.</p>" >>"$page"
  done
  echo '<p><a href="times.html"><img src="clock.png"></a></p>' >>"$page"
  (cd "$pictures" && "$tandem" describe --html page.html --out "$scratch/described.html" \
    --report "$scratch/describe.html" --model "$model" 2>/dev/null)
  rm "$page"
  draw "$scratch/describe.html" describe
}

draw_illustrate() {
  local lesson=$scratch/lesson
  mkdir -p "$lesson"
  "$tandem" illustrate examples/illustrate/lesson.md --from examples/illustrate/pictures \
    --alts examples/illustrate/words.csv --sources examples/illustrate/words.csv --out "$lesson/lesson.md" --model "$model"
  # Without the front matter, which is no Markdown.
  awk 'NR == 1 && /^---$/ { skip = 1; next } skip && /^---$/ { skip = 0; next } !skip' "$lesson/lesson.md" >"$lesson/body.md"
  {
    cat <<'END'
<!doctype html><html lang="en"><meta charset="utf-8"><title>Looking up</title><style>
body { margin: 0; padding: 1.5rem 2.5rem; background: #fff; color: #1b1f24; columns: 2; column-gap: 3rem;
  font: 15px/1.45 Georgia, "DejaVu Serif", serif; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 1rem 0 .4rem; break-after: avoid; }
p, ul { margin: .5rem 0; }
li { break-inside: avoid; }
img { display: block; width: 150px; margin: .3rem 0; border-radius: 4px; }
table { border-collapse: collapse; break-inside: avoid; font-size: .85em; }
th, td { padding: .2rem .7rem; text-align: left; border: 1px solid #dde1e6; }
blockquote { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid #dde1e6; }
</style>
END
    cmark-gfm --extension table "$lesson/body.md"
  } >"$lesson/lesson.html"
  draw "$lesson/lesson.html" illustrate
}

mkdir -p "$out" "$scratch"
draw_search
draw_sort
draw_describe
draw_illustrate
