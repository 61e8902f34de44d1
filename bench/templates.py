#!/usr/bin/env python3
"""templates.py MODEL DATA.tar... [--templates F] [--choices K]

What do templates give?  (CLIP paper, figure 4.)  Zero-shot top-1 with the class names alone, and with
the mean over 1 to all of OpenAI's 80 templates: K random choices of each size.  A line of JSON for
each size and set; tools/draw_curves.py draws them."""
import argparse
import json
import os
import random
import subprocess
import tempfile


def top1(model, data, templates):
    said = subprocess.run(["build/bin/tandem", "eval", "zeroshot", data, "--model", model, "--templates", templates, "--json",
                           "--quiet"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(said.stdout)["top1"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--templates", default="../shared/data/text/imagenet_zeroshot.json")
    parser.add_argument("--choices", type=int, default=4)
    arguments = parser.parse_args()
    every = json.load(open(arguments.templates))["templates80"]
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        file = os.path.join(scratch, "templates.txt")
        for data in arguments.data:
            name = os.path.splitext(os.path.basename(data))[0]
            for size in (0, 1, 2, 5, 10, 20, 40, len(every)):
                shares = []
                for _ in range(1 if size in (0, len(every)) else arguments.choices):
                    with open(file, "w") as lines:
                        lines.write("\n".join(draw.sample(every, size)) + "\n")
                    shares.append(top1(arguments.model, data, file if size else "none"))
                print(json.dumps({"data": name, "templates": size, name: sum(shares) / len(shares), "lowest": min(shares),
                                  "highest": max(shares)}), flush=True)


main()
