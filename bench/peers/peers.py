"""Tandem beside PyTorch and ONNX Runtime: one run, one machine, the same weights.

ViT-B/32 at true size with random weights (made here, nothing is downloaded), f32.
Every round asks Tandem, then each peer, for the same figure, so that whatever else
the machine does hits all of them; ratios are taken within a round, and their median
over the rounds is printed. Run through run.sh, which makes the environment.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

WORKER = str(Path(__file__).with_name("worker.py"))
SIDE = 224
PEERS = ("torch", "onnx")

# What is measured: (row of the table, Tandem's figure, the peers' figure).
RATES = (
    ("pictures/s, batch 32", "image/batch32", "image/batch32"),
    ("pictures/s, batch 1", "image/batch1", "image/batch1"),
    ("texts/s, batch 64, all padded to 77", "text/padded", "text/padded"),
    ("texts/s, batch 64, Tandem cut at the end token", "text/packed", "text/padded"),
    ("texts/s, batch 64, Tandem shares prefixes (its default)", "text/trie", "text/padded"),
    ("the same, peers padded to the longest of the batch", "text/trie", "text/longest"),
)

# 64 things for "a photo of a X.": of one to four words, as ImageNet's names are.
THINGS = """
tench, goldfish, great white shark, tiger shark, hammerhead shark, electric ray, stingray, rooster,
hen, ostrich, brambling, goldfinch, house finch, junco, indigo bunting, American robin, bulbul, jay,
magpie, chickadee, American dipper, kite, bald eagle, vulture, great grey owl, fire salamander,
smooth newt, spotted salamander, axolotl, bullfrog, tree frog, tailed frog, loggerhead sea turtle,
leatherback sea turtle, mud turtle, terrapin, box turtle, banded gecko, green iguana, Carolina anole,
desert grassland whiptail lizard, agama, frilled-necked lizard, alligator lizard, Gila monster,
chameleon, Komodo dragon, Nile crocodile, triceratops, worm snake, ring-necked snake, garter snake,
water snake, vine snake, night snake, boa constrictor, rock python, Indian cobra, green mamba,
sea snake, trilobite, harvestman, scorpion, tarantula
"""


def prompts():
    return [f"a photo of a {' '.join(thing.split())}." for thing in THINGS.split(",")]


def draw(path, seed, width=SIDE, height=SIDE):
    """A picture with gradients, edges and grain, the same for the same seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    blocks = (x // 31 + y // 17 + seed) % 3 == 0
    layers = [200 * x / width + 30 * blocks, 200 * y / height, 40 + 120 * blocks]
    grain = random.integers(0, 16, (height, width, 1))
    Image.fromarray((np.stack(layers, 2) + grain).astype(np.uint8)).save(path)


class Tandem:
    def __init__(self, options, model):
        self.program, self.model = options.tandem, str(model)
        self.flags = ["--model", self.model, "--threads", str(options.threads), "--quiet"]
        if options.tokenizer:
            self.flags += ["--tokenizer", options.tokenizer]

    def command(self, *arguments):
        return [self.program, *map(str, arguments), *self.flags]

    def run(self, *arguments):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"peers.py: {' '.join(done.args)} failed: {done.stderr.strip()}")
        return done.stdout

    def figures(self, bench, repeats):
        """{"image/batch32": {"value", "share_of_peak", ...}}"""
        lines = self.run("bench", bench, "--repeats", repeats, "--json").splitlines()
        return {figure["bench"]: figure for figure in map(json.loads, lines)}

    def rows(self, texts, scratch):
        """Padded rows of ids, int64; without a tokenizer, rows of as many ids."""
        if not self.has_tokenizer():
            rows = np.zeros((len(texts), 77), np.int64)
            for number, row in enumerate(rows):
                length = 8 + number % 5
                row[0], row[1:length] = 49406, 320 + np.arange(1, length) * 31 + number
                row[length - 1] = 49407
            return rows
        (scratch / "texts.txt").write_text("\n".join(texts) + "\n")
        out = self.run("tokenize", "--file", scratch / "texts.txt", "--padded", "--json")
        return np.array([json.loads(line)["ids"] for line in out.splitlines()], np.int64)

    def has_tokenizer(self):
        return "--tokenizer" in self.flags


class Peer:
    """A worker process that waits, idle, for requests."""

    def __init__(self, arguments):
        command = [sys.executable, WORKER, "serve", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.about = self.answer()["about"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"peers.py: {' '.join(self.process.args)} ended; run it by hand to see why")
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def rate(self, what, amount, repeats):
        return amount / statistics.median(self.ask(what=what, repeats=repeats)["seconds"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def worker(verb, *arguments):
    return [sys.executable, WORKER, verb, *map(str, arguments)]


def measured_process(command):
    """(seconds to the first line of output, or to the end where there is none; peak MiB)"""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    seconds = time.perf_counter() - start
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"peers.py: {' '.join(command)} failed; run it by hand to see why")
    return seconds, usage.ru_maxrss / 1024


def prepare(options, scratch):
    """Weights, pictures, pixels, token rows, exported towers."""
    model = scratch / "vit-b-32"
    if not (model / "model.safetensors").exists():
        subprocess.run(
            [options.tandem, "convert", "random:ViT-B/32", str(model), "--layout", "hf", "--quiet"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    tandem = Tandem(options, model)
    for folder in ("pictures", "agree"):
        (scratch / folder).mkdir(exist_ok=True)
    for seed in range(32):
        draw(scratch / "pictures" / f"{seed:02}.png", seed)
    sizes = [(SIDE, SIDE), (640, 480), (333, 517), (1024, 300)]
    agree_pixels = []
    for seed, size in enumerate(sizes):
        draw(scratch / "agree" / f"{seed}.png", 100 + seed, *size)
        tandem.run("preprocess", scratch / "agree" / f"{seed}.png", "--out", scratch / "pixels.npy")
        agree_pixels.append(np.load(scratch / "pixels.npy"))
    padded = tandem.rows(prompts(), scratch)
    longest = int((padded == 49407).argmax(1).max()) + 1
    pixels = np.random.default_rng(1).standard_normal((32, 3, SIDE, SIDE), np.float32)
    np.savez(
        scratch / "inputs.npz", pixels=pixels, padded=padded,
        longest=np.ascontiguousarray(padded[:, :longest]), agree_pixels=np.stack(agree_pixels),
    )  # fmt: skip
    if not (scratch / "onnx" / "text.onnx").exists():
        subprocess.run(
            worker("export", model, scratch / "onnx"), check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    return tandem, {"torch": model, "onnx": scratch / "onnx"}, longest


def measure_rates(options, tandem, peers):
    """{figure: {who: [one value a round]}}, and Tandem's shares of peak."""
    values, shares = {}, {}
    amounts = {"image/batch32": 32, "image/batch1": 1, "text/padded": 64, "text/longest": 64}
    for number in range(options.rounds):
        print(f"peers.py: round {number + 1} of {options.rounds}", file=sys.stderr)
        for bench in ("image", "text"):
            for name, figure in tandem.figures(bench, options.repeats).items():
                values.setdefault(name, {}).setdefault("tandem", []).append(figure["value"])
                shares.setdefault(name, []).append(figure["share_of_peak"])
            for what, amount in amounts.items():
                if not what.startswith(bench):
                    continue
                for who, peer in peers.items():
                    rate = peer.rate(what, amount, options.repeats)
                    values.setdefault(what, {}).setdefault(who, []).append(rate)
    return values, shares


def measure_processes(options, tandem, models, scratch):
    """Seconds to a first embedding, and peak MiB of encoding 32 pictures."""
    picture = scratch / "pictures" / "00.png"
    starts = {"tandem": tandem.command("embed", picture, "--json")}
    encodes = {"tandem": tandem.command("embed", scratch / "pictures", "--out", scratch / "32.npy")}
    for who, model in models.items():
        starts[who] = worker("first", who, model, picture, options.threads)
        encodes[who] = worker("encode", who, model, scratch / "inputs.npz", options.threads)
    seconds, memory = {who: [] for who in starts}, {who: [] for who in starts}
    for who in starts:
        measured_process(starts[who])  # brings its files into the page cache
    for _ in range(options.rounds):
        for who in starts:
            seconds[who].append(measured_process(starts[who])[0])
            memory[who].append(measured_process(encodes[who])[1])
    return seconds, memory


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def agreement(tandem, peers, scratch):
    """{who: (pictures, texts)}: largest difference of a component of unit embeddings."""
    out = scratch / "tandem.npy"
    tandem.run("embed", scratch / "agree", "--normalise", "--out", out)
    ours = {"image": np.load(out)}
    if tandem.has_tokenizer():
        tandem.run("embed", "--texts-file", scratch / "texts.txt", "--normalise", "--out", out)
        ours["text"] = np.load(out)
    found = {}
    for who, peer in peers.items():
        peer.ask(what="embeddings", out=str(scratch / f"{who}.npz"))
        theirs = np.load(scratch / f"{who}.npz")
        found[who] = {
            kind: float(np.abs(rows - unit(theirs[kind])).max()) for kind, rows in ours.items()
        }
    return found


def machine(threads):
    """Name, CPUs, threads used, the widest vector set: what a figure depends on."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    fields = dict(
        (key.strip(), value.strip())
        for key, _, value in (line.partition(":") for line in info.splitlines())
    )
    flags = fields.get("flags", "").split()
    isa = [name for name in ("avx2", "avx512f", "avx512_bf16", "avx512_vnni") if name in flags]
    name = fields.get("model name", platform.machine())
    load = os.getloadavg()[0]
    return (
        f"{name} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}), "
        f"{os.cpu_count()} CPUs, {threads} threads each; {' '.join(isa) or 'no AVX2'}; "
        f"load average {load:.1f} at the end"
    )


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def row(label, ours, theirs, better):
    """Medians, and the median (least to most) of the ratios within a round."""
    cells = [label, number(statistics.median(ours))]
    for who in PEERS:
        pairs = zip(ours, theirs[who])
        ratios = [a / b if better == "more" else b / a for a, b in pairs]
        cells += [
            number(statistics.median(theirs[who])),
            f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})",
        ]
    return "| " + " | ".join(cells) + " |"


def table(values, shares, seconds, memory):
    lines = [
        "| ViT-B/32, f32 | Tandem | PyTorch | ratio | ONNX Runtime | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for label, ours, theirs in RATES:
        share = statistics.median(shares[ours])
        label = f"{label} ({100 * share:.0f}% of the machine's peak)" if share else label
        lines.append(row(label, values[ours]["tandem"], values[theirs], "more"))
    for label, found in (
        ("seconds from process start to a first picture embedding", seconds),
        ("MiB at most, a process that encodes 32 pictures", memory),
    ):
        lines.append(row(label, found["tandem"], found, "less"))
    return "\n".join(lines)


def agreement_lines(found):
    for who, kinds in found.items():
        said = ", ".join(f"{kind}s {value:.1e}" for kind, value in kinds.items())
        yield f"Largest difference of unit embeddings between Tandem and {who}: {said}."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tandem", default="build/bin/tandem", help="the program to measure")
    parser.add_argument("--scratch", help="folder for weights and exports; kept (default: a temporary one)")
    parser.add_argument("--tokenizer", help="bpe_simple_vocab_16e6.txt.gz, for real prompts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is asked in turn")
    parser.add_argument("--repeats", type=int, default=3, help="runs of a figure in each round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tandem-peers-") as temporary:
        scratch = Path(options.scratch or temporary)
        scratch.mkdir(parents=True, exist_ok=True)
        tandem, models, longest = prepare(options, scratch)
        seconds, memory = measure_processes(options, tandem, models, scratch)
        peers = {
            who: Peer([who, model, scratch / "inputs.npz", options.threads])
            for who, model in models.items()
        }
        found = agreement(tandem, peers, scratch)
        values, shares = measure_rates(options, tandem, peers)
        for peer in peers.values():
            peer.close()
    print(table(values, shares, seconds, memory))
    print("\nA ratio above 1 means that Tandem is better; in brackets the least and the most of the rounds.")
    print(f"Machine: {machine(options.threads)}.")
    for peer in peers.values():
        print(f"Peer: {peer.about}.")
    kind = "tokenised" if tandem.has_tokenizer() else "synthetic rows (no tokenizer given)"
    print(f"Texts: 64 prompts, {kind}; the longest has {longest} ids.")
    print("\n".join(agreement_lines(found)))
    print(
        f"Each figure: the median of {options.rounds} rounds (in a round, the median of "
        f"{options.repeats} runs after one that is not counted)."
    )


if __name__ == "__main__":
    main()
