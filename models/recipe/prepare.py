#!/usr/bin/env python3
"""Extra image-text shards from picture folders inside public GitHub repositories.

    python prepare.py --mirror DIR --known DIR --cache DIR --out DIR [--only NAME ...]

DIR of --mirror has one folder owner+name/repo (or repo/.git) for each repository,
as `git clone --bare` leaves it; the commit in sources.py is read, there need be no work
tree.  --known is the folder with train-*.tar and eval-*.tar that
the new pictures must not repeat.  The same repositories give the same shards.

Needs Pillow and numpy >= 2.
"""
import argparse, collections, csv, glob, hashlib, io, json, os, pickle, re, subprocess, tarfile

import numpy as np
from PIL import Image, ImageFile, ImageOps

from sources import SOURCES

SALT = "extra-1"          # order within a source and over the shards
PER_SHARD = 8000
SHORT, RATIO, QUALITY = 112, 1.5, 75
MIN_SIDE, MAX_RATIO, NEAR = 48, 3.0, 6
JSON_BYTES = 512
PICTURE = re.compile(r"\.(jpe?g|png|webp|bmp|tiff?|gif)$", re.I)


# ---------------------------------------------------------------- git
def git_dir(mirror, repo):
    base = os.path.join(mirror, repo.replace("/", "+"), "repo")
    return os.path.join(base, ".git") if os.path.isdir(os.path.join(base, ".git")) else base


def tree(git, commit):
    raw = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-z", commit], check=True,
                         stdout=subprocess.PIPE).stdout.decode("utf-8", "replace")
    return [(path, head.split()[2]) for head, _, path in (e.partition("\t") for e in raw.split("\0") if e)]


class Blobs:
    def __init__(self, git):
        self.pipe = subprocess.Popen(["git", "-C", git, "cat-file", "--batch"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, sha):
        self.pipe.stdin.write(sha.encode() + b"\n")
        self.pipe.stdin.flush()
        head = self.pipe.stdout.readline().split()
        if len(head) < 3:
            return None                                  # too large for the mirror: absent
        data = self.pipe.stdout.read(int(head[2]))
        self.pipe.stdout.read(1)
        return data

    def close(self):
        self.pipe.stdin.close()
        self.pipe.wait()


# ---------------------------------------------------------------- readers: path -> (label or None, texts)
def read_folders(src, entries, blobs):
    for path, sha in entries:
        m = src["pattern"].search(path)
        if m and PICTURE.search(path) and m.group(1) in src["classes"]:
            texts = src["classes"][m.group(1)]
            yield path, sha, texts[0], texts


def read_csv(src, entries, blobs):
    """A table in the repository gives the class of each file (columns by number)."""
    by_path = dict(entries)
    rows = csv.reader(io.StringIO(blobs.read(by_path[src["table"]]).decode("utf-8", "replace")))
    for row in rows:
        path = src["folder"] + row[src["columns"][0]]
        cls = row[src["columns"][1]]
        if path in by_path and cls in src["classes"]:
            texts = src["classes"][cls]
            yield path, by_path[path], texts[0], texts


def read_feedme(src, entries, blobs):
    """images/ID.jpg with photos/ID.jpg (JSON: titles, tags)."""
    by_path = dict(entries)
    for path, sha in entries:
        if path.startswith("images/") and path.replace("images/", "photos/") in by_path:
            try:
                meta = json.loads(blobs.read(by_path[path.replace("images/", "photos/")]))
            except ValueError:
                continue
            if not re.search(r"public domain|cc", meta.get("license", ""), re.I) or "ND" in meta["license"]:
                continue
            tags = [t for k in ("isTags", "containsTags") for t in meta.get(k, [])]
            texts = [meta.get("title", ""), meta.get("originTitle", ""), ", ".join(tags[:12])]
            texts = list(dict.fromkeys(t.strip() for t in texts if len(t.strip()) > 3))
            if texts:
                yield path, sha, None, texts


def read_captions(src, entries, blobs):
    """A table in the repository gives the caption of each file (columns by number)."""
    by_path = dict(entries)
    rows = csv.reader(io.StringIO(blobs.read(by_path[src["table"]]).decode("utf-8", "replace")))
    texts = collections.defaultdict(list)
    for row in rows:
        if len(row) > src["columns"][1] and src["folder"] + row[src["columns"][0]] in by_path:
            texts[src["folder"] + row[src["columns"][0]]].append(" ".join(row[src["columns"][1]].split()))
    for path, captions in texts.items():
        yield path, by_path[path], None, list(dict.fromkeys(captions))


READERS = dict(folders=read_folders, csv=read_csv, feedme=read_feedme, captions=read_captions)


# ---------------------------------------------------------------- pictures
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = 100_000_000


def open_rgb(data):
    image = Image.open(io.BytesIO(data))
    if image.format == "JPEG":
        image.draft("RGB", (4 * SHORT, 4 * SHORT))
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    return image.convert("RGB")


def trim(image):
    """Cut white borders."""
    rows, cols = ((np.asarray(image.convert("L")) < 245).any(axis=k).nonzero()[0] for k in (1, 0))
    if len(rows) < 2 or len(cols) < 2:
        return image
    return image.crop((cols[0], rows[0], cols[-1] + 1, rows[-1] + 1))


def shape(image):
    w, h = image.size
    if max(w, h) > RATIO * min(w, h):
        nw, nh = (round(RATIO * h), h) if w > h else (w, round(RATIO * w))
        x, y = (w - nw) // 2, (h - nh) // 2
        image = image.crop((x, y, x + nw, y + nh))
    w, h = image.size
    if min(w, h) > SHORT:
        k = SHORT / min(w, h)
        image = image.resize((max(SHORT, round(w * k)), max(SHORT, round(h * k))), Image.LANCZOS)
    return image


def hashes(image):
    grey = image.convert("L")
    d = np.asarray(grey.resize((9, 8), Image.LANCZOS), np.int16)
    a = np.asarray(grey.resize((8, 8), Image.LANCZOS), np.float32)
    bits = lambda b: np.packbits(b.ravel()).view(">u8")[0]
    return np.uint64(bits(d[:, 1:] > d[:, :-1])), np.uint64(bits(a > a.mean()))


class Seen:
    """All hashes so far; a picture is known if both hashes of another lie within NEAR bits."""

    def __init__(self):
        self.d, self.a, self.n = np.zeros(1 << 18, np.uint64), np.zeros(1 << 18, np.uint64), 0

    def add(self, pair):
        self.d[self.n], self.a[self.n] = pair
        self.n += 1

    def near(self, pair):
        close = np.flatnonzero(np.bitwise_count(self.d[:self.n] ^ pair[0]) <= NEAR)
        return len(close) and bool((np.bitwise_count(self.a[close] ^ pair[1]) <= NEAR).any())


def known_hashes(folder):
    out = []
    for tar in sorted(glob.glob(os.path.join(folder, "*.tar"))):
        with tarfile.open(tar) as t:
            for m in t:
                if PICTURE.search(m.name):
                    out.append(hashes(Image.open(t.extractfile(m)).convert("RGB")))
    return out


# ---------------------------------------------------------------- one source
def make(src, mirror):
    """-> list of (order key, path, label, texts, webp, hashes); everything but the check for copies."""
    git = git_dir(mirror, src["repo"])
    blobs = Blobs(git)
    entries = tree(git, src["commit"])
    todo = sorted(READERS[src.get("reader", "folders")](src, entries, blobs),
                  key=lambda e: hashlib.sha1((SALT + e[0]).encode()).digest())
    cap = src["cap"]
    taken, shas, out = collections.Counter(), set(), []
    for path, sha, label, texts in todo:
        limit = cap.get(label, cap["*"]) if isinstance(cap, dict) else cap
        if taken[label] >= limit * src.get("spare", 1.1) or sha in shas:      # some more, as copies go later
            continue
        if src.get("skip") and re.search(src["skip"], path):
            continue
        data = blobs.read(sha)
        if not data or len(data) < 400:
            continue
        try:
            image = open_rgb(data)
        except Exception:
            continue
        if src.get("trim"):
            image = trim(image)
        w, h = image.size
        if min(w, h) < src.get("min_side", MIN_SIDE) or max(w, h) > MAX_RATIO * min(w, h):
            continue
        image = shape(image)
        if np.asarray(image.convert("L"), np.float32).std() < 8:   # empty
            continue
        buf = io.BytesIO()
        image.save(buf, "WEBP", quality=QUALITY, method=src.get("method", 4))
        shas.add(sha)
        taken[label] += 1
        out.append((path, label, texts, buf.getvalue(), hashes(image)))
    blobs.close()
    return out


def sample_json(name, label, texts):
    texts = list(texts)
    while True:
        doc = {"source": name, "text": texts}
        if label:
            doc["label"] = label
        raw = json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()
        if len(raw) <= JSON_BYTES:
            return raw
        if len(texts) > 1:
            texts.pop()
        else:
            texts = [texts[0][:len(texts[0]) * 3 // 4].rsplit(" ", 1)[0]]


def write_table(path, stats, samples):
    total = sum(s["samples"] for s in stats)
    lines = ["# Extra image-text data: sources", "",
             f"{total} samples in {', '.join(f'{g} {len(v)}' for g, v in samples.items())}; written by prepare.py from the "
             "repositories at the commits named here.", "",
             "| source | repository | commit | samples | classes | what it is | terms as stated there | copies left out |",
             "|---|---|---|---|---|---|---|---|"]
    for s in stats:
        lines.append(f"| {s['source']} | {s['repo']} | {s['commit'][:12]} | {s['samples']} | {s['classes'] or '-'} | "
                     f"{s['what']} | {s['terms']} | {s['copies_left_out']} |")
    notes = os.path.join(os.path.dirname(os.path.abspath(path)), "NOTES.md")
    if os.path.exists(notes):
        lines += ["", open(notes).read().rstrip()]
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mirror", required=True)
    ap.add_argument("--known", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--cache", required=True, help="prepared pictures, one file a source")
    ap.add_argument("--only", nargs="*", help="prepare these into the cache, write no shards")
    ap.add_argument("--table", help="write the table of sources (Markdown) here")
    ap.add_argument("--cached", action="store_true", help="take only what is in the cache")
    args = ap.parse_args()
    os.makedirs(args.cache, exist_ok=True)
    os.makedirs(args.out, exist_ok=True)

    prepared = {}
    for name, src in SOURCES.items():
        if args.only and name not in args.only:
            continue
        code = hashlib.sha1(repr(sorted((k, str(v)) for k, v in src.items()
                                        if k not in ("terms", "what", "method", "spare", "shard"))).encode()).hexdigest()[:12]
        path = os.path.join(args.cache, f"{name}-{code}.pickle")
        if not os.path.exists(path):
            if args.cached:
                continue
            with open(path + ".part", "wb") as f:
                pickle.dump(make(src, args.mirror), f)
            os.replace(path + ".part", path)
        with open(path, "rb") as f:
            prepared[name] = pickle.load(f)
        print(f"{name}: {len(prepared[name])} prepared", flush=True)
    if args.only:
        return

    path = os.path.join(args.cache, "known.npy")
    if not os.path.exists(path):
        np.save(path, np.array(known_hashes(args.known), np.uint64))
    seen = Seen()
    for pair in np.load(path):
        seen.add(pair)

    samples, origins, stats = collections.defaultdict(list), [], []
    for name, src in SOURCES.items():
        if name not in prepared:
            continue
        taken, copies = collections.Counter(), 0
        for path, label, texts, webp, pair in prepared[name]:
            limit = src["cap"].get(label, src["cap"]["*"]) if isinstance(src["cap"], dict) else src["cap"]
            if taken[label] >= limit:
                continue
            if seen.near(pair):
                copies += 1
                continue
            seen.add(pair)
            key = f"{name}_{sum(taken.values()):06d}"
            taken[label] += 1
            shard = src.get("shard", "extra")
            samples[shard].append((hashlib.sha1((SALT + key).encode()).digest(), key, webp,
                                   sample_json(name, label, texts)))
            origins.append((key, src["repo"], path))
        stats.append(dict(source=name, repo=src["repo"], commit=src["commit"], samples=sum(taken.values()),
                          classes=sum(1 for c in taken if c), copies_left_out=copies,
                          terms=src["terms"], what=src["what"]))
    for old in glob.glob(os.path.join(args.out, "*-[0-9]*.tar")):
        os.remove(old)
    for shard, group in samples.items():
        group.sort()
        for i in range(0, len(group), PER_SHARD):
            with tarfile.open(os.path.join(args.out, f"{shard}-{i // PER_SHARD:04d}.tar"), "w",
                              format=tarfile.USTAR_FORMAT) as t:
                for _, key, webp, raw in group[i:i + PER_SHARD]:
                    for name, data in ((key + ".webp", webp), (key + ".json", raw)):
                        info = tarfile.TarInfo(name)
                        info.size = len(data)
                        t.addfile(info, io.BytesIO(data))
    with open(os.path.join(args.out, "origins.tsv"), "w") as f:
        f.writelines("\t".join(o) + "\n" for o in sorted(origins))
    with open(os.path.join(args.out, "stats.json"), "w") as f:
        json.dump(stats, f, indent=1)
    if args.table:
        write_table(args.table, stats, samples)
    for s in stats:
        print(f"{s['source']:18} {s['samples']:6} samples {s['classes']:4} classes {s['copies_left_out']:5} copies")
    for shard, group in samples.items():
        print(shard, len(group), "samples", sum(len(s[2]) for s in group) // max(1, len(group)), "bytes a picture")


if __name__ == "__main__":
    main()
