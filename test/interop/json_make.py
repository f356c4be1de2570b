#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JSON documents, right and damaged, with 0x1e between them: json_make.py COUNT SEED. No raw NUL:
jansson takes one behind a document for the end of the text, which RFC 8259 does not."""
import json
import random
import sys

STRINGS = ["", "a", "name", "größe", "日本", "\U0001f600", "line\nquote\"\\/",
           "\u0000\u001f\u007f", "pkg:deb/debian/libc6@2.36-9?arch=amd64", "x" * 40]
PIECES = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b".",
          b"e5", b"true", b"null", b" ", b"\n", b"\t", b"\x1f",
          b"\x80", b"\xc3\xa9", b"\xed\xa0\x80",
          b"\\u0000",
          b"\\ud83d", b"\\ude00", b"\\n", b"\\x", b"\xef\xbb\xbf", b"/*", b"NaN", b'"a":1']


def value(rng, depth):
    kind = rng.randrange(9 if depth < 5 else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([0, -1, 2**31, 2**63 - 1, -(2**63), rng.randrange(10**6)])
    if kind == 2:
        return rng.choice([0.5, -1e-7, 1e300, rng.random()])
    if kind < 6:
        return rng.choice(STRINGS)
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randrange(6))]
    return {rng.choice(STRINGS[:7]) + str(rng.randrange(30)): value(rng, depth + 1)
            for _ in range(rng.choice([0, 1, 3, 8, 25]))}


def damaged(rng, text):
    text = bytearray(text)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        how = rng.randrange(4)
        if how == 0:
            text[at:at + rng.randrange(4)] = b""
        elif how == 1:
            text[at:at] = rng.choice(PIECES)
        elif how == 2:
            text[at:at + 1] = rng.choice(PIECES)
        else:
            other = rng.randrange(len(text) + 1)
            text[at:at] = text[other:other + rng.randrange(12)]
    return bytes(text)


def main(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        text = json.dumps(value(rng, 0), ensure_ascii=rng.random() < 0.5,
                          indent=rng.choice([None, None, 1, 4])).encode()
        if rng.random() < 0.7:
            text = damaged(rng, text)
        sys.stdout.buffer.write(text.replace(b"\x1e", b"") + b"\x1e")


main(int(sys.argv[1]), int(sys.argv[2]))
