#!/usr/bin/env python3
"""draw_curves.py --title T --x LABEL --y LABEL [--percent] [--log-x] [--chance Y] NAME:X:Y[:SCALE]=LOG[,LOG...] ...

Curves of JSON Lines as an SVG page on stdout, light or dark as its reader's system is.  X and Y are
keys of a line, with ">" between a key and one inside it ("metrics>zeroshot/eval-cifar10/top1");
lines without them are passed over.  Several logs are one run that went on: each begins at the X
where the one before ended.  SCALE multiplies X."""
import argparse
import html
import json
import math

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 48, 56
# Told apart by most colour-blind readers; each has a darker twin for light pages.
COLOURS = [("#1f6fb4", "#6fb7f2"), ("#b3541e", "#f0a06a"), ("#2f7d4f", "#7fd09d"), ("#7a4fa3", "#c5a3ea"),
           ("#8a6d00", "#e0c14d")]


def value(line, path):
    for key in path.split(">"):
        if not isinstance(line, dict) or key not in line:
            return None
        line = line[key]
    return line


def points(spec):
    head, files = spec.split("=", 1)
    name, x_key, y_key, *scale = head.split(":")
    scale = float(scale[0]) if scale else 1.0
    result, begin = [], 0.0
    for file in files.split(","):
        last = 0.0
        for text in open(file, encoding="utf-8"):
            line = json.loads(text)
            x, y = value(line, x_key), value(line, y_key)
            last = max(last, (x or 0) * scale)
            if x is not None and y is not None:
                result.append((begin + x * scale, y))
        begin += last
    # Of steps that were done twice after a restart, the later ones count.
    return name, sorted(dict(result).items())


def nice_step(span, count):
    rough = span / count
    size = 10 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)


def ticks(low, high, count=5):
    step = nice_step(high - low, count)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low, high):
    all_ticks = [m * 10.0 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                 for m in (1, 2, 5)]
    return [t for t in all_ticks if low <= t <= high]


class Axis:
    def __init__(self, values, begin, end, logarithmic=False):
        self.log = logarithmic
        low, high = min(values), max(values)
        if high == low:
            high = low + 1
        self.ticks = log_ticks(low, high) if logarithmic else ticks(low, high)
        self.low, self.high, self.begin, self.end = self.scaled(low), self.scaled(high), begin, end

    def scaled(self, x):
        return math.log(x) if self.log else x

    def at(self, x):
        return self.begin + (self.scaled(x) - self.low) / (self.high - self.low) * (self.end - self.begin)


def label(x, percent=False):
    return f"{100 * x:g}%" if percent else f"{x:g}"


def spread(places, apart):
    """Moves labels so that none covers another."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, after in zip(order, order[1:]):
        moved[after] = max(moved[after], moved[before] + apart)
    return moved


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("title", "x", "y"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--percent", action="store_true")
    parser.add_argument("--log-x", action="store_true")
    parser.add_argument("--chance", type=float)
    parser.add_argument("curves", nargs="+", metavar="NAME:X:Y[:SCALE]=LOG[,LOG...]")
    arguments = parser.parse_args()

    curves = [points(spec) for spec in arguments.curves]
    if arguments.log_x:  # which has no zero
        curves = [(name, [(x, y) for x, y in curve if x > 0]) for name, curve in curves]
    xs = [x for _, curve in curves for x, _ in curve]
    ys = [y for _, curve in curves for _, y in curve] + ([0.0] if arguments.percent else [])
    across = Axis(xs if arguments.log_x else xs + [0.0], LEFT, WIDTH - RIGHT, arguments.log_x)
    up = Axis(ys, HEIGHT - BOTTOM, TOP)

    say = html.escape
    colours = "".join(f".c{i}{{stroke:{light}}}.t{i}{{fill:{light}}}" for i, (light, _) in enumerate(COLOURS))
    dark = "".join(f".c{i}{{stroke:{dark}}}.t{i}{{fill:{dark}}}" for i, (_, dark) in enumerate(COLOURS))
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{say(arguments.title)}">')
    print("<style>text{font:13px sans-serif;fill:#333}.title{font-size:16px;font-weight:600}.grid{stroke:#ddd}"
          f".paper{{fill:#fff}}path{{fill:none;stroke-width:2}}{colours}"
          "@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3a3a}.paper{fill:#161616}"
          f"{dark}}}</style>")
    print(f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>')
    print(f'<text class="title" x="{LEFT}" y="26">{say(arguments.title)}</text>')
    for y in up.ticks:
        print(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up.at(y):.1f}" y2="{up.at(y):.1f}"/>'
              f'<text x="{LEFT - 8}" y="{up.at(y) + 4:.1f}" text-anchor="end">{label(y, arguments.percent)}</text>')
    for x in across.ticks:
        print(f'<text x="{across.at(x):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{label(x)}</text>')
    print(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{say(arguments.x)}</text>')
    print(f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{say(arguments.y)}</text>')
    if arguments.chance is not None:
        y = up.at(arguments.chance)
        print(f'<line class="grid" stroke-dasharray="5 4" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
              f'<text x="{WIDTH - RIGHT + 8}" y="{y + 4:.1f}">chance</text>')
    ends = spread([up.at(curve[-1][1]) for _, curve in curves], 16)
    for i, ((name, curve), end) in enumerate(zip(curves, ends)):
        place = " L".join(f"{across.at(x):.1f} {up.at(y):.1f}" for x, y in curve)
        colour = i % len(COLOURS)
        print(f'<path class="c{colour}" d="M{place}"/>'
              f'<text class="t{colour}" x="{across.at(curve[-1][0]) + 8:.1f}" y="{end + 4:.1f}">{say(name)}</text>')
    print("</svg>")


main()
