"""agent.db: the saved state, a real bbolt file of one transaction.

Six buckets, all but metadata empty; metadata's values are JSON strings. The
metadata bucket is written inline, as bbolt writes small ones.
"""

import json
import os
import struct

PAGE = 4096
MAGIC, VERSION = 0xED0CDAED, 2
META, LEAF, FREELIST = 0x04, 0x02, 0x10
IS_BUCKET = 1
BUCKETS = ("containers", "eniattachments", "images", "metadata",
           "resattachments", "tasks")
HEAD = struct.Struct("<QHHI")   # id, flags, count, overflow
ELEM = struct.Struct("<IIII")   # flags, position from here, ksize, vsize
BUCKET = struct.Struct("<QQ")   # root page (0: inline), sequence


def fnv64a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def leaf(page_id, items):
    """A leaf page of (flags, key, value), sorted by key."""
    table, data = b"", b""
    room = ELEM.size * len(items)
    for i, (flags, key, value) in enumerate(items):
        at = room - i * ELEM.size + len(data)
        table += ELEM.pack(flags, at, len(key), len(value))
        data += key + value
    return HEAD.pack(page_id, LEAF, len(items), 0) + table + data


def meta(page_id, txid):
    body = struct.pack("<IIIIQQQQQ", MAGIC, VERSION, PAGE, 0, 3, 0, 2, 4, txid)
    return HEAD.pack(page_id, META, 0, 0) + body + struct.pack(
        "<Q", fnv64a(body))


def save(path, values):
    inner = leaf(0, [(0, k.encode(), json.dumps(values[k]).encode())
                     for k in sorted(values)])
    empty = leaf(0, [])
    root = leaf(3, [(IS_BUCKET, name.encode(), BUCKET.pack(0, 0) +
                     (inner if name == "metadata" else empty))
                    for name in BUCKETS])
    pages = (meta(0, 0), meta(1, 1), HEAD.pack(2, FREELIST, 0, 0), root)
    tmp = path + ".tmp"
    with open(os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
              "wb") as f:
        for page in pages:
            f.write(page.ljust(PAGE, b"\0"))
    os.replace(tmp, path)


def items(data, at):
    """(key, value) of the leaf page at this offset."""
    _, _, count, _ = HEAD.unpack_from(data, at)
    for i in range(count):
        here = at + HEAD.size + i * ELEM.size
        _, pos, ksize, vsize = ELEM.unpack_from(data, here)
        key = data[here + pos:here + pos + ksize]
        yield key, here + pos + ksize, vsize


def load(path):
    """The metadata bucket, {} when there is none, ValueError if not ours."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except FileNotFoundError:
        return {}
    if len(data) < 4 * PAGE or \
            struct.unpack_from("<I", data, HEAD.size)[0] != MAGIC:
        raise ValueError("invalid database")
    for key, at, _ in items(data, 3 * PAGE):
        if key == b"metadata":
            return {k.decode(): json.loads(data[p:p + n]) for k, p, n in
                    items(data, at + BUCKET.size)}
    return {}
