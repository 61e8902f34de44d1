#!/usr/bin/env python3
"""split.py SHARD TRAIN VALIDATION: a validation part off a shard, the samples whose key's SHA-1 is 0 modulo 4."""
import hashlib
import sys
import tarfile

shard, train, validation = sys.argv[1:4]
with tarfile.open(shard) as source, tarfile.open(train, "w") as rest, tarfile.open(validation, "w") as part:
    for member in source:
        key = member.name.rsplit(".", 1)[0]
        mine = int(hashlib.sha1(key.encode()).hexdigest(), 16) % 4 == 0
        (part if mine else rest).addfile(member, source.extractfile(member))
