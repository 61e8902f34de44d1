#!/usr/bin/env python3
"""How many altered copies `tandem duplicates` finds, and how many other pictures it takes for copies.

    python3 bench/duplicates.py DATA.tar [DATA.tar...] [--model M] [--tandem build/bin/tandem] [--copies N]

All pictures of the tars are one library, with six altered copies (Pillow) of each of the first N
(60). Prints for each kind of change the share that is in a near group with its original, and the
near groups that hold different pictures.
"""
import argparse
import collections
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile

from PIL import Image, ImageEnhance

CHANGES = {
    "three fifths of the size": lambda im: (im.resize((im.width * 3 // 5, im.height * 3 // 5), Image.LANCZOS), "png", {}),
    "twice the size, JPEG 70": lambda im: (im.resize((im.width * 2, im.height * 2), Image.BICUBIC), "jpeg", {"quality": 70}),
    "JPEG 40": lambda im: (im, "jpeg", {"quality": 40}),
    "15% brighter": lambda im: (ImageEnhance.Brightness(im).enhance(1.15), "png", {}),
    "2% cropped on each side": lambda im: (crop(im, 50), "png", {}),
    "10% cropped on each side": lambda im: (crop(im, 10), "png", {}),
}


def crop(im, part):
    x, y = im.width // part, im.height // part
    return im.crop((x, y, im.width - x, im.height - y))


def fill(folder, tars, copies):
    number = 0
    for path in tars:
        with tarfile.open(path) as tar:
            for member in tar:
                if not member.name.endswith((".jpg", ".webp", ".png")):
                    continue
                picture = tar.extractfile(member).read()
                (folder / f"{number}-original{pathlib.Path(member.name).suffix}").write_bytes(picture)
                if number < copies:
                    im = Image.open(io.BytesIO(picture)).convert("RGB")
                    for change, make in enumerate(CHANGES.values()):
                        altered, kind, options = make(im)
                        altered.save(folder / f"{number}-{change}.{kind}", kind, **options)
                number += 1
    return number


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="+")
    parser.add_argument("--tandem", default="build/bin/tandem")
    parser.add_argument("--model", default="")
    parser.add_argument("--copies", type=int, default=60)
    options = parser.parse_args()
    model = ["--model", options.model] if options.model else []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "pictures"
        folder.mkdir()
        number = fill(folder, options.data, options.copies)
        library = ["--db", str(pathlib.Path(scratch) / "library.db"), "--quiet", *model]
        subprocess.run([options.tandem, "index", str(folder), *library], check=True, stdout=subprocess.DEVNULL)
        out = subprocess.run([options.tandem, "duplicates", "--json", *library], check=True, capture_output=True, text=True)
    found, mixed = collections.Counter(), 0
    for group in map(json.loads, out.stdout.splitlines()):
        if group["kind"] != "near":
            continue
        names = [pathlib.Path(path).stem.split("-") for path in group["group"]]
        mixed += len({key for key, _ in names}) > 1
        originals = {key for key, change in names if change == "original"}
        found.update(int(change) for key, change in names if change != "original" and key in originals)
    print(f"{number} pictures, {min(options.copies, number)} of them with altered copies")
    for change, name in enumerate(CHANGES):
        print(f"  {name:<28} {100 * found[change] / min(options.copies, number):5.1f}% found")
    print(f"  near groups of different pictures: {mixed}")


if __name__ == "__main__":
    main()
