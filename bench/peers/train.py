"""Training steps per second, Tandem beside open_clip: one run, the same weights, the same batch.

    train.py --python VENV/bin/python [--program build/bin/bench_train_step] [--model small]
             [--batch 128] [--threads 2] [--rounds 5] [--steps 2]

Every round asks each in turn for the same number of steps, so that whatever else the machine does
hits all of them; ratios are taken within a round, and their median is printed with the least and
the most. Captions have 8 to 25 tokens; open_clip pads them to its context of 77, as it always does.
The losses of the first steps are compared: both take the same ones.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

WORKER = str(Path(__file__).with_name("train_worker.py"))

# What is asked of Tandem, and what it is called in the table.
WAYS = (
    ("step {}", "Tandem"),
    ("step {} padded whole", "Tandem, captions padded, last block whole"),
)


class Server:
    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"train.py: {self.process.args} ended at \"{request}\"")
        return json.loads(line)


def spread(ratios):
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", required=True)
    parser.add_argument("--program", default="build/bin/bench_train_step")
    parser.add_argument("--model", default="small")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=2)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        threads = str(options.threads)
        tandem = Server(options.program, options.model, str(options.batch), threads, folder)
        first = {name: tandem.ask(way.format(2)) for way, name in WAYS}  # the weights stand then
        peer = Server(options.python, WORKER, options.model, folder, threads)
        first["open_clip"] = peer.ask("step 2")

        rates = {name: [] for name in first}
        for _ in range(options.rounds):
            answers = {name: tandem.ask(way.format(options.steps)) for way, name in WAYS}
            answers["open_clip"] = peer.ask(f"step {options.steps}")
            for name, answer in answers.items():
                rates[name].append(options.batch / statistics.median(answer["seconds"]))

    print(f"{options.model}, batch {options.batch}, {threads} threads, load average "
          f"{os.getloadavg()[0]:.1f} at the end, {options.rounds} rounds of {options.steps} steps\n")
    print("| | pairs/s | Tandem is faster by | losses of the first two steps |\n|---|---|---|---|")
    for name, values in rates.items():
        ratios = [ours / theirs for ours, theirs in zip(rates["Tandem"], values)]
        losses = ", ".join(f"{loss:.6f}" for loss in first[name]["losses"])
        print(f"| {name} | {statistics.median(values):.2f} | {spread(ratios)} | {losses} |")


if __name__ == "__main__":
    main()
