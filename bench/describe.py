#!/usr/bin/env python3
"""Fits and measures `tandem describe`. Needs Python 3 alone (`look` needs Pillow, too).

  bench/describe.py fit DATA --model M --out describe.json
  bench/describe.py cross DATA --model M
  bench/describe.py measure EVAL.tar --model M [--calibration describe.json]
  bench/describe.py look EVAL.tar                            what pixels warn of, and of spoilt copies

The tars hold NAME.webp beside NAME.json with {"source": ..., "text": [captions]}. --program names
another tandem than build/bin/tandem. A model is too sure of pictures that it was trained on, so `fit`
takes others: of DATA/train-0006.tar the part that models/recipe/split.py keeps for validation, and
eval-flickr8k.tar and eval-openstax.tar. `cross` measures on eval-flickr8k.tar, each fifth (by a hash of
the names) with a fit that did not see it; `measure` with a calibration of yours, or with the model's.
Both print how often the sentence that describe chooses says what people said of the picture, by two
judges (words, and the model's own text tower), beside what it says of the other pictures, at several
thresholds.
"""

import argparse
import collections
import glob
import hashlib
import itertools
import json
import math
import os
import random
import re
import subprocess
import tarfile
import tempfile

# ---- what the captions of a picture say, by words ----

EMPTY = set(
    """a an the of in on at to and or with by from for its it is are be while into near through over under
    up down out off beside behind front as that this there has have one two three four some several many
    group other each around along across very own close view black white what which person persons people
    man men woman women boy boys girl girls child children kid kids guy guys lady young little someone his
    her their them he she they him old adult baby toddler couple crowd""".split())


def stem(word):  # the rule of src/describe/content_words.cpp
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word


def content_words(text):
    words = re.findall("[a-z]+", text.lower().replace("'", ""))
    return {stem(word) for word in words if word not in EMPTY}


def says_the_same(sentence, captions):
    words = content_words(sentence)
    own = set().union(*map(content_words, captions))
    return bool(words) and 2 * len(words & own) >= len(words)


ONE = r"\b(man|woman|boy|girl|person|child|guy|lady|player|rider|skateboarder|surfer|climber|biker|skier|toddler|baby)\b"
MANY = r"\b(people|men|women|boys|girls|children|kids|crowd|players|group|couple|riders|bikers|friends|team)\b"
TWO = r"\b(two|couple|pair)\b[^,.]*\b(people|men|women|boys|girls|children|kids|players|persons|guys|teenagers|wrestlers|boxers)\b|\bcouple\b"
SEVERAL = r"\b(three|four|five|six|several|many|group|crowd|team)\b"
ANIMAL = r"\b(dogs?|cats?|horses?|birds?|puppy|puppies|animals?|cows?|sheep|giraffes?|zebras?|bears?|elephants?)\b"
OUT = r"\b(grass|grassy|snow|snowy|beach|field|street|mountain|sand|sandy|ocean|sea|lake|river|park|outside|outdoors|road|rock|rocky|forest|woods|trail|yard|hill|sidewalk|waves?|sky|dirt)\b"
INSIDE = r"\b(indoors|inside|room|kitchen|couch|sofa|bed|living|restaurant|bathroom|office|carpet|table|gym|indoor)\b"
WORDS = r"\b(sign|signs|text|words|labeled|labelled|labels|titled|reads|reading|banner|poster|letters)\b"
KINDS = [  # WordNet's words for a class, as the labelled sources have them
    ("an animal", r"\b(animal|dog|cat|bird|insect|fish|snake|spider|monkey|ape|bear|mammal|crustacean|arachnid|lizard|frog|terrier|hound)\b"),
    ("a vehicle", r"\b(vehicle|car|bus|truck|boat|ship|train|locomotive|bicycle|motorcycle|aircraft)\b"),
    ("clothing", r"\b(clothing|garment|footwear|shoe|shirt|dress|hat)\b"),
    ("food", r"\b(food|fruit|dish|vegetable|dessert|bread)\b"),
    ("a building", r"\b(building|tower|house|dwelling|structure|bridge)\b"),
    ("furniture", r"\b(furniture|chair|table|desk|seat)\b"),
    ("a plant", r"\b(plant|flower|tree|fungus)\b"),
    ("a landscape", r"\b(shore|mountain|geological formation|cliff)\b"),
    ("a thing", r"\b(device|instrument|tool|utensil|container|implement|equipment)\b"),
]
GRAPHICS = [
    ("a bar chart", r"\bbar (graph|chart)"),
    ("a pie chart", r"\bpie (graph|chart)"),
    ("a flow chart", r"\bflow ?chart"),
    ("a table", r"\btable (of|with|show|that)"),
    ("a map", r"\bmap\b"),
    ("a line chart", r"\b(line graph|graph|line chart)\b"),
    ("a labelled drawing", r"\b(illustration|diagram|drawing)\b.*\blabel"),
]


def most(captions, pattern):
    return 2 * sum(bool(re.search(pattern, caption.lower())) for caption in captions) >= len(captions) + 1


def none(captions, pattern):
    return not any(re.search(pattern, caption.lower()) for caption in captions)


def facts_of_captions(captions):
    """What several people say of a photograph."""
    facts = {"medium": "a photograph"}
    person, animal = f"{ONE}|{MANY}", ANIMAL
    if most(captions, person) and none(captions, animal):
        facts["what"] = "people"
    elif most(captions, animal) and none(captions, person):
        facts["what"] = "an animal"
    if none(captions, person):
        facts["people"] = "nobody"
    elif most(captions, TWO):
        facts["people"] = "two people"
    elif most(captions, SEVERAL) and most(captions, MANY):
        facts["people"] = "several people"
    elif most(captions, ONE) and none(captions, MANY):
        facts["people"] = "one person"
    if most(captions, OUT) and none(captions, INSIDE):
        facts["where"] = "outdoors"
    elif most(captions, INSIDE) and none(captions, OUT):
        facts["where"] = "indoors"
    if most(captions, WORDS):
        facts["text"] = "words in it"
    elif none(captions, WORDS):
        facts["text"] = "no words"
    return facts


def facts_of_figure(text):
    """A textbook's alt text says what kind of picture it is."""
    facts, said = {}, text.lower()
    for graphic, pattern in GRAPHICS:
        if re.search(pattern, said):
            facts["graphic"] = graphic
            facts["what"] = "a chart or diagram"
            break
    if re.match(r"(a |an |this |the )?[a-z -]{0,20}\bphoto", said):
        return {"medium": "a photograph", "graphic": None}
    if re.match(r"(a |an |this |the )?[a-z -]{0,20}\b(illustration|drawing|painting|cartoon|diagram)\b", said):
        facts["medium"] = "a drawing"
    if "label" in said:
        facts["text"] = "words in it"
    return facts


def facts_of(source, texts):
    if source in ("flickr8k", "coco"):
        return facts_of_captions(texts)
    if source.startswith("openstax"):
        return facts_of_figure(texts[0])
    if source == "openmoji":
        return {"medium": "a drawing", "where": None}
    if source == "nlvr":
        return {"medium": "a drawing", "where": None, "people": "nobody", "text": "no words"}
    if source == "ikea":
        return {"what": "furniture", "people": "nobody", "medium": "a photograph", "text": "no words"}
    if source == "fashion":
        return {"what": "clothing", "where": None, "medium": "a photograph"}
    if source in ("grocery", "recipes"):
        return {"what": "food", "people": "nobody", "medium": "a photograph"}
    if source == "dtd10":
        return {"what": None, "where": None, "people": "nobody", "text": "no words"}
    if source in ("tiny_imagenet", "imagen", "imagenet_sample"):
        said = " ".join(texts).lower()
        for kind, pattern in KINDS:
            if re.search(pattern, said):
                return {"what": kind, "medium": "a photograph"}
    return {}


# ---- the program ----

FOLDS = 5


def hashed(name):
    """Of a sample's name without its ending, as models/recipe/split.py has it."""
    return int(hashlib.sha1(name.rsplit(".", 1)[0].encode()).hexdigest(), 16)


def is_validation(name):
    return hashed(name) % 4 == 0


def fold(name):
    return hashed(name) // 4 % FOLDS


def extract(tar, folder, wanted):
    with tarfile.open(tar) as archive:
        for member in archive:
            name = os.path.basename(member.name)
            if member.isfile() and name.endswith((".json", ".webp", ".jpg", ".png")) and wanted(member.name):
                with open(os.path.join(folder, name), "wb") as out:
                    out.write(archive.extractfile(member).read())


def samples(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path) as file:
            sample = json.load(file)
        text = sample.get("text", [])
        for ending in (".webp", ".jpg", ".png"):
            image = path[: -len(".json")] + ending
            if os.path.exists(image):
                yield image, sample.get("source", ""), [text] if isinstance(text, str) else text
                break


def run(arguments, *command):
    done = subprocess.run([arguments.program, *command], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def choose(found, least, most):
    """What is learned from each sample: its captions where people wrote what they saw, and at most `most`
    samples for one answer of a facet, none where there are fewer than `least`: answers weigh the same."""
    taken, chosen = collections.Counter(), []
    known = collections.Counter(fact for _, source, texts in found for fact in facts_of(source, texts).items())
    random.Random(1).shuffle(found)
    for image, source, texts in found:
        facts = {key: answer for key, answer in facts_of(source, texts).items()
                 if taken[key, answer] < most and known[key, answer] >= least}
        taken.update(facts.items())
        captions = texts if source in ("flickr8k", "coco") else []
        if facts or captions:
            chosen.append({"image": image, "captions": captions, "facts": facts})
    for (key, answer), count in sorted(taken.items(), key=str):
        print(f"  {key}: {answer or 'none of these'}: {count}")
    print(len(chosen), "pictures,", sum(bool(line["captions"]) for line in chosen), "with captions by people")
    return chosen


def fit(arguments, left_out=None):
    """`left_out`: the fold of evaluation pictures that is not fitted on."""
    with tempfile.TemporaryDirectory() as folder:
        extract(os.path.join(arguments.data, "train-0006.tar"), folder, is_validation)
        for name in ("eval-flickr8k.tar", "eval-openstax.tar"):
            extract(os.path.join(arguments.data, name), folder, lambda name: fold(name) != left_out)
        chosen = choose(list(samples(folder)), arguments.least, arguments.most)
        described = os.path.join(folder, "described.jsonl")
        with open(described, "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in chosen)
        run(arguments, "describe", "--calibrate", described, "--out", arguments.out, "--model", arguments.model)


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def wilson(right, n):
    z, p = 1.959964, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{100 * p:.1f}% ({100 * (middle - half):.1f} to {100 * (middle + half):.1f})"


def normal_dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def judge_by_meaning(arguments, folder, sentences, captions):
    """For each sentence the rank of its own picture's captions among all pictures' captions, by the mean
    cosine of text embeddings."""
    texts = sentences + [caption for own in captions for caption in own]
    path = os.path.join(folder, "texts.txt")
    with open(path, "w") as file:
        file.writelines(text + "\n" for text in texts)
    rows = [line["embedding"] for line in run(
        arguments, "embed", "--texts-file", path, "--normalise", "--json", "--model", arguments.model)]
    at, centres = len(sentences), []
    for own in captions:
        block = rows[at: at + len(own)]
        at += len(own)
        centres.append([mean(column) for column in zip(*block)])
    ranks = []
    for i in range(len(sentences)):
        scores = [normal_dot(rows[i], centre) for centre in centres]
        better = sum(score > scores[i] for score in scores)
        equal = sum(score == scores[i] for score in scores) - 1
        ranks.append(1 + better + equal / 2)
    return ranks


def our_bank():
    table = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/describe/caption_bank_table.cpp")
    with open(table) as file:
        patterns = re.search(r'R"\(\n(.*?)\)"', file.read(), re.S).group(1)
    for line in patterns.splitlines():
        parts = [part[1:-1].split("|") if part.startswith("{") else [part] for part in re.split(r"(\{[^}]*\})", line)]
        for choice in itertools.product(*parts):
            yield "".join(choice)


def nearest_sentences(arguments, folder, images):
    """What the plain way would say: for each picture the bank's sentence of the largest cosine."""
    path, bank = os.path.join(folder, "bank.txt"), list(our_bank())
    with open(path, "w") as file:
        file.writelines(sentence + "\n" for sentence in bank)
    options = ["--normalise", "--json", "--model", arguments.model]
    rows = [line["embedding"] for line in run(arguments, "embed", "--texts-file", path, *options)]
    for line in run(arguments, "embed", *images, *options):
        scores = [normal_dot(line["embedding"], row) for row in rows]
        yield bank[scores.index(max(scores))]


def describe(arguments, images, calibration):
    options = ["--calibration", calibration] if calibration else []
    return run(arguments, "describe", *images, "--role", "informative", "--min-confidence", "0",
               "--sure", "0", "--json", "--model", arguments.model, *options)


def measure(arguments):
    with tempfile.TemporaryDirectory() as folder:
        extract(arguments.data, folder, lambda _: True)
        pictures = list(samples(folder))
        answers = describe(arguments, [image for image, _, _ in pictures], arguments.calibration)
        print_table(arguments, folder, pictures, answers)


def cross(arguments):
    with tempfile.TemporaryDirectory() as folder:
        extract(os.path.join(arguments.data, "eval-flickr8k.tar"), folder, lambda _: True)
        pictures, answers = [], []
        for i in range(FOLDS):
            arguments.out = os.path.join(folder, f"fold-{i}.calibration")
            fit(arguments, left_out=i)
            mine = [sample for sample in list(samples(folder)) if fold(os.path.basename(sample[0])) == i]
            pictures += mine
            answers += describe(arguments, [image for image, _, _ in mine], arguments.out)
        print_table(arguments, folder, pictures, answers)


def print_table(arguments, folder, pictures, answers):
    images = [image for image, _, _ in pictures]
    captions = [[" ".join(text.split()) for text in texts] for _, _, texts in pictures]
    sentences = [answer["alt"].removeprefix("May show: ") for answer in answers]
    ranks = judge_by_meaning(arguments, folder, sentences, captions)
    n = len(sentences)
    right = [says_the_same(sentences[i], captions[i]) for i in range(n)]
    # The same sentences held against other pictures' captions: what chance and habit give.
    others = mean(says_the_same(sentences[i], captions[j]) for i in range(n) for j in range(n) if i != j)
    print(f"{n} pictures, {len(set(sentences))} different sentences")
    plain = list(nearest_sentences(arguments, folder, images))
    plain_ranks = sorted(judge_by_meaning(arguments, folder, plain, captions))
    print(f"the nearest sentence alone: right by words {100 * mean(map(says_the_same, plain, captions)):.1f}%,"
          f" median rank {plain_ranks[n // 2]}")
    print(f"our sentences held against other pictures' captions: {100 * others:.1f}% (chance)")
    print("threshold  accepted  right by words          claimed  own captions' rank: median  first  in 5  in 10")
    for threshold in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        kept = [i for i in range(n) if answers[i]["confidence"] >= threshold]
        line = f"{threshold:9.1f}  {len(kept):8}"
        if kept:
            order = sorted(ranks[i] for i in kept)
            middle = (order[(len(order) - 1) // 2] + order[len(order) // 2]) / 2
            line += (f"  {wilson(sum(right[i] for i in kept), len(kept)):22}"
                     f"  {100 * mean(answers[i]['confidence'] for i in kept):6.1f}%  {middle:25.1f}"
                     f"  {100 * mean(ranks[i] <= 1 for i in kept):4.1f}%"
                     f"  {100 * mean(ranks[i] <= 5 for i in kept):3.1f}%"
                     f"  {100 * mean(ranks[i] <= 10 for i in kept):4.1f}%")
        print(line)
    print(f"by chance: median rank {(n + 1) / 2}, in 5 {500 / n:.1f}%, in 10 {1000 / n:.1f}%")
    print_facets(answers, [facts_of(source, own) for (_, source, _), own in zip(pictures, captions)])


def print_facets(answers, facts):
    print("facet    known by captions  given  right when given  claimed  the commonest answer alone")
    for key in ("what", "where", "people", "medium", "text"):
        known = [(answer["facets"][key], own[key]) for answer, own in zip(answers, facts) if key in own]
        if not known:
            continue
        given = [(facet, fact) for facet, fact in known if facet["answer"]]
        commonest = collections.Counter(fact for _, fact in known).most_common(1)[0][1] / len(known)
        print(f"{key:8} {len(known):17}  {100 * len(given) / len(known):4.0f}%"
              f"  {100 * mean(facet['answer'] == fact for facet, fact in given):15.1f}%"
              f"  {100 * mean(facet['confidence'] for facet, _ in given):6.1f}%  {100 * commonest:20.1f}%")


def look(arguments):
    from PIL import Image, ImageEnhance, ImageFilter

    spoil = {
        "as they are": lambda image: image,
        "blurred by 1 pixel": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        "blurred by 2 pixels": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        "blurred by 3 pixels": lambda image: image.filter(ImageFilter.GaussianBlur(3)),
        "a fifth as bright": lambda image: ImageEnhance.Brightness(image).enhance(0.2),
        "a tenth of the contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.1),
    }
    with tempfile.TemporaryDirectory() as folder:
        extract(arguments.data, folder, lambda _: True)
        images = [image for image, _, _ in samples(folder)]
        for name, change in spoil.items():
            with tempfile.TemporaryDirectory() as spoilt:
                for image in images:
                    changed = change(Image.open(image).convert("RGB"))
                    changed.save(os.path.join(spoilt, os.path.basename(image) + ".png"))
                warnings = collections.Counter(
                    warning for line in run(arguments, "describe", spoilt, "--role", "decorative", "--json")
                    for warning in line["warnings"])
            print(f"{name}:", ", ".join(f"{warning} {100 * count / len(images):.1f}%"
                                        for warning, count in warnings.most_common()) or "no warnings")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["fit", "cross", "measure", "look"])
    parser.add_argument("data")
    parser.add_argument("--model", default="")
    parser.add_argument("--program", default="build/bin/tandem")
    parser.add_argument("--calibration", default="")
    parser.add_argument("--out", default="describe.json")
    parser.add_argument("--least", type=int, default=10, help="pictures for an answer of a facet to be fitted")
    parser.add_argument("--most", type=int, default=300, help="pictures for one answer of a facet")
    arguments = parser.parse_args()
    {"fit": fit, "cross": cross, "measure": measure, "look": look}[arguments.verb](arguments)


if __name__ == "__main__":
    main()
