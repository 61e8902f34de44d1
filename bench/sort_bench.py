#!/usr/bin/env python3
"""bench/sort_bench.py --tandem build/bin/tandem --model M --data DIR

How right `tandem sort` is on labelled pictures, and what synonyms, calibrate and teach change.
DIR holds eval-cifar10.tar and eval-caltech101.tar (WebDataset: KEY.jpg or KEY.webp and KEY.json with
"label"). Prints a Markdown table; bench/NOTES.md keeps what was predicted and measured. Every choice of
pictures follows a hash of their names, so that a second run with another model takes the same ones.
"""

import argparse
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tarfile
import tempfile

# CIFAR-10's classes in several words each; the first is the data set's own.
SYNONYMS = {
    "airplane": ["an airplane", "a plane", "an aircraft", "a jet"],
    "automobile": ["an automobile", "a car", "a motor car"],
    "bird": ["a bird", "a songbird"],
    "cat": ["a cat", "a kitten", "a house cat"],
    "deer": ["a deer", "a stag", "a doe"],
    "dog": ["a dog", "a puppy", "a hound"],
    "frog": ["a frog", "a toad"],
    "horse": ["a horse", "a pony", "a mare"],
    "ship": ["a ship", "a boat", "a vessel"],
    "truck": ["a truck", "a lorry"],
}
SAME = [("a sofa", "a couch"), ("a car", "an automobile"), ("a bicycle", "a bike"), ("a photograph", "a photo"),
        ("a road", "a street"), ("a boat", "a ship"), ("a rock", "a stone"), ("a forest", "a wood"),
        ("a cup", "a mug"), ("a television", "a TV"), ("a sweater", "a pullover"), ("a shop", "a store"),
        ("a movie theater", "a cinema"), ("a truck", "a lorry"), ("a rabbit", "a bunny"), ("an airplane", "a plane"),
        ("a cell phone", "a mobile phone"), ("a trash can", "a garbage bin"), ("a kid", "a child"), ("a hat", "a cap")]
# The limit of `sort lint` was chosen on the pairs above and is judged by these, which came later.
NEW_SAME = [("a rug", "a carpet"), ("a baby", "an infant"), ("a taxi", "a cab"), ("the sea", "the ocean"),
            ("trousers", "pants"), ("a picture", "an image"), ("a pig", "a hog"), ("a doctor", "a physician"),
            ("a cook", "a chef"), ("a purse", "a handbag"), ("a motorcycle", "a motorbike"),
            ("a fire engine", "a fire truck"), ("a present", "a gift"), ("a path", "a trail"), ("a bucket", "a pail"),
            ("a prison", "a jail"), ("a cemetery", "a graveyard"), ("a tap", "a faucet"), ("a bag", "a sack"),
            ("a sailor", "a seaman")]
NEW_RELATED = [("a pig", "a goat"), ("a knife", "a plate"), ("a violin", "a drum"), ("a shoe", "a sock"),
               ("a tulip", "a cactus"), ("a pear", "a banana"), ("a desk", "a shelf"), ("a duck", "an owl"),
               ("a castle", "a barn"), ("a desert", "a swamp"), ("a snake", "a turtle"), ("a doctor", "a farmer"),
               ("a cake", "a pizza"), ("a clock", "a mirror"), ("a helicopter", "a balloon"), ("a truck", "a tractor"),
               ("a bear", "a wolf"), ("a butterfly", "an ant"), ("a pen", "a brush"), ("football", "tennis")]
RELATED = [("a cat", "a dog"), ("an apple", "an orange"), ("a fork", "a spoon"), ("a table", "a chair"),
           ("a river", "a lake"), ("a bus", "a train"), ("a guitar", "a piano"), ("a shirt", "a skirt"),
           ("a rose", "a tree"), ("a cow", "a sheep"), ("a house", "a church"), ("bread", "cheese"),
           ("a mountain", "a beach"), ("a book", "a newspaper"), ("a lion", "an elephant"), ("a hammer", "a saw"),
           ("a bed", "a lamp"), ("a spider", "a bee"), ("a coffee", "a beer"), ("a window", "a door")]


def wilson(right, n):
    if n == 0:
        return 0.0, 0.0, 1.0
    z, p = 1.959964, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p, middle - half, middle + half


def shown(right, n):
    return "{:.1f}% ({:.1f} to {:.1f})".format(*(100 * x for x in wilson(right, n)))


def paired(before, after):
    """The gain with its 95 % interval (Agresti and Min 2005)."""
    mended = sum(not b and a for b, a in zip(before, after))
    broken = sum(b and not a for b, a in zip(before, after))
    n = len(before) + 2
    b, c = mended + 0.5, broken + 0.5
    half = 1.959964 * math.sqrt(b + c - (b - c) ** 2 / n) / n
    return "{:+.1f} points ({:+.1f} to {:+.1f})".format(
        100 * (mended - broken) / len(before), 100 * ((b - c) / n - half), 100 * ((b - c) / n + half))


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, pathlib.Path(folder)

    def tandem(self, *arguments):
        command = [self.options.tandem, "sort", *map(str, arguments), "--quiet", "--json"]
        if arguments[0] != "undo":
            command += ["--model", self.options.model]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def export(self, name):
        """A tar as folders of its classes: [(path, label)], in the order of a hash."""
        out, pictures = self.folder / name, {}
        with tarfile.open(pathlib.Path(self.options.data) / f"{name}.tar") as tar:
            for member in tar:
                key, _, ending = member.name.rpartition(".")
                if member.isfile():
                    pictures.setdefault(key, {})[ending] = tar.extractfile(member).read()
        listed = []
        for key, files in pictures.items():
            label = json.loads(files["json"])["label"]
            ending = next(e for e in files if e in ("jpg", "webp", "png"))
            path = out / f"{hashlib.sha1(key.encode()).hexdigest()[:12]}.{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(files[ending])
            listed.append((str(path), label))
        return sorted(listed)

    def taxonomy(self, name, categories, top="none = false\nthreshold = 0\n"):
        path = self.folder / f"{name}.toml"
        text = top
        for category, descriptions in categories.items():
            text += f"[[category]]\nname = {json.dumps(category)}\ndescriptions = {json.dumps(descriptions)}\n"
        path.write_text(text)
        return path

    def table(self, name, pictures):
        path = self.folder / f"{name}.csv"
        path.write_text("path,category\n" + "".join(f"{p},{label}\n" for p, label in pictures))
        return path

    def answers(self, taxonomy, pictures, *more):
        """For each picture the category that fits, or None, and its confidence."""
        found = {}
        for line in self.tandem("run", *[p for p, _ in pictures], "--into", taxonomy, *more):
            best = line["categories"][0] if line["categories"] else {"name": None, "confidence": 0}
            found[line["path"]] = (best["name"], best["confidence"])
        return [found[p] for p, _ in pictures]


def spaced(label):
    return label.replace("_", " ")


def phrase(label):
    return ("an " if label[0] in "aeiou" else "a ") + spaced(label)


def split(pictures, each):
    """The first `each` of every class, and the rest."""
    taken, first, rest = {}, [], []
    for picture in pictures:
        taken[picture[1]] = taken.get(picture[1], 0) + 1
        (first if taken[picture[1]] <= each else rest).append(picture)
    return first, rest


def right(answers, pictures):
    return [name == label for (name, _), (_, label) in zip(answers, pictures)]


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def accuracy(bench, name, pictures):
    labels = sorted({label for _, label in pictures})
    taxonomy = bench.taxonomy(name, {label: [phrase(label)] for label in labels})
    hits = right(bench.answers(taxonomy, pictures), pictures)
    row(f"{name}, {len(labels)} classes, one description each", shown(sum(hits), len(hits)),
        f"chance {100 / len(labels):.1f}%")


def synonyms(bench, pictures):
    plain = bench.taxonomy("plain", {label: words[:1] for label, words in SYNONYMS.items()})
    shared = bench.taxonomy("shared", SYNONYMS)
    rivals = bench.taxonomy("rivals", {word: [word] for words in SYNONYMS.values() for word in words})
    owner = {word: label for label, words in SYNONYMS.items() for word in words}
    one = bench.answers(plain, pictures)
    many = bench.answers(shared, pictures)
    split_up = [(owner[name], p) for name, p in bench.answers(rivals, pictures)]
    for what, answers in (("one description", one), ("synonyms share a category's mass", many),
                          ("the same synonyms as rivals", split_up)):
        hits = right(answers, pictures)
        sure = [hit for hit, (_, p) in zip(hits, answers) if p >= 0.5]
        row(f"cifar10, {what}", shown(sum(hits), len(hits)),
            f"with a confidence of 50% or more: {len(sure)} of {len(hits)} pictures, {shown(sum(sure), len(sure))} right")
    row("gain of shared mass over one description", paired(right(one, pictures), right(many, pictures)), "")
    row("gain of shared mass over rivals", paired(right(split_up, pictures), right(many, pictures)), "")


def calibrating(bench, pictures):
    """Five classes and none of these; the other five classes are none."""
    known = sorted(SYNONYMS)[::2]
    truth = [(p, label if label in known else "none") for p, label in pictures]
    few, rest = [], []
    taken = {}
    for (path, label), (_, kind) in zip(truth, pictures):
        taken[kind] = taken.get(kind, 0) + 1
        (few if taken[kind] <= 10 else rest).append((path, label))
    taxonomy = bench.taxonomy("five", {label: SYNONYMS[label] for label in known}, top="")
    def hits(*more):
        return [(name or "none") == label for (name, _), (_, label) in zip(bench.answers(taxonomy, rest, *more), rest)]
    before = hits()
    fit = bench.tandem("calibrate", bench.table("few", few), "--into", taxonomy)[0]
    after = hits()
    row(f"five classes or none, {len(rest)} pictures, as it is", shown(sum(before), len(before)),
        f"always none: {100 * sum(l == 'none' for _, l in rest) / len(rest):.1f}%")
    row(f"calibrated on {len(few)} others", shown(sum(after), len(after)),
        f"`sort calibrate` promised {100 * fit['right_after']['value']:.1f}% ({100 * fit['right_after']['low']:.1f} to "
        f"{100 * fit['right_after']['high']:.1f}); log loss {fit['loss_before']:.2f} to {fit['loss_after']:.2f}; "
        f"temperature {fit['temperature']:.2f}")
    row("gain of calibrate", paired(before, after), "")


def teaching(bench, name, pictures, each):
    labels = sorted({label for _, label in pictures})
    words = SYNONYMS if set(labels) == set(SYNONYMS) else {label: [phrase(label)] for label in labels}
    taxonomy = bench.taxonomy(f"taught-{name}-{each}", words)
    few, rest = split(pictures, each)
    before = right(bench.answers(taxonomy, rest), rest)
    taught = bench.tandem("teach", bench.table(f"examples-{name}-{each}", few), "--into", taxonomy)[0]
    after = right(bench.answers(taxonomy, rest), rest)
    row(f"{name}, {each} taught of each class, {len(rest)} others",
        f"{shown(sum(before), len(before))} to {shown(sum(after), len(after))}",
        f"gain {paired(before, after)}; `sort teach` promised {100 * taught['gain']:+.1f} ({100 * taught['gain_low']:+.1f} to "
        f"{100 * taught['gain_high']:+.1f}); alpha {taught['alpha']:g}, beta {taught['beta']:g}")


def linting(bench):
    """How many pairs lint calls near-synonyms at its own limit and at others: pairs that are, and pairs of
    one kind that are not."""
    for what, pairs in (("synonyms", SAME), ("of one kind", RELATED), ("new synonyms", NEW_SAME),
                        ("new, of one kind", NEW_RELATED)):
        path = bench.folder / "pairs.toml"
        path.write_text("".join(f"[[group]]\nname = \"g{i}\"\ncategory = [{{name = \"a{i}\", descriptions = "
                                f"{json.dumps(a)}}}, {{name = \"b{i}\", descriptions = {json.dumps(b)}}}]\n"
                                for i, (a, b) in enumerate(pairs)))
        def said(*near):
            return sum(line["rule"] == "near-synonyms" for line in bench.tandem("lint", path, *near))
        others = ", ".join(f"{limit:g}: {said('--near', limit)}" for limit in (1, 1.5, 2, 2.5, 3, 3.5, 4, 5))
        row(f"lint: pairs of words {what}, called near-synonyms", f"{said()} of {len(pairs)}", f"with --near {others}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tandem", default="build/bin/tandem")
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--only-lint", action="store_true", help="measure near-synonyms alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        if options.only_lint:
            linting(bench)
            return
        cifar, caltech = bench.export("eval-cifar10"), bench.export("eval-caltech101")
        row("what", "right answers, 95% interval", "")
        row("---", "---", "---")
        accuracy(bench, "eval-cifar10", cifar)
        accuracy(bench, "eval-caltech101", caltech)
        synonyms(bench, cifar)
        calibrating(bench, cifar)
        teaching(bench, "eval-cifar10", cifar, 1)
        teaching(bench, "eval-cifar10", cifar, 5)
        teaching(bench, "eval-cifar10", cifar, 20)
        teaching(bench, "eval-caltech101", caltech, 1)
        teaching(bench, "eval-caltech101", caltech, 2)
        linting(bench)


if __name__ == "__main__":
    main()
