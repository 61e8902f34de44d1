#!/usr/bin/env python3
"""compose.py --data DIR --extra DIR --work DIR [--commercial] > data.toml

What all runs of the built-in model share: the sources with their weights, augmentation, loss and
what is measured.  Model, steps and rates are options of `tandem train` (README.md has them).  DIR
of --data has the train shards, that of --extra what prepare.py wrote, that of --work the two parts
of split.py.  --commercial leaves out the sources that are offered for research or non-commercial
use."""
import argparse
import json

# Sources, their weight (times their number of samples: how often they are drawn), and whether
# their texts are of the class, which templates then make into sentences.
DATA = [
    (["flickr8k", "coco"], 6, False),  # sentences that people wrote
    (["openstax", "openstax_nc"], 2.5, False),
    (["nlvr", "recipes"], 2.5, False),
    (["imagenet_sample", "imagen"], 2, True),
    (["caltech101", "imagenette", "cat_dog"], 1.5, True),
    (["grocery", "dtd10", "sign_digits"], 1, True),
    (["tiny_imagenet"], 1, True),
    (["books"], 0.7, False),  # a tenth of all, and old
    (["fashion", "ikea"], 0.6, False),
    (["openmoji"], 0.7, False),
]
EXTRA = [
    (["coco_train"], 4, False),
    (["feedme"], 1.5, False),
    (["hcaptcha", "things50", "imagenet18"], 1, True),
    (["sports", "instruments", "fruits40", "clothes", "trash"], 0.7, True),
    (["animals8", "animals4", "animals22", "animals3", "felines", "pets_birds", "vehicles6",
      "bikes_snakes", "cars", "toys", "bigcats", "objects3"], 2, True),
    (["intel_scenes", "scenes15", "weather", "day_night", "scenes5", "pacs_art"], 1, True),
    (["aerial_aid", "monkeys", "flowers5", "crops", "raccoons", "kangaroos", "excavators", "ants_bees",
      "pizza_icecream", "food20", "meals7", "bakery", "sea5", "gym6"], 1, True),
]
# Offered for research or non-commercial use, where they or the sets they are parts of say so.
NON_COMMERCIAL = {"flickr8k", "coco", "openstax_nc", "tiny_imagenet", "imagenet_sample", "imagen", "imagenette",
                  "fashion", "ikea", "dtd10", "imagenet18", "cars", "coco_train"}
SHARED = """
[data]
validation = "{work}/validation.tar"
validation_pairs = 1536
cache = "{work}/cache"

[data.augmentation]
scale_min = 0.4
flip = 0.5
brightness = 0.3
contrast = 0.3
saturation = 0.3
hue = 0.05
color_jitter_probability = 0.6
gray = 0.05
low_resolution = 0.3
low_resolution_side = 24

[loss]
share_meanings = true

[optimizer]
weight_decay = 0.2
clip_norm = 1.0

[evaluate]
zeroshot = ["{data}/eval-cifar10.tar", "{data}/eval-caltech101.tar"]
retrieval = ["{data}/eval-flickr8k.tar", "{data}/eval-openstax.tar"]
"""


def source(path, names, weight, classes):
    lines = ["[[data.train]]", f'path = "{path}"', f"weight = {weight}", f"where = {{source = {json.dumps(names)}}}"]
    if classes:
        lines += ['templates = "openai80"', "template_weight = 2"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "extra", "work"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--commercial", action="store_true")
    arguments = parser.parse_args()
    places = vars(arguments)

    shards = [(DATA, "{data}/train-{{0000..0005}}.tar"), (DATA, "{work}/train-0006-rest.tar"),
              (EXTRA, "{extra}/extra-{{0000..0006}}.tar")]
    for groups, path in shards:
        for names, weight, classes in groups:
            if arguments.commercial:
                names = [name for name in names if name not in NON_COMMERCIAL]
            if names:
                print(source(path.format(**places), names, weight, classes) + "\n")
    print(SHARED.format(**places).lstrip(), end="")


main()
