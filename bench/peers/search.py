#!/usr/bin/env python3
"""Exact search beside USearch's, in one run, on one machine.

    python3 -m venv VENV && VENV/bin/pip install numpy usearch
    VENV/bin/python bench/peers/search.py [--tandem build/bin/tandem] [--rows N] [--repeats N]

Eight queries in one call over N int8 vectors of 512 numbers (a million), the ten best of each, with
all threads: `tandem bench search` and `usearch.index.search(..., exact=True)` in turn. Prints both
times and their ratio, and the same for f32.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
from usearch.index import MetricKind, search

WIDTH, QUERIES, BEST = 512, 8, 10


def tandem_figures(options):
    command = [options.tandem, "bench", "search", "--rows", str(options.rows), "--repeats",
               str(options.repeats), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"search.py: {' '.join(command)} failed: {done.stderr.strip()}")
    return {figure["bench"]: figure for figure in map(json.loads, done.stdout.splitlines())}


def usearch_milliseconds(rows, repeats):
    queries = rows[:QUERIES].copy()
    times = []
    for repeat in range(repeats + 1):
        start = time.perf_counter()
        search(rows, queries, BEST, MetricKind.IP, exact=True, threads=len(os.sched_getaffinity(0)))
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])  # the first one warms up


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tandem", default="build/bin/tandem")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    random = np.random.default_rng(12)
    ours = tandem_figures(options)
    print(f"memory is read at {ours[next(k for k in ours if k.startswith('search/read'))]['value']:.1f} GB/s")
    for name, dtype in (("int8", np.int8), ("f32", np.float32)):
        rows = random.integers(-127, 128, (options.rows, WIDTH), dtype=np.int8).astype(dtype)
        theirs = usearch_milliseconds(rows, options.repeats)
        figure = ours[f"search/{name}/queries8"]
        share = f", {100 * figure['share_of_peak']:.0f}% of the bandwidth" if figure["share_of_peak"] else ""
        print(f"{name}, 8 queries: Tandem {figure['value']:.1f} ms{share}; USearch {theirs:.1f} ms; "
              f"{theirs / figure['value']:.1f} times")
        del rows


if __name__ == "__main__":
    main()
