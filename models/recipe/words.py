#!/usr/bin/env python3
"""words.py DATA/text/imagenet_zeroshot.json > words.txt: what the vocabulary learns from beside the captions.

The names of ImageNet's and CIFAR's classes, the former also as a sentence, and OpenAI's templates: so
that names which are asked for are few tokens."""
import json
import sys

words = json.load(open(sys.argv[1], encoding="utf-8"))
for name in words["classnames"]:
    print(f"{name}\na photo of a {name}.")
for part in ("templates80", "templates7", "cifar10", "cifar100", "templates_cifar"):
    print("\n".join(words[part]))
