#!/usr/bin/env python3
"""measure.py MODEL DATA PHOTOGRAPHS: what the model card says of the built-in model.

Runs build/bin/tandem on the evaluation shards of DATA and on the demo's PHOTOGRAPHS
(tools/fetch_photographs.sh), writes MODEL/results.json, which tests/cli/built_in_model_test.cpp
holds the model against, and prints the card's table."""
import json
import os
import re
import subprocess
import sys

TANDEM = "build/bin/tandem"
ZERO_SHOT = [("eval-cifar10.tar", "CIFAR-10", "simple"), ("eval-cifar10.tar", "CIFAR-10", "openai80"),
             ("eval-caltech101.tar", "Caltech-101 (its classes were in training)", "simple"),
             ("eval-caltech101.tar", "Caltech-101 (its classes were in training)", "openai80")]
RETRIEVAL = [("eval-flickr8k.tar", "Flickr8k"), ("eval-openstax.tar", "OpenStax figures")]
WAYS = [("text_to_image", "texts", "picture for a text"), ("image_to_text", "images", "text for a picture")]


def run(*arguments):
    said = subprocess.run([TANDEM, *arguments, "--json", "--quiet"], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in said.stdout.splitlines()]


def row(name, share, low, high, right, of, command):
    print(f"| {name} | {100 * share:.1f}% ({100 * low:.1f} to {100 * high:.1f}) | {right} of {of} | `{command}` |")


def main():
    model, data, photographs = sys.argv[1:4]
    name = os.path.basename(model)
    results = {"zeroshot": [], "retrieval": [], "photographs": {}}
    print("| | right (95% interval) | | command |\n|---|---|---|---|")
    for shard, title, templates in ZERO_SHOT:
        got, = run("eval", "zeroshot", f"{data}/{shard}", "--model", model, "--templates", templates)
        right = round(got["top1"] * got["n"])
        results["zeroshot"].append({"data": shard, "templates": templates, "right": right, "of": got["n"]})
        row(f"{title}, top-1", got["top1"], got["top1_low"], got["top1_high"], right, got["n"],
            f"tandem eval zeroshot {shard} --model {name} --templates {templates}")
    for shard, title in RETRIEVAL:
        got, = run("eval", "retrieval", f"{data}/{shard}", "--model", model)
        for way, queries, what in WAYS:
            found, of = got[way], got[queries]
            right = round(found["r10"] * of)
            results["retrieval"].append({"data": shard, "way": way, "right": right, "of": of})
            row(f"{title}, {what}, R@10 of {got['images']}", found["r10"], found["r10_low"], found["r10_high"], right, of,
                f"tandem eval retrieval {shard} --model {name}")
    labels = re.search(r'^labels="(.*)"', open("tools/demo.sh").read(), re.M).group(1)
    for answer in run("classify", photographs, "--model", model, "--labels", labels, "--templates", "openai7", "--top-k", "1"):
        results["photographs"][os.path.basename(answer["image"])] = answer["labels"][0]["label"]
    with open(f"{model}/results.json", "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


main()
